// The pass over an image, for processors with AVX2: this file is compiled for them.

#include "verb/gif/drawing_pass.hpp"

#ifdef __AVX2__

#include <memory>

#include <immintrin.h>

namespace img {

namespace {

struct VectorLanes {
    static __m128i load(Tone tone) { return _mm_cvtsi64_si128(std::bit_cast<std::int64_t>(tone)); }
    static Tone tone_of(__m128i value) { return std::bit_cast<Tone>(_mm_cvtsi128_si64(value)); }

    static Tone plus(Tone a, Tone b) { return tone_of(_mm_add_epi16(load(a), load(b))); }
    static Tone minus(Tone a, Tone b) { return tone_of(_mm_sub_epi16(load(a), load(b))); }
    static Tone shared(Tone error, Share share) {
        const __m128i cut = _mm_max_epi16(_mm_min_epi16(load(error), _mm_set1_epi16(largest_error)),
                                          _mm_set1_epi16(-largest_error));
        return tone_of(_mm_mulhrs_epi16(cut, load(share)));
    }
    /// A tone or a share as two parts, for sixteen at a time.
    struct Parts {
        __m256i luma_blue, red;
        explicit Parts(Tone tone)
            : luma_blue(_mm256_broadcastd_epi32(VectorLanes::load(tone))),
              red(_mm256_broadcastd_epi32(_mm_srli_epi64(VectorLanes::load(tone), 32))) {}
    };
    struct Level {
        Parts wanted, canvas, share;
        __m256i beyond; ///< the limit
        explicit Level(const Aim& aim)
            : wanted(aim.wanted), canvas(aim.canvas), share(aim.share),
              beyond(_mm256_set1_epi32(aim.limit + 1)) {}
    };

    static void add_near(const Level& level, const LzwTree::Family& family, std::int32_t score,
                         const Ways& ways, std::size_t way, Ways& next) {
        constexpr int see_through = LzwTree::seen_through.luma;
        const __m256i tones = load(family.luma_blue.data());
        const __m256i through = _mm256_cmpeq_epi32(tones, _mm256_set1_epi32(see_through));
        const __m256i luma_blue =
            _mm256_sub_epi16(_mm256_add_epi16(level.wanted.luma_blue, all(ways.luma_blue[way])),
                             _mm256_blendv_epi8(tones, level.canvas.luma_blue, through));
        const __m256i red_codes = load(family.red_code.data());
        const __m256i red_and_more =
            _mm256_sub_epi16(_mm256_add_epi16(level.wanted.red, all(ways.red_node[way])),
                             _mm256_blendv_epi8(red_codes, level.canvas.red, through));
        const __m256i red = _mm256_and_si256(red_and_more, _mm256_set1_epi32(0xFFFF));
        const __m256i squares =
            _mm256_add_epi32(_mm256_madd_epi16(luma_blue, luma_blue), _mm256_madd_epi16(red, red));
        // What is transparent counts as farther by one: of equals, a colour is better.
        const __m256i away = _mm256_sub_epi32(squares, through);
        const __m256i is_near = _mm256_cmpgt_epi32(level.beyond, away);
        const __m256i scores = _mm256_sub_epi32(_mm256_set1_epi32(score), away);
        const unsigned near = mask_of(is_near);
        const std::size_t at = next.count;
        const __m256i order = order_of(near);
        auto store = [&](auto* to, __m256i values) {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                                _mm256_permutevar8x32_epi32(values, order));
        };
        store(&next.scores[at], scores);
        store(&next.luma_blue[at], _mm256_mulhrs_epi16(luma_blue, level.share.luma_blue));
        store(&next.red_node[at],
              _mm256_blend_epi16(_mm256_mulhrs_epi16(red, level.share.red), red_codes, 0xAA));
        next.count = at + static_cast<std::size_t>(std::popcount(near));
    }

    static void offer(Ways& ways, std::size_t length, Best& best) {
        end(ways);
        __m256i others = load(best.scores.data()), nodes = load(best.red_nodes.data()),
                turns = load(best.turns.data());
        std::uint32_t turn = first_turn(length);
        for (std::size_t i = 0; i < ways.count; i += Best::places) {
            const __m256i scores = load(&ways.scores[i]);
            const __m256i better = _mm256_cmpgt_epi32(scores, others);
            others = _mm256_max_epi32(scores, others);
            nodes = _mm256_blendv_epi8(nodes, load(&ways.red_node[i]), better);
            turns = _mm256_blendv_epi8(turns, _mm256_set1_epi32(static_cast<int>(turn++)), better);
        }
        auto store = [](auto& to, __m256i values) {
            _mm256_store_si256(reinterpret_cast<__m256i*>(to.data()), values);
        };
        store(best.scores, others);
        store(best.red_nodes, nodes);
        store(best.turns, turns);
    }
    static std::size_t place(const Best& best) {
        const __m256i scores = load(best.scores.data()), turns = load(best.turns.data());
        const __m256i highest = _mm256_cmpeq_epi32(scores, most_of(scores));
        const __m256i none = _mm256_set1_epi32(std::numeric_limits<std::int32_t>::max());
        const __m256i first = least_of(_mm256_blendv_epi8(none, turns, highest));
        return static_cast<std::size_t>(
            std::countr_zero(mask_of(_mm256_and_si256(highest, _mm256_cmpeq_epi32(turns, first)))));
    }

