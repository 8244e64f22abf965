// The weights with which samples are brought to another size.

#include "frame/filter.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

namespace img {

namespace {

/// What the arithmetic of floating-point places may be off, in samples.
constexpr double slack = 1e-6;

/// Rounds to whole weights. What rounding loses goes to the next, so that it stays in its place.
void round_weights(const std::vector<double>& exact, std::int16_t* weights) {
    const double sum = std::accumulate(exact.begin(), exact.end(), 0.0);
    double wanted = 0;
    long given = 0;
    for (std::size_t k = 0; k < exact.size(); ++k) {
        wanted += exact[k] / sum * (1 << Filter::weight_bits);
        const long weight = std::lround(wanted) - given;
        weights[k] = static_cast<std::int16_t>(weight);
        given += weight;
    }
}

} // namespace

const Kernel triangle{1, [](double x) { return std::max(0.0, 1 - std::abs(x)); }};

const Kernel catmull_rom{2, [](double x) {
                             x = std::abs(x);
                             if (x < 1)
                                 return (1.5 * x - 2.5) * x * x + 1;
                             if (x < 2)
                                 return ((-0.5 * x + 2.5) * x - 4) * x + 2;
                             return 0.0;
                         }};

Filter make_filter(const Kernel& kernel, int samples, double start, double extent, int to) {
    assert(samples > 0 && extent > 0 && to > 0);
    const int low = std::clamp(static_cast<int>(std::floor(start + slack)), 0, samples - 1);
    const int high =
        std::clamp(static_cast<int>(std::ceil(start + extent - slack)), low + 1, samples);
    const double scale = extent / to;
    const bool stays = std::abs(scale - 1) * to < slack && std::abs(start - low) < slack;
    const double widening = std::max(scale, 1.0);
    const double radius = stays ? 0.5 : kernel.radius * widening;
    Filter filter;
    filter.taps = std::min(high - low, static_cast<int>(std::ceil(2 * radius - slack)));
    const auto taps = static_cast<std::size_t>(filter.taps);
    filter.stride = (taps + Filter::padding - 1) / Filter::padding * Filter::padding;
    filter.first.resize(static_cast<std::size_t>(to));
    filter.weights.resize(static_cast<std::size_t>(to) * filter.stride);
    std::vector<double> exact(taps);
    for (int i = 0; i < to; ++i) {
        const double center = start + (i + 0.5) * scale - 0.5;
        const int begin = static_cast<int>(std::ceil(center - radius - slack));
        const int end = static_cast<int>(std::ceil(center + radius - slack));
        const int first = std::clamp(begin, low, high - filter.taps);
        std::fill(exact.begin(), exact.end(), 0.0);
        for (int at = begin; at < end; ++at) {
            int inside = std::clamp(at, first, first + filter.taps - 1);
            exact[static_cast<std::size_t>(inside - first)] +=
                stays ? 1 : kernel.at((at - center) / widening);
        }
        filter.first[static_cast<std::size_t>(i)] = first;
        round_weights(exact, &filter.weights[static_cast<std::size_t>(i) * filter.stride]);
    }
    return filter;
}

} // namespace img
