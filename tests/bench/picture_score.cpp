// Picture differences as eyes and studies rate them; float planes and loops that vectorise.
#include "picture_score.hpp"

#include <algorithm>
#include <cmath>

namespace img {
namespace {

double pixel_count(const Plane& plane) {
    return static_cast<double>(plane.samples.size());
}

/// The index in 0..size-1 that stands for `i` beyond an edge; -1 for none.
int within(int i, int size, Border border) {
    while (i < 0 || i >= size) {
        if (border == Border::zero) {
            return -1;
        }
        if (size == 1) {
            return 0;
        }
        const int edge = border == Border::mirror_at ? 1 : 0;
        i = i < 0 ? -i - edge : 2 * size - 2 - i + edge;
    }
    return i;
}

/// out[x] = sum of the kernel over in[x - radius] .. in[x + radius].
void convolve(const float* in, float* out, int count, const Kernel& kernel) {
    for (int x = 0; x < count; ++x) {
        out[x] = kernel[0] * in[x];
    }
    for (int t = 1; t < static_cast<int>(kernel.size()); ++t) {
        const float weight = kernel[static_cast<std::size_t>(t)];
        const float* left = in - t;
        const float* right = in + t;
        for (int x = 0; x < count; ++x) {
            out[x] += weight * (left[x] + right[x]);
        }
    }
}

} // namespace

Kernel gaussian(double sigma, int radius) {
    std::vector<double> weights;
    double sum = 0;
    for (int i = 0; i <= radius; ++i) {
        weights.push_back(std::exp(-0.5 * i * i / (sigma * sigma)));
        sum += i == 0 ? weights.back() : 2 * weights.back();
    }
    Kernel kernel;
    for (double weight : weights) {
        kernel.push_back(static_cast<float>(weight / sum));
    }
    return kernel;
}

Kernel gaussian(double sigma) {
    return gaussian(sigma, (static_cast<int>(std::lrint(sigma * 8 + 1)) | 1) / 2);
}

Plane blurred(const Plane& plane, const Kernel& kernel, Border border) {
    const int radius = static_cast<int>(kernel.size()) - 1;
    Plane out(plane.width, plane.height);
    std::vector<float> padded(static_cast<std::size_t>(plane.width + 2 * radius));
    float* middle = padded.data() + radius;
    const std::vector<float> nothing(static_cast<std::size_t>(plane.width));
    const auto row = [&](int y) {
        const int at = within(y, plane.height, border);
        return at < 0 ? nothing.data() : plane.row(at);
    };
    for (int y = 0; y < plane.height; ++y) {
        const float* centre = plane.row(y);
        for (int x = 0; x < plane.width; ++x) {
            middle[x] = kernel[0] * centre[x];
        }
        for (int t = 1; t <= radius; ++t) {
            const float weight = kernel[static_cast<std::size_t>(t)];
            const float* above = row(y - t);
            const float* below = row(y + t);
            for (int x = 0; x < plane.width; ++x) {
                middle[x] += weight * (above[x] + below[x]);
            }
        }
        for (int t = 1; t <= radius; ++t) {
            const int left = within(-t, plane.width, border);
            const int right = within(plane.width - 1 + t, plane.width, border);
            middle[-t] = left < 0 ? 0.0F : middle[left];
            middle[plane.width - 1 + t] = right < 0 ? 0.0F : middle[right];
        }
        convolve(middle, out.row(y), plane.width, kernel);
    }
    return out;
}

namespace {

/// Where a shrunken pixel's share of the source begins, and the weights from there on.
struct Share {
    int first = 0;
    std::vector<float> weights;
};

std::vector<Share> shares(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    std::vector<Share> out;
    for (int i = 0; i < to; ++i) {
        const double begin = i * scale;
        const double end = std::min<double>(begin + scale, from);
        Share share{static_cast<int>(begin), {}};
        for (int at = share.first; at < end - 1e-6; ++at) {
            const double part = std::min<double>(end, at + 1) - std::max<double>(begin, at);
            share.weights.push_back(static_cast<float>(part / (end - begin)));
        }
        out.push_back(std::move(share));
    }
    return out;
}

} // namespace

Plane shrunk(const Plane& plane, int width, int height) {
    Plane out(width, height);
    std::vector<float> sums(static_cast<std::size_t>(plane.width));
    const std::vector<Share> columns = shares(plane.width, width);
    const std::vector<Share> rows = shares(plane.height, height);
    for (int y = 0; y < height; ++y) {
        const Share& down = rows[static_cast<std::size_t>(y)];
        std::fill(sums.begin(), sums.end(), 0.0F);
        for (std::size_t t = 0; t < down.weights.size(); ++t) {
            const float* in = plane.row(down.first + static_cast<int>(t));
            for (std::size_t x = 0; x < sums.size(); ++x) {
                sums[x] += down.weights[t] * in[x];
            }
        }
        for (int x = 0; x < width; ++x) {
            const Share& across = columns[static_cast<std::size_t>(x)];
            float sum = 0;
            for (std::size_t t = 0; t < across.weights.size(); ++t) {
                sum += across.weights[t] * sums[static_cast<std::size_t>(across.first) + t];
            }
            out.row(y)[x] = sum;
        }
    }
    return out;
}

Plane product(const Plane& one, const Plane& other) {
    Plane out(one.width, one.height);
    std::transform(one.samples.begin(), one.samples.end(), other.samples.begin(),
                   out.samples.begin(), [](float a, float b) { return a * b; });
    return out;
}

Plane luma(const Picture& picture) {
    Plane out(picture.width, picture.height);
    const std::uint8_t* rgb = picture.rgb.data();
    for (float& value : out.samples) {
        value = 0.299F * static_cast<float>(rgb[0]) + 0.587F * static_cast<float>(rgb[1]) +
                0.114F * static_cast<float>(rgb[2]);
        rgb += 3;
    }
    return out;
}

Plane channel(const Picture& picture, int index) {
    Plane out(picture.width, picture.height);
    const std::uint8_t* rgb = picture.rgb.data() + index;
    for (float& value : out.samples) {
        value = static_cast<float>(*rgb);
        rgb += 3;
    }
    return out;
}

Planes linear_light(const Picture& picture) {
    static const auto table = [] {
        std::array<float, 256> out{};
        for (std::size_t i = 0; i < out.size(); ++i) {
            const double v = static_cast<double>(i) / 255;
            out[i] =
                static_cast<float>(v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4));
        }
        return out;
    }();
    Planes out;
    for (std::size_t c = 0; c < 3; ++c) {
        out[c] = Plane(picture.width, picture.height);
        const std::uint8_t* rgb = picture.rgb.data() + c;
        for (float& value : out[c].samples) {
            value = table[*rgb];
            rgb += 3;
        }
    }
    return out;
}

