#include "verb/gif/tone_table.hpp"

#include "base/processor.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

std::vector<Tone> random_tones(std::size_t count, std::mt19937& random) {
    std::uniform_int_distribution<int> luma{0, 2040}, chroma{-450, 450};
    std::vector<Tone> tones(count);
    for (Tone& tone : tones)
        tone = {static_cast<std::int16_t>(luma(random)), static_cast<std::int16_t>(chroma(random)),
                static_cast<std::int16_t>(chroma(random))};
    return tones;
}

} // namespace

TEST_CASE("nearest: it is the first of the nearest, in tables of any size") {
    std::mt19937 random{7};
    for (std::size_t count : {1U, 15U, 16U, 17U, 255U, 256U}) {
        const std::vector<Tone> tones = random_tones(count, random);
        const ToneTable table{tones};
        for (Tone tone : random_tones(300, random)) {
            std::size_t best = 0;
            for (std::size_t i = 1; i < count; ++i)
                if (distance(tones[i], tone) < distance(tones[best], tone))
                    best = i;
            const NearestTone found = nearest(table, tone);
            CHECK(found.index == best);
            CHECK(found.distance == distance(tones[best], tone));
        }
    }
}

TEST_CASE("distances: the same with and without vectors") {
    if (!has_avx2()) {
        MESSAGE("skipped: this processor has no AVX2");
        return;
    }
#ifdef __x86_64__
    std::mt19937 random{8};
    for (std::size_t count : {1U, 16U, 100U, 256U}) {
        const ToneTable table{random_tones(count, random)};
        for (Tone tone : random_tones(100, random)) {
            alignas(32) std::array<std::uint16_t, 256> any{}, vectors{};
            CHECK(distances_with_any(table, tone, any.data()) ==
                  distances_with_avx2(table, tone, vectors.data()));
            CHECK(std::equal(any.begin(), any.begin() + count, vectors.begin()));
        }
    }
#endif
}
