// The distances to many tones, 16 at a time.
#pragma once

#include "verb/gif/tone_table.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

namespace img {

inline __m256i squared_part(const std::int16_t* entries, __m256i value) {
    const __m256i steps =
        _mm256_min_epi16(_mm256_abs_epi16(_mm256_sub_epi16(
                             value, _mm256_load_si256(reinterpret_cast<const __m256i*>(entries)))),
                         _mm256_set1_epi16(255));
    return _mm256_mullo_epi16(steps, steps);
}

inline std::uint16_t distances_in_lanes(const ToneTable& table, Tone tone,
                                        std::uint16_t* distances) {
    const __m256i luma = _mm256_set1_epi16(tone.luma), blue = _mm256_set1_epi16(tone.blue),
                  red = _mm256_set1_epi16(tone.red);
    __m256i least = _mm256_set1_epi16(-1);
    for (std::size_t i = 0; i < table.count; i += 16) {
        const __m256i sum = _mm256_adds_epu16(squared_part(&table.luma[i], luma),
                                              _mm256_adds_epu16(squared_part(&table.blue[i], blue),
                                                                squared_part(&table.red[i], red)));
        _mm256_store_si256(reinterpret_cast<__m256i*>(distances + i), sum);
        least = _mm256_min_epu16(least, sum);
    }
    const __m128i half =
        _mm_min_epu16(_mm256_castsi256_si128(least), _mm256_extracti128_si256(least, 1));
    return static_cast<std::uint16_t>(_mm_extract_epi16(_mm_minpos_epu16(half), 0));
}

} // namespace img
