// The two passes of resampling, for any processor and for those with AVX2: the same results.
#pragma once

#include "frame/filter.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// Kept between the passes, so that rounding happens once.
constexpr int fraction_bits = 6;

/// What may be read behind the samples that a filter names in a row.
constexpr std::size_t row_slack = 32;

/// Weighted sums down the columns: `width` of them from `rows`, which are `stride` apart. The
/// weights are one position's of a filter; `out` has fraction_bits.
void sum_rows_with_any(const std::uint8_t* rows, std::size_t stride, const std::int16_t* weights,
                       int taps, std::size_t width, std::int16_t* out);
void sum_rows_with_avx2(const std::uint8_t* rows, std::size_t stride, const std::int16_t* weights,
                        int taps, std::size_t width, std::int16_t* out);

/// Weighted sums along a row that has fraction_bits, one for each position of the filter, rounded.
void sum_columns_with_any(const std::int16_t* row, const Filter& filter, std::uint8_t* out);

/// A filter laid out for eight positions at once. They are spread over `registers` registers of two
/// lanes; a lane has `4 / registers` positions, and for each of them `2 * registers` taps at a
/// time. The samples that a lane needs at a time lie within eight, so that one shuffle brings them
/// before their weights: the farther apart the positions are, the more registers it takes.
struct ShuffleFilter {
    std::size_t positions = 0;
    std::size_t registers = 0; ///< 1, 2 or 4
    std::size_t steps = 0;     ///< in which all taps are done
    /// For each eight positions, of each lane: the first sample, and the shuffle of 16 bytes.
    std::vector<int> first;
    std::vector<std::uint8_t> order;
    std::vector<std::int16_t> weights; ///< for each eight positions and each step, 8 of each lane
};

ShuffleFilter shuffled(const Filter& filter);
void sum_columns_with_avx2(const std::int16_t* row, const ShuffleFilter& filter, std::uint8_t* out);

} // namespace img
