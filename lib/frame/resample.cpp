// Pictures in other sizes.

#include "frame/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <vector>

namespace img {

namespace {

constexpr int weight_bits = 14;
/// Kept between the two passes, so that rounding happens once.
constexpr int fraction_bits = 5;

double catmull_rom(double x) {
    x = std::abs(x);
    if (x < 1)
        return (1.5 * x - 2.5) * x * x + 1;
    if (x < 2)
        return ((-0.5 * x + 2.5) * x - 4) * x + 2;
    return 0;
}

/// For each position of the output: where its first source sample lies, and the weights of the
/// `taps` samples from there. Every position's weights sum to exactly 1 << weight_bits.
struct Filter {
    int taps = 0;
    std::vector<int> first;
    std::vector<std::int16_t> weights;
};

Filter make_filter(int from, int to) {
    Filter filter;
    double scale = static_cast<double>(from) / to;
    double widening = std::max(scale, 1.0);
    filter.taps = std::min(from, static_cast<int>(std::ceil(4 * widening)) + 1);
    auto taps = static_cast<std::size_t>(filter.taps);
    filter.first.resize(static_cast<std::size_t>(to));
    filter.weights.resize(static_cast<std::size_t>(to) * taps);
    std::vector<double> exact(taps);
    for (int i = 0; i < to; ++i) {
        double center = (i + 0.5) * scale - 0.5;
        int unclamped = static_cast<int>(std::ceil(center - 2 * widening));
        int first = std::clamp(unclamped, 0, from - filter.taps);
        std::fill(exact.begin(), exact.end(), 0.0);
        double sum = 0;
        for (int at = unclamped; at < center + 2 * widening; ++at) {
            double weight = catmull_rom((at - center) / widening);
            int inside = std::clamp(at, first, first + filter.taps - 1);
            exact[static_cast<std::size_t>(inside - first)] += weight;
            sum += weight;
        }
        // What rounding loses goes to the largest weight.
        std::int16_t* weights = &filter.weights[static_cast<std::size_t>(i) * taps];
        int left = 1 << weight_bits;
        for (std::size_t k = 0; k < taps; ++k) {
            weights[k] =
                static_cast<std::int16_t>(std::lround(exact[k] / sum * (1 << weight_bits)));
            left -= weights[k];
        }
        auto largest = std::max_element(weights, weights + taps);
        *largest = static_cast<std::int16_t>(*largest + left);
        filter.first[static_cast<std::size_t>(i)] = first;
    }
    return filter;
}

/// One output row of the vertical pass: weighted sums of `taps` rows, with fraction_bits.
void sum_rows(const std::uint8_t* rows, std::size_t stride, const std::int16_t* weights, int taps,
              std::vector<std::int32_t>& sums, std::vector<std::int16_t>& out) {
    std::fill(sums.begin(), sums.end(), 1 << (weight_bits - fraction_bits - 1));
    for (int k = 0; k < taps; ++k) {
        if (weights[k] == 0)
            continue;
        const std::uint8_t* row = rows + static_cast<std::size_t>(k) * stride;
        int weight = weights[k];
        for (std::size_t x = 0; x < stride; ++x)
            sums[x] += weight * row[x];
    }
    for (std::size_t x = 0; x < stride; ++x)
        out[x] = static_cast<std::int16_t>(sums[x] >> (weight_bits - fraction_bits));
}

template <int channels>
void sum_columns(const std::int16_t* row, const Filter& filter, std::uint8_t* out) {
    constexpr int shift = weight_bits + fraction_bits;
    const std::int16_t* weights = filter.weights.data();
    for (int first : filter.first) {
        const std::int16_t* samples = row + static_cast<std::ptrdiff_t>(first) * channels;
        std::int32_t sums[channels];
        std::fill(sums, sums + channels, 1 << (shift - 1));
        for (int k = 0; k < filter.taps; ++k) {
            for (int c = 0; c < channels; ++c)
                sums[c] += weights[k] * samples[c];
            samples += channels;
        }
        for (int c = 0; c < channels; ++c)
            *out++ = static_cast<std::uint8_t>(std::clamp(sums[c] >> shift, 0, 255));
        weights += filter.taps;
    }
}

} // namespace

Size fit_into(Size picture, Size box, Enlarge enlarge) {
    assert(picture.width > 0 && picture.height > 0 && box.width > 0 && box.height > 0);
    if (enlarge == Enlarge::never && picture.width <= box.width && picture.height <= box.height)
        return picture;
    auto scaled = [](int side, int by, int over) {
        auto rounded = (2 * static_cast<std::int64_t>(side) * by + over) / (2 * over);
        return static_cast<int>(std::max<std::int64_t>(rounded, 1));
    };
    bool wide = static_cast<std::int64_t>(picture.width) * box.height >=
                static_cast<std::int64_t>(picture.height) * box.width;
    if (wide)
        return {box.width, std::min(scaled(picture.height, box.width, picture.width), box.height)};
    return {std::min(scaled(picture.width, box.height, picture.height), box.width), box.height};
}

Picture resample(Picture picture, Size size) {
    assert(picture.size.width > 0 && picture.size.height > 0);
    if (picture.size == size)
        return picture;
    Filter across = make_filter(picture.size.width, size.width);
    Filter down = make_filter(picture.size.height, size.height);
    Picture out{size, picture.space};
    std::size_t stride = picture.stride();
    std::vector<std::int32_t> sums(stride);
    std::vector<std::int16_t> row(stride);
    for (int y = 0; y < size.height; ++y) {
        auto at = static_cast<std::size_t>(y);
        sum_rows(picture.row(down.first[at]), stride,
                 &down.weights[at * static_cast<std::size_t>(down.taps)], down.taps, sums, row);
        if (picture.channels() == 1)
            sum_columns<1>(row.data(), across, out.row(y));
        else
            sum_columns<3>(row.data(), across, out.row(y));
    }
    return out;
}

} // namespace img
