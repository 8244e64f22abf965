// Draws pictures with the palette's colours.

#include "verb/gif/dither.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

/// How much of the full pattern is drawn: less is less grain and fewer bytes, but more banding.
constexpr double strength = 0.7;

using Thresholds = std::array<std::array<std::uint8_t, 8>, 8>;

/// Bayer's 8x8 matrix ("An optimum method for two-level rendition of continuous-tone pictures",
/// 1973) as limits of a mixture's share; none gives the nearer colour everywhere.
Thresholds thresholds(GifDither dither) {
    Thresholds limits{};
    for (unsigned y = 0; y < 8; ++y)
        for (unsigned x = 0; x < 8; ++x) {
            unsigned rank = 0;
            for (unsigned bit = 0; bit < 3; ++bit) {
                unsigned across = x >> bit & 1, down = y >> bit & 1;
                rank |= ((across ^ down) << 1 | down) << (2 * (2 - bit));
            }
            double part = dither == GifDither::none ? 0 : strength * ((rank + 0.5) / 64 - 0.5);
            limits[y][x] = static_cast<std::uint8_t>(std::lround(127.0 + 255 * part));
        }
    return limits;
}

/// An error in units of 1/16, which Floyd and Steinberg's weights add up to.
struct Carried {
    int y = 0, cb = 0, cr = 0;

    void add(int weight, const std::array<int, 3>& error) {
        y += weight * error[0];
        cb += weight * error[1];
        cr += weight * error[2];
    }
};

/// Sixteenths, rounded to the nearest whole and not down: a bias would tint the picture.
int whole(int sixteenths) {
    return (sixteenths + 8) >> 4;
}

std::uint8_t corrected(std::uint8_t value, int sixteenths) {
    return static_cast<std::uint8_t>(std::clamp(value + whole(sixteenths), 0, 255));
}

} // namespace

Drawing::Drawing(const std::vector<Color>& palette, GifDither dither)
    : map_(palette), dither_(dither) {}

void Drawing::draw(const Picture& picture, const std::vector<std::uint8_t>& marks,
                   std::vector<std::uint8_t>& indices) {
    if (dither_ == GifDither::diffusion)
        draw_diffused(picture, marks, indices);
    else
        draw_ordered(picture, marks, indices);
}

void Drawing::draw_ordered(const Picture& picture, const std::vector<std::uint8_t>& marks,
                           std::vector<std::uint8_t>& indices) {
    Thresholds limits = thresholds(dither_);
    auto width = static_cast<std::size_t>(picture.size.width);
    for (int y = 0; y < picture.size.height; ++y) {
        const std::array<std::uint8_t, 8>& limit = limits[static_cast<std::size_t>(y) % 8];
        const std::uint8_t* pixel = picture.row(y);
        const std::uint8_t* mark = &marks[static_cast<std::size_t>(y) * width];
        std::uint8_t* index = &indices[static_cast<std::size_t>(y) * width];
        for (std::size_t x = 0; x < width; ++x, pixel += 3) {
            if (!mark[x])
                continue;
            ColorMixture mixture = map_.mixture(pixel[0], pixel[1], pixel[2]);
            index[x] = mixture.share > limit[x % 8] ? mixture.second : mixture.first;
        }
    }
}

void Drawing::draw_diffused(const Picture& picture, const std::vector<std::uint8_t>& marks,
                            std::vector<std::uint8_t>& indices) {
    std::vector<std::array<int, 3>> palette;
    for (const Tone& tone : map_.tones())
        palette.push_back({static_cast<int>(std::lround(tone.luma)),
                           static_cast<int>(std::lround(tone.blue / chroma_weight)) + 128,
                           static_cast<int>(std::lround(tone.red / chroma_weight)) + 128});
    int width = picture.size.width;
    // One place more at either end takes what falls beside the picture.
    std::vector<Carried> here(static_cast<std::size_t>(width) + 2), below(here.size());
    for (int y = 0; y < picture.size.height; ++y) {
        std::fill(below.begin(), below.end(), Carried{});
        std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
        int step = y % 2 == 0 ? 1 : -1;
        for (int x = step > 0 ? 0 : width - 1; x >= 0 && x < width; x += step) {
            std::size_t at = row + static_cast<std::size_t>(x);
            if (!marks[at])
                continue;
            const std::uint8_t* pixel = picture.row(y) + x * 3;
            Carried* place = &here[static_cast<std::size_t>(x) + 1];
            std::array<std::uint8_t, 3> wanted{corrected(pixel[0], place->y),
                                               corrected(pixel[1], place->cb),
                                               corrected(pixel[2], place->cr)};
            indices[at] = map_.mixture(wanted[0], wanted[1], wanted[2]).nearest();
            const std::array<int, 3>& drawn = palette[indices[at]];
            std::array<int, 3> error{wanted[0] - drawn[0], wanted[1] - drawn[1],
                                     wanted[2] - drawn[2]};
            place[step].add(7, error);
            Carried* under = &below[static_cast<std::size_t>(x) + 1];
            under[-step].add(3, error);
            under[0].add(5, error);
            under[step].add(1, error);
        }
        std::swap(here, below);
    }
}

} // namespace img