double mean_squared_error(const Picture& one, const Picture& other) {
    std::uint64_t sum = 0;
    const auto row = static_cast<std::size_t>(one.width) * 3;
    for (std::size_t at = 0; at < one.rgb.size(); at += row) {
        std::uint32_t row_sum = 0;
        for (std::size_t i = at; i < at + row; ++i) {
            const int difference = one.rgb[i] - other.rgb[i];
            row_sum += static_cast<std::uint32_t>(difference * difference);
        }
        sum += row_sum;
    }
    return static_cast<double>(sum) / static_cast<double>(one.rgb.size());
}

double mean_squared_error(const Plane& one, const Plane& other) {
    Sum sum;
    std::vector<float> squares(static_cast<std::size_t>(one.width));
    for (int y = 0; y < one.height; ++y) {
        const float* a = one.row(y);
        const float* b = other.row(y);
        for (std::size_t x = 0; x < squares.size(); ++x) {
            squares[x] = (a[x] - b[x]) * (a[x] - b[x]);
        }
        sum.add(squares.data(), one.width);
    }
    return sum.total() / pixel_count(one);
}

double psnr(double mean_squared_error) {
    return mean_squared_error <= 0 ? 99 : 10 * std::log10(255.0 * 255.0 / mean_squared_error);
}

Similarity structural_similarity(const Plane& one, const Plane& other) {
    static const Kernel window = gaussian(1.5, 5);
    const auto smooth = [](const Plane& plane) {
        return blurred(plane, window, Border::mirror_between);
    };
    const Plane mean_1 = smooth(one);
    const Plane mean_2 = smooth(other);
    const Plane square_1 = smooth(product(one, one));
    const Plane square_2 = smooth(product(other, other));
    const Plane both = smooth(product(one, other));
    const int margin = std::min(one.width, one.height) > 10 ? 5 : 0;
    const int count = one.width - 2 * margin;
    std::vector<float> ssim(static_cast<std::size_t>(count));
    std::vector<float> contrast(ssim.size());
    Sum ssim_sum;
    Sum contrast_sum;
    for (int y = margin; y < one.height - margin; ++y) {
        const float* m1 = mean_1.row(y) + margin;
        const float* m2 = mean_2.row(y) + margin;
        const float* s1 = square_1.row(y) + margin;
        const float* s2 = square_2.row(y) + margin;
        const float* s12 = both.row(y) + margin;
        for (std::size_t x = 0; x < ssim.size(); ++x) {
            const float m11 = m1[x] * m1[x];
            const float m22 = m2[x] * m2[x];
            const float m12 = m1[x] * m2[x];
            contrast[x] =
                (2 * (s12[x] - m12) + 58.5225F) / ((s1[x] - m11) + (s2[x] - m22) + 58.5225F);
            ssim[x] = contrast[x] * (2 * m12 + 6.5025F) / (m11 + m22 + 6.5025F);
        }
        ssim_sum.add(ssim.data(), count);
        contrast_sum.add(contrast.data(), count);
    }
    const double pixels = static_cast<double>(count) * (one.height - 2 * margin);
    return {ssim_sum.total() / pixels, contrast_sum.total() / pixels};
}

double multi_scale_similarity(const Plane& one, const Plane& other, const Similarity& finest) {
    constexpr std::array<double, 5> weights = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
    double result = std::pow(std::max(finest.contrast, 1e-6), weights[0]);
    Plane a = one;
    Plane b = other;
    for (std::size_t scale = 1; scale < weights.size(); ++scale) {
        const int width = std::max(1, a.width / 2);
        const int height = std::max(1, a.height / 2);
        a = shrunk(a, width, height);
        b = shrunk(b, width, height);
        const Similarity here = structural_similarity(a, b);
        const double term = scale + 1 == weights.size() ? here.ssim : here.contrast;
        result *= std::pow(std::max(term, 1e-6), weights[scale]);
    }
    return result;
}

} // namespace img
