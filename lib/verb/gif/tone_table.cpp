// Many tones beside each other, for finding those near to another.

#include "verb/gif/tone_table.hpp"

#include "base/processor.hpp"

#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace img {

namespace {

/// Luma of what is no entry: more than 255 steps from all tones.
constexpr std::int16_t nowhere = 0x3000;

std::uint16_t part(std::int16_t a, std::int16_t b) {
    const int steps = std::min(std::abs(a - b), 255);
    return static_cast<std::uint16_t>(steps * steps);
}

std::uint16_t sum(std::uint16_t a, std::uint16_t b) {
    return static_cast<std::uint16_t>(std::min<int>(a + b, farthest));
}

std::uint16_t distances_to(const ToneTable& table, Tone tone, std::uint16_t* distances) {
#ifdef __x86_64__
    if (has_avx2())
        return distances_with_avx2(table, tone, distances);
#endif
    return distances_with_any(table, tone, distances);
}

} // namespace

ToneTable::ToneTable(const std::vector<Tone>& tones) : count(tones.size()) {
    assert(tones.size() <= most);
    luma.fill(nowhere);
    blue.fill(nowhere);
    red.fill(nowhere);
    for (std::size_t i = 0; i < tones.size(); ++i) {
        luma[i] = tones[i].luma;
        blue[i] = tones[i].blue;
        red[i] = tones[i].red;
    }
}

std::uint16_t distances_with_any(const ToneTable& table, Tone tone, std::uint16_t* distances) {
    std::uint16_t least = farthest;
    for (std::size_t i = 0; i < table.count; ++i) {
        distances[i] = sum(part(table.luma[i], tone.luma),
                           sum(part(table.blue[i], tone.blue), part(table.red[i], tone.red)));
        least = std::min(least, distances[i]);
    }
    std::fill(distances + table.count, distances + (table.count + 15) / 16 * 16, farthest);
    return least;
}

NearestTone nearest(const ToneTable& table, Tone tone) {
    assert(table.count > 0);
    alignas(32) std::array<std::uint16_t, ToneTable::most> distances;
    const std::uint16_t least = distances_to(table, tone, distances.data());
    NearestTone best;
    // Below 255 squared no part was cut off, and so the distance is exact.
    if (least < 255 * 255) {
        best.index = static_cast<std::size_t>(std::find(distances.begin(), distances.end(), least) -
                                              distances.begin());
        best.distance = least;
        return best;
    }
    best.distance = distance(table[0], tone);
    for (std::size_t i = 1; i < table.count; ++i)
        if (const std::int32_t other = distance(table[i], tone); other < best.distance)
            best = {i, other};
    return best;
}

} // namespace img
