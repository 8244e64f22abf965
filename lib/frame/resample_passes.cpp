// The two passes of resampling, in a form that compilers turn into vector code of any processor.

#include "frame/resample_passes.hpp"

#include <algorithm>

namespace img {

namespace {

constexpr std::size_t lane_samples = 8;
constexpr std::size_t eight = 8; // positions at once

/// Positions behind the end repeat the last.
std::size_t clamped(std::size_t position, const Filter& filter) {
    return std::min(position, filter.first.size() - 1);
}

std::size_t registers_for(const Filter& filter) {
    for (std::size_t registers : {1U, 2U}) {
        const std::size_t in_lane = 4 / registers;
        const int farthest = static_cast<int>(lane_samples - 2 * registers);
        bool fits = true;
        for (std::size_t lane = 0; lane < filter.first.size(); lane += in_lane)
            fits &=
                filter.first[clamped(lane + in_lane - 1, filter)] - filter.first[lane] <= farthest;
        if (fits)
            return registers;
    }
    return 4;
}

} // namespace

void sum_rows_with_any(const std::uint8_t* rows, std::size_t stride, const std::int16_t* weights,
                       int taps, std::size_t width, std::int16_t* out) {
    constexpr int shift = Filter::weight_bits - fraction_bits;
    constexpr std::size_t columns = 256; // their sums stay in the nearest cache
    std::int32_t sums[columns];
    for (std::size_t begin = 0; begin < width; begin += columns) {
        const std::size_t count = std::min(columns, width - begin);
        std::fill_n(sums, count, 1 << (shift - 1));
        for (int k = 0; k < taps; k += 2) {
            const std::uint8_t* one = rows + static_cast<std::size_t>(k) * stride + begin;
            const std::uint8_t* other = k + 1 < taps ? one + stride : one;
            const std::int16_t weight = weights[k];
            const std::int16_t other_weight = k + 1 < taps ? weights[k + 1] : std::int16_t{0};
            for (std::size_t x = 0; x < count; ++x)
                sums[x] += weight * static_cast<std::int16_t>(one[x]) +
                           other_weight * static_cast<std::int16_t>(other[x]);
        }
        for (std::size_t x = 0; x < count; ++x)
            out[begin + x] = static_cast<std::int16_t>(sums[x] >> shift);
    }
}

void sum_columns_with_any(const std::int16_t* row, const Filter& filter, std::uint8_t* out) {
    constexpr int shift = Filter::weight_bits + fraction_bits;
    // Known to be whole vectors, so that compilers make no code for the rest of one.
    const std::size_t taps = filter.stride / Filter::padding * Filter::padding;
    const std::int16_t* weights = filter.weights.data();
    for (int first : filter.first) {
        const std::int16_t* samples = row + first;
        std::int32_t sum = 0;
        for (std::size_t k = 0; k < taps; ++k)
            sum += weights[k] * samples[k];
        sum = (sum + (1 << (shift - 1))) >> shift;
        *out++ = static_cast<std::uint8_t>(std::clamp(sum, 0, 255));
        weights += taps;
    }
}

ShuffleFilter shuffled(const Filter& filter) {
    ShuffleFilter out;
    out.positions = filter.first.size();
    out.registers = registers_for(filter);
    const std::size_t in_lane = 4 / out.registers, at_a_time = 2 * out.registers;
    out.steps = (static_cast<std::size_t>(filter.taps) + at_a_time - 1) / at_a_time;
    for (std::size_t begin = 0; begin < out.positions; begin += eight) {
        std::vector<std::size_t> lanes; // their first positions
        for (std::size_t r = 0; r < out.registers; ++r)
            for (std::size_t half : {0U, 4U})
                lanes.push_back(begin + half + in_lane * r);
        for (std::size_t lane : lanes) {
            const int first = filter.first[clamped(lane, filter)];
            out.first.push_back(first);
            for (std::size_t i = 0; i < lane_samples; ++i) {
                const int offset = filter.first[clamped(lane + i / at_a_time, filter)] - first;
                const std::size_t sample = static_cast<std::size_t>(offset) + i % at_a_time;
                out.order.push_back(static_cast<std::uint8_t>(2 * sample));
                out.order.push_back(static_cast<std::uint8_t>(2 * sample + 1));
            }
        }
        for (std::size_t tap = 0; tap < out.steps * at_a_time; tap += at_a_time)
            for (std::size_t lane : lanes)
                for (std::size_t i = 0; i < lane_samples; ++i) {
                    const std::int16_t* of = filter.of(clamped(lane + i / at_a_time, filter));
                    out.weights.push_back(of[tap + i % at_a_time]);
                }
    }
    return out;
}

} // namespace img
