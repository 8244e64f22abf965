// The two passes of resampling, in a form that compilers turn into vector code of any processor.

#include "frame/resample_passes.hpp"

#include <algorithm>

namespace img {

namespace {

/// Every group of four as long as the last: positions behind the end repeat it.
std::size_t at_most(std::size_t position, const Filter& filter) {
    return std::min(position, filter.first.size() - 1);
}

/// `taps` is a number that the compiler knows, so that it can unroll.
template <std::size_t taps>
void sum_columns(const std::int16_t* row, const Filter& filter, std::uint8_t* out) {
    constexpr int shift = Filter::weight_bits + fraction_bits;
    const std::int16_t* weights = filter.weights.data();
    for (int first : filter.first) {
        std::int32_t sum = 1 << (shift - 1);
        const std::int16_t* samples = row + first;
        for (std::size_t block = 0; block < filter.stride; block += taps)
            for (std::size_t k = block; k < block + taps; ++k)
                sum += weights[k] * samples[k];
        *out++ = static_cast<std::uint8_t>(std::clamp(sum >> shift, 0, 255));
        weights += filter.stride;
    }
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
    sum_columns<Filter::padding>(row, filter, out);
}

std::optional<ShuffleFilter> shuffled(const Filter& filter) {
    ShuffleFilter out;
    out.positions = filter.first.size();
    out.pairs = (static_cast<std::size_t>(filter.taps) + 1) / 2;
    for (std::size_t eight = 0; eight < out.positions; eight += 8) {
        for (std::size_t group = eight; group < eight + 8; group += 4) {
            const int first = filter.first[at_most(group, filter)];
            out.first.push_back(first);
            for (std::size_t i = group; i < group + 4; ++i) {
                const int offset = filter.first[at_most(i, filter)] - first;
                if (offset < 0 || offset > 6)
                    return std::nullopt;
                for (int byte = 0; byte < 4; ++byte)
                    out.order.push_back(static_cast<std::uint8_t>(2 * offset + byte));
            }
        }
        for (std::size_t k = 0; k < 2 * out.pairs; k += 2)
            for (std::size_t i = eight; i < eight + 8; ++i) {
                const std::int16_t* weights = filter.of(at_most(i, filter));
                out.weights.insert(out.weights.end(), weights + k, weights + k + 2);
            }
    }
    return out;
}

} // namespace img
