// Many tones beside each other, for finding those near to another.
#pragma once

#include "verb/gif/tone.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// What distances saturate at: farther ones are not told apart.
constexpr std::uint16_t farthest = 65535;

/// Up to 256 tones. The entries behind them are farthest from all.
struct alignas(32) ToneTable {
    static constexpr std::size_t most = 256;
    std::array<std::int16_t, most> luma, blue, red;
    std::size_t count = 0;

    ToneTable() : ToneTable(std::vector<Tone>{}) {}
    explicit ToneTable(const std::vector<Tone>& tones);
    Tone operator[](std::size_t index) const { return {luma[index], blue[index], red[index]}; }
};

/// Of all entries, in multiples of 16 of them; each part of a distance counts 255 steps at most.
/// Returns the least.
std::uint16_t distances_with_any(const ToneTable& table, Tone tone, std::uint16_t* distances);
std::uint16_t distances_with_avx2(const ToneTable& table, Tone tone, std::uint16_t* distances);

struct NearestTone {
    std::size_t index = 0;
    std::int32_t distance = 0; ///< exactly
};

/// The first of the nearest; the table is not empty.
NearestTone nearest(const ToneTable& table, Tone tone);

} // namespace img
