// The pass over an image, for processors with AVX2: this file is compiled for them.

#include "verb/gif/drawing_pass.hpp"

#ifdef __AVX2__

#include "verb/gif/tone_table_avx2.hpp"

#include <cstring>

namespace img {

namespace {

struct VectorLanes {
    static __m128i load(Tone tone) { return _mm_cvtsi64_si128(std::bit_cast<std::int64_t>(tone)); }
    static Tone tone_of(__m128i value) { return std::bit_cast<Tone>(_mm_cvtsi128_si64(value)); }

    static std::uint16_t distances(const ToneTable& table, Tone tone, std::uint16_t* out) {
        return distances_in_lanes(table, tone, out);
    }
    static std::size_t candidates(const std::uint16_t* distances, std::size_t count,
                                  std::uint16_t limit, std::uint16_t* out) {
        const __m256i most = _mm256_set1_epi16(static_cast<std::int16_t>(limit));
        std::size_t found = 0;
        for (std::size_t i = 0; i < count; i += 16) {
            const __m256i of = _mm256_load_si256(reinterpret_cast<const __m256i*>(distances + i));
            auto near = static_cast<unsigned>(
                _mm256_movemask_epi8(_mm256_cmpeq_epi16(_mm256_min_epu16(of, most), of)));
            for (; near != 0; near &= near - 1, near &= near - 1) // two bits for each
                out[found++] = static_cast<std::uint16_t>(
                    i + static_cast<unsigned>(std::countr_zero(near)) / 2);
        }
        return found;
    }
    static Tone plus(Tone a, Tone b) { return tone_of(_mm_add_epi16(load(a), load(b))); }
    static Tone minus(Tone a, Tone b) { return tone_of(_mm_sub_epi16(load(a), load(b))); }
    static Tone shared(Tone error, Share share) {
        const __m128i cut = _mm_max_epi16(_mm_min_epi16(load(error), _mm_set1_epi16(largest_error)),
                                          _mm_set1_epi16(-largest_error));
        return tone_of(_mm_mulhrs_epi16(cut, load(share)));
    }
    static unsigned near(const LzwTree::Family& family, Tone tone, std::int32_t limit,
                         std::array<std::int32_t, 4>& distances) {
        const __m256i tones =
            _mm256_load_si256(reinterpret_cast<const __m256i*>(family.tones.data()));
        const __m256i away =
            _mm256_sub_epi16(_mm256_set1_epi64x(std::bit_cast<std::int64_t>(tone)), tones);
        const __m256i squares = _mm256_madd_epi16(away, away);
        // Pairs are added within halves of the register, then the four sums brought together.
        const __m256i sums = _mm256_hadd_epi32(squares, squares);
        const __m128i four =
            _mm_unpacklo_epi64(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(distances.data()), four);
        const __m128i far = _mm_cmpgt_epi32(four, _mm_set1_epi32(limit));
        return static_cast<unsigned>(_mm_movemask_ps(_mm_castsi128_ps(far))) ^ 15U;
    }
};

} // namespace

DrawnImage draw_with_avx2(const DrawingTask& task, const DrawingLimits& limits,
                          std::vector<Tone>& canvas) {
    return DrawingPass<VectorLanes>{task, limits, canvas}.run();
}

} // namespace img

#endif
