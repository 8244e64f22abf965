// The palette: which few colours stand for an image's many.
#pragma once

#include "base/picture.hpp"
#include "verb/gif/tone.hpp"
#include "verb/gif/tone_table.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// Tones that are alike are counted together: 1 level of luma, 4 of chroma.
constexpr std::size_t tone_cells = std::size_t{1} << 18;

/// Cells of like chroma, of which most pictures have few, are beside each other.
inline std::size_t cell_of(Tone tone) {
    return static_cast<std::size_t>((tone.blue + 512) >> 5) << 13 |
           static_cast<std::size_t>((tone.red + 512) >> 5) << 8 |
           static_cast<std::size_t>(tone.luma >> 3);
}

struct Palette {
    std::vector<Color> colors; ///< 1 to 256, all different
    ToneTable tones;           ///< of the colours
};

/// How much each tone weighs in an image.
class ToneHistogram {
public:
    ToneHistogram() : cells_(tone_cells) {}

    /// All weights together are at most 2^27.
    void add(Tone tone, std::uint32_t weight);
    bool empty() const { return used_.empty(); }
    /// At most `most` (1 to 256) colours; the histogram, which is not empty, becomes so. Boxes are
    /// cut across their main axis where they scatter most (Wan, Wong, Prusinkiewicz: "An algorithm
    /// for multidimensional data clustering", 1988), then moved by some rounds of k-means.
    Palette take_palette(std::size_t most);

private:
    /// Weighted sums of how far tones are beyond the cell's least.
    struct Cell {
        std::uint32_t weight = 0;
        std::array<std::uint32_t, 3> beyond{};
    };
    std::vector<Cell> cells_;
    std::vector<std::uint32_t> used_;
};

} // namespace img
