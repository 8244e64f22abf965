// How near a picture is to the one it was made from: the figures that gif_score prints.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// 8-bit sRGB, three bytes a pixel, rows without padding.
struct Picture {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> rgb;
};

/// One channel as floats, rows without padding.
struct Plane {
    int width = 0;
    int height = 0;
    std::vector<float> samples;

    Plane() = default;
    Plane(int plane_width, int plane_height)
        : width(plane_width), height(plane_height),
          samples(static_cast<std::size_t>(plane_width) * static_cast<std::size_t>(plane_height)) {}
    float* row(int y) {
        return samples.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
    const float* row(int y) const {
        return samples.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
    }
};

/// Sums many floats without one long chain of additions.
class Sum {
public:
    void add(const float* values, int count) {
        std::array<float, 16> lanes{};
        int i = 0;
        for (; i + 16 <= count; i += 16) {
            for (std::size_t lane = 0; lane < 16; ++lane) {
                lanes[lane] += values[static_cast<std::size_t>(i) + lane];
            }
        }
        for (; i < count; ++i) {
            total_ += static_cast<double>(values[i]);
        }
        for (float lane : lanes) {
            total_ += static_cast<double>(lane);
        }
    }
    double total() const { return total_; }

private:
    double total_ = 0;
};

using Planes = std::array<Plane, 3>;
using Matrix = std::array<std::array<float, 3>, 3>;

/// Relative error below 1e-5 for normal positive numbers; unlike std::cbrt it vectorises.
inline float cube_root(float value) {
    float root = std::bit_cast<float>(std::bit_cast<std::int32_t>(value) / 3 + 0x2a514067);
    for (int i = 0; i < 2; ++i) {
        const float cube = root * root * root;
        root *= (cube + 2 * value) / (2 * cube + value);
    }
    return value > 1e-30F ? root : 0.0F;
}

/// Multiplies each pixel by the matrix.
inline void transform(Planes& planes, const Matrix& m) {
    float* a = planes[0].samples.data();
    float* b = planes[1].samples.data();
    float* c = planes[2].samples.data();
    for (std::size_t i = 0; i < planes[0].samples.size(); ++i) {
        const float u = a[i];
        const float v = b[i];
        const float w = c[i];
        a[i] = m[0][0] * u + m[0][1] * v + m[0][2] * w;
        b[i] = m[1][0] * u + m[1][1] * v + m[1][2] * w;
        c[i] = m[2][0] * u + m[2][1] * v + m[2][2] * w;
    }
}

/// What is taken for the pixels beyond a picture's edge.
enum class Border {
    mirror_between, ///< dcb|abcd: the edge pixel stands once
    mirror_at,      ///< cba|abcd: the edge pixel stands twice
    zero
};

/// A symmetric kernel: the centre's weight, then those of 1, 2, ... pixels away.
using Kernel = std::vector<float>;

/// A Gaussian of `sigma` pixels cut `radius` pixels from its centre; its sum is 1.
Kernel gaussian(double sigma, int radius);
/// The radius is four sigmas, as OpenCV takes it for floats.
Kernel gaussian(double sigma);

Plane blurred(const Plane& plane, const Kernel& kernel, Border border);

/// Mean of the source pixels, or parts of pixels, that each new pixel covers; never enlarges.
Plane shrunk(const Plane& plane, int width, int height);

/// Pixel by pixel.
Plane product(const Plane& one, const Plane& other);

/// BT.601 luma, 0..255.
Plane luma(const Picture& picture);
/// Channel 0..2 (red, green, blue) as it is, 0..255.
Plane channel(const Picture& picture, int index);
/// Linear light 0..1 of each sRGB channel.
Planes linear_light(const Picture& picture);

/// Mean squared differences of all samples; both have one size, as everywhere below.
double mean_squared_error(const Picture& one, const Picture& other);
double mean_squared_error(const Plane& one, const Plane& other);
/// Decibels below full scale; 99 for no error.
double psnr(double mean_squared_error);

/// Wang 2004 with an 11x11 window of sigma 1.5, without the 5 pixels at each edge.
struct Similarity {
    double ssim = 0;
    double contrast = 0; ///< without the luminance term
};
Similarity structural_similarity(const Plane& one, const Plane& other);
/// Wang 2003, five scales; `finest` is structural_similarity(one, other).
double multi_scale_similarity(const Plane& one, const Plane& other, const Similarity& finest);

/// Mean CIEDE2000 after S-CIELAB's blur by the eye's contrast sensitivity, 40 pixels a degree.
double seen_colour_difference(const Picture& reference, const Picture& picture);

/// SSIMULACRA 2.1: 100 is no difference, 90 none seen, 70 high, 50 medium, 30 low quality.
double ssimulacra2(const Picture& reference, const Picture& picture);

} // namespace img
