// The two passes of resampling, for processors with AVX2: this file alone is compiled for them.

#include "frame/resample_passes.hpp"

#ifdef __AVX2__

#include <cstring>

#include <immintrin.h>

namespace img {

namespace {

__m256i load(const void* from) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

void store(void* to, __m256i value) {
    _mm256_storeu_si256(static_cast<__m256i*>(to), value);
}

/// 32 columns of two rows, times their weights.
void add_rows(const std::uint8_t* one, const std::uint8_t* other, __m256i weights,
              __m256i (&sums)[4]) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i a = load(one), b = load(other);
    const __m256i low = _mm256_unpacklo_epi8(a, b), high = _mm256_unpackhi_epi8(a, b);
    const __m256i pairs[4]{_mm256_unpacklo_epi8(low, zero), _mm256_unpackhi_epi8(low, zero),
                           _mm256_unpacklo_epi8(high, zero), _mm256_unpackhi_epi8(high, zero)};
    for (std::size_t i = 0; i < 4; ++i)
        sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(pairs[i], weights));
}

__m256i pair_of(std::int16_t one, std::int16_t other) {
    return _mm256_set1_epi32(static_cast<std::uint16_t>(one) |
                             static_cast<std::int32_t>(static_cast<std::uint32_t>(other) << 16));
}

/// The sums of a position lie side by side in a lane.
__m256i add_up(const __m256i (&sums)[1]) {
    return sums[0];
}
__m256i add_up(const __m256i (&sums)[2]) {
    return _mm256_hadd_epi32(sums[0], sums[1]);
}
__m256i add_up(const __m256i (&sums)[4]) {
    return _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]),
                             _mm256_hadd_epi32(sums[2], sums[3]));
}

template <std::size_t registers>
void sum_columns(const std::int16_t* row, const ShuffleFilter& filter, std::uint8_t* out) {
    constexpr int shift = Filter::weight_bits + fraction_bits;
    const __m256i half = _mm256_set1_epi32(1 << (shift - 1));
    const int* first = filter.first.data();
    const std::uint8_t* order = filter.order.data();
    const std::int16_t* weights = filter.weights.data();
    for (std::size_t i = 0; i < filter.positions; i += 8) {
        __m256i sums[registers]{};
        const std::int16_t* from = row;
        for (std::size_t step = 0; step < filter.steps; ++step, from += 2 * registers)
            for (std::size_t r = 0; r < registers; ++r, weights += 16) {
                const auto* low = reinterpret_cast<const __m128i*>(from + first[2 * r]);
                const auto* high = reinterpret_cast<const __m128i*>(from + first[2 * r + 1]);
                const __m256i samples =
                    _mm256_shuffle_epi8(_mm256_loadu2_m128i(high, low), load(order + 32 * r));
                sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(samples, load(weights)));
            }
        first += 2 * registers;
        order += 32 * registers;
        const __m256i sum = _mm256_srai_epi32(_mm256_add_epi32(add_up(sums), half), shift);
        const __m128i words =
            _mm_packs_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        const long long bytes = _mm_cvtsi128_si64(_mm_packus_epi16(words, words));
        const std::size_t left = filter.positions - i;
        if (left >= 8)
            std::memcpy(out + i, &bytes, 8);
        else
            std::memcpy(out + i, &bytes, left);
    }
}

} // namespace

void sum_rows_with_avx2(const std::uint8_t* rows, std::size_t stride, const std::int16_t* weights,
                        int taps, std::size_t width, std::int16_t* out) {
    constexpr int shift = Filter::weight_bits - fraction_bits;
    constexpr std::size_t columns = 32;
    if (width < columns)
        return sum_rows_with_any(rows, stride, weights, taps, width, out);
    for (std::size_t x = 0; x < width; x += columns) {
        if (x + columns > width)
            x = width - columns; // some columns twice
        __m256i sums[4];
        for (__m256i& sum : sums)
            sum = _mm256_set1_epi32(1 << (shift - 1));
        const std::uint8_t* row = rows + x;
        int k = 0;
        for (; k + 1 < taps; k += 2, row += 2 * stride)
            add_rows(row, row + stride, pair_of(weights[k], weights[k + 1]), sums);
        if (k < taps)
            add_rows(row, row, pair_of(weights[k], 0), sums);
        for (__m256i& sum : sums)
            sum = _mm256_srai_epi32(sum, shift);
        // Each half of a register is a row of its own to these instructions.
        const __m256i outer = _mm256_packs_epi32(sums[0], sums[1]);
        const __m256i inner = _mm256_packs_epi32(sums[2], sums[3]);
        store(out + x, _mm256_permute2x128_si256(outer, inner, 0x20));
        store(out + x + 16, _mm256_permute2x128_si256(outer, inner, 0x31));
    }
}

void sum_columns_with_avx2(const std::int16_t* row, const ShuffleFilter& filter,
                           std::uint8_t* out) {
    if (filter.registers == 1)
        sum_columns<1>(row, filter, out);
    else if (filter.registers == 2)
        sum_columns<2>(row, filter, out);
    else
        sum_columns<4>(row, filter, out);
}

} // namespace img

#endif
