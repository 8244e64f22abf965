// A frame with its road on it: tinted and outlined, and what is snow in another colour.

#include "verb/road/view.hpp"

#include "foreign/libjpeg.hpp"
#include "frame/planes.hpp"
#include "frame/upright.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace img {

namespace {

using Tone = std::array<float, 3>; ///< Y, Cb, Cr

/// Full-range BT.601, as in JFIF.
Tone tone_of(const Color& color) {
    const float r = color.red, g = color.green, b = color.blue;
    return {0.299F * r + 0.587F * g + 0.114F * b, 128 - 0.168736F * r - 0.331264F * g + 0.5F * b,
            128 + 0.5F * r - 0.418688F * g - 0.081312F * b};
}

/// A bitmap as a hill whose slopes are its edges, so that how far a pixel is from an edge follows
/// from its height and the slope there.
class SmoothShape {
public:
    /// Softened more often, edges are straighter and what is narrow gets lost.
    SmoothShape(const Bitmap& bitmap, Size picture, int times)
        : size_(bitmap.size), columns_(between(picture.width, bitmap.size.width)),
          rows_(between(picture.height, bitmap.size.height)),
          step_x_(static_cast<float>(bitmap.size.width) / static_cast<float>(picture.width)),
          step_y_(static_cast<float>(bitmap.size.height) / static_cast<float>(picture.height)),
          heights_(bitmap.inside.begin(), bitmap.inside.end()),
          level_(static_cast<std::size_t>(size_.width)), rise_(level_.size()) {
        for (int i = 0; i < times; ++i)
            heights_ = softened(heights_, size_);
    }

    void go_to_row(int y) {
        const Between& place = rows_[static_cast<std::size_t>(y)];
        const float* upper = &heights_[place.first * level_.size()];
        const float* lower = &heights_[place.second * level_.size()];
        for (std::size_t x = 0; x < level_.size(); ++x) {
            rise_[x] = lower[x] - upper[x];
            level_[x] = upper[x] + place.share * rise_[x];
        }
    }

    /// How many pixels within the edge a pixel of the row is; far away, only the sign is right.
    float depth(int x) const {
        const Between& place = columns_[static_cast<std::size_t>(x)];
        const float left = level_[place.first], right = level_[place.second];
        const float height = left + place.share * (right - left);
        if (height <= 0 || height >= 1)
            return height <= 0 ? -far : far;
        const float across = (right - left) * step_x_;
        const float down =
            (rise_[place.first] + place.share * (rise_[place.second] - rise_[place.first])) *
            step_y_;
        const float slope = std::sqrt(across * across + down * down);
        return std::clamp((height - 0.5F) / std::max(slope, 1e-4F), -far, far);
    }

private:
    static constexpr float far = 1000;

    /// Each sample with its neighbours, 1 2 1 across and down: corners of samples become bevels.
    static std::vector<float> softened(const std::vector<float>& heights, Size size) {
        const auto width = static_cast<std::size_t>(size.width), end = heights.size();
        std::vector<float> across(end), result(end);
        for (std::size_t row = 0; row < end; row += width)
            for (std::size_t x = 0; x < width; ++x)
                across[row + x] = heights[row + (x > 0 ? x - 1 : 0)] + 2 * heights[row + x] +
                                  heights[row + std::min(x + 1, width - 1)];
        for (std::size_t i = 0; i < end; ++i)
            result[i] = (across[i < width ? i : i - width] + 2 * across[i] +
                         across[i + width < end ? i + width : i]) /
                        16;
        return result;
    }

    Size size_;
    std::vector<Between> columns_, rows_;
    float step_x_, step_y_;
    std::vector<float> heights_, level_, rise_; ///< the last two of the row
};

/// How much of a pixel is covered whose middle is so many pixels inside.
float covered(float depth) {
    return std::clamp(depth + 0.5F, 0.0F, 1.0F);
}

void mix(Tone& pixel, const Tone& with, float weight) {
    for (std::size_t c = 0; c < pixel.size(); ++c)
        pixel[c] += weight * (with[c] - pixel[c]);
}

} // namespace

Picture boundary_picture(const Planes& upright, const Bitmap& road, const Bitmap* snow,
                         const ViewColors& colors) {
    const Size size = upright.size;
    const Tone road_tone = tone_of(colors.road), snow_tone = tone_of(colors.snow);
    const Tone line_tone = tone_of(colors.line), casing_tone = tone_of(colors.casing);
    const float scale = static_cast<float>(size.height) / 1080;
    const float half_line = std::max(1.0F, 2 * scale) / 2;
    const float half_casing = half_line + std::max(0.75F, 1.5F * scale);
    SmoothShape road_shape(road, size, 3), snow_shape(snow ? *snow : Bitmap{{1, 1}}, size, 1);
    Picture picture{size, ColorSpace::ycbcr};
    for (int y = 0; y < size.height; ++y) {
        road_shape.go_to_row(y);
        snow_shape.go_to_row(y);
        std::uint8_t* to = picture.row(y);
        for (int x = 0; x < size.width; ++x, to += 3) {
            const float depth = road_shape.depth(x), from_line = std::abs(depth);
            const float is_snow = covered(snow_shape.depth(x)), is_road = covered(depth);
            if (is_snow == 0 && depth < -half_casing - 1) {
                for (std::size_t c = 0; c < 3; ++c)
                    to[c] = upright.row(c, y)[x];
                continue;
            }
            Tone pixel;
            for (std::size_t c = 0; c < 3; ++c)
                pixel[c] = upright.row(c, y)[x];
            mix(pixel, road_tone, static_cast<float>(colors.road_weight) * is_road * (1 - is_snow));
            mix(pixel, snow_tone, static_cast<float>(colors.snow_weight) * is_snow);
            if (from_line < half_casing + 1) {
                mix(pixel, casing_tone,
                    static_cast<float>(colors.casing_weight) * covered(half_casing - from_line));
                mix(pixel, line_tone, covered(half_line - from_line));
            }
            for (std::size_t c = 0; c < 3; ++c)
                to[c] = static_cast<std::uint8_t>(std::clamp(pixel[c] + 0.5F, 0.0F, 255.0F));
        }
    }
    return picture;
}

Bytes boundary_view(const Frame& frame, int orientation, const Bitmap& road, const Bitmap* snow) {
    constexpr int quality = 90;
    const Size stored = read_jpeg_header(frame.jpeg).size;
    const Planes upright = turned_upright(decode_planes(frame, stored), orientation);
    return encode_jpeg(boundary_picture(upright, road, snow), quality);
}

} // namespace img