    static void keep_best(Ways& ways, std::size_t most) {
        end(ways);
        if (ways.count > 32) { // 16 at least are as good as the least of the best of 16 lanes
            __m256i even = load(&ways.scores[0]), odd = load(&ways.scores[8]);
            std::size_t i = 16;
            for (; i + 8 < ways.count; i += 16) {
                even = _mm256_max_epi32(even, load(&ways.scores[i]));
                odd = _mm256_max_epi32(odd, load(&ways.scores[i + 8]));
            }
            keep(ways, least_of(_mm256_min_epi32(even, odd)));
            end(ways);
        }
        // A way is kept if fewer than `most` are better.
        __m256i last = _mm256_set1_epi32(std::numeric_limits<std::int32_t>::max());
        const __m256i enough = _mm256_set1_epi32(static_cast<int>(most));
        for (std::size_t i = 0; i < ways.count; i += 16) {
            const __m256i low = load(&ways.scores[i]), high = load(&ways.scores[i + 8]);
            __m256i above_low = _mm256_setzero_si256(), above_high = above_low; // both negative
            for (std::size_t from = 0; from < ways.count; from += 16)
                for (std::size_t k = from; k < from + 16; ++k) {
                    const __m256i score = _mm256_set1_epi32(ways.scores[k]);
                    above_low = _mm256_add_epi32(above_low, _mm256_cmpgt_epi32(score, low));
                    above_high = _mm256_add_epi32(above_high, _mm256_cmpgt_epi32(score, high));
                }
            last = lesser_kept(last, low, _mm256_add_epi32(enough, above_low));
            last = lesser_kept(last, high, _mm256_add_epi32(enough, above_high));
        }
        keep(ways, least_of(last));
    }

private:
    /// For each set of lanes their numbers, in order, behind each other.
    static constexpr std::array<std::uint64_t, 256> orders = [] {
        std::array<std::uint64_t, 256> of{};
        for (unsigned lanes = 0; lanes < 256; ++lanes)
            for (unsigned lane = 0, at = 0; lane < 8; ++lane)
                if ((lanes >> lane & 1) != 0)
                    of[lanes] |= std::uint64_t{lane} << 8 * at++;
        return of;
    }();
    static __m256i order_of(unsigned lanes) {
        return _mm256_cvtepu8_epi32(
            _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&orders[lanes])));
    }
    static unsigned mask_of(__m256i lanes) {
        return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(lanes)));
    }
    static __m256i all(const std::array<std::int16_t, 2>& parts) {
        return _mm256_set1_epi32(std::bit_cast<std::int32_t>(parts));
    }
    template <class Value>
    static __m256i load(const Value* values) {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values));
    }
    /// Behind the last come scores that are worse than any, for sixteen at a time.
    static void end(Ways& ways) {
        const __m256i none = _mm256_set1_epi32(std::numeric_limits<std::int32_t>::min());
        for (std::size_t i = 0; i < 16; i += 8)
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(&ways.scores[ways.count + i]), none);
    }
    /// Of the scores whose room is positive the least, and of others.
    static __m256i lesser_kept(__m256i others, __m256i scores, __m256i room) {
        const __m256i kept = _mm256_cmpgt_epi32(room, _mm256_setzero_si256());
        return _mm256_min_epi32(others, _mm256_blendv_epi8(others, scores, kept));
    }
    static __m256i most_of(__m256i a) {
        a = _mm256_max_epi32(a, _mm256_permute2x128_si256(a, a, 1));
        a = _mm256_max_epi32(a, _mm256_shuffle_epi32(a, 0x4E));
        return _mm256_max_epi32(a, _mm256_shuffle_epi32(a, 0xB1));
    }
    static __m256i least_of(__m256i a) {
        a = _mm256_min_epi32(a, _mm256_permute2x128_si256(a, a, 1));
        a = _mm256_min_epi32(a, _mm256_shuffle_epi32(a, 0x4E));
        return _mm256_min_epi32(a, _mm256_shuffle_epi32(a, 0xB1));
    }
    /// Only those whose score is at least that of all lanes of `least`.
    static void keep(Ways& ways, __m256i least) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < ways.count; i += 8) {
            const __m256i scores = load(&ways.scores[i]), luma_blue = load(&ways.luma_blue[i]),
                          red_nodes = load(&ways.red_node[i]);
            const unsigned lanes = mask_of(_mm256_cmpgt_epi32(least, scores)) ^ 255U;
            const __m256i order = order_of(lanes);
            auto store = [&](auto* to, __m256i values) {
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                                    _mm256_permutevar8x32_epi32(values, order));
            };
            store(&ways.scores[kept], scores);
            store(&ways.luma_blue[kept], luma_blue);
            store(&ways.red_node[kept], red_nodes);
            kept += static_cast<std::size_t>(std::popcount(lanes));
        }
        ways.count = kept;
    }
};

} // namespace

DrawnImage draw_with_avx2(const DrawingTask& task, const DrawingLimits& limits,
                          std::vector<Tone>& canvas) {
    return std::make_unique<DrawingPass<VectorLanes>>(task, limits, canvas)->run();
}

} // namespace img

#endif
