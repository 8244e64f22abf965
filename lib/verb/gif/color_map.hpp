// From any colour to the palette's: the nearest colour, or the mixture of two that comes nearest.
#pragma once

#include "base/picture.hpp"
#include "verb/gif/palette.hpp"

#include <cstdint>
#include <vector>

namespace img {

/// Two colours of the palette by their indices, first < second, and how much of the second makes
/// the mixture, of 255.
struct ColorMixture {
    std::uint8_t first, second, share;
    std::uint8_t nearest() const { return share > 127 ? second : first; }
};

/// Answers are worked out once for each small cell of colours and remembered.
class ColorMap {
public:
    /// `palette` is 1 to 256 colours from dark to bright.
    explicit ColorMap(const std::vector<Color>& palette);

    ColorMixture mixture(std::uint8_t y, std::uint8_t cb, std::uint8_t cr) {
        // Cells are centred on multiples of 4, so that greys are matched as greys.
        std::uint32_t blue = (cb + 2U) >> 2, red = (cr + 2U) >> 2;
        std::uint32_t key = (blue * cells_a_side + red) << 8 | y;
        std::uint32_t known = cells_[key];
        if (known == 0)
            known = work_out(key);
        return {static_cast<std::uint8_t>(known), static_cast<std::uint8_t>(known >> 8),
                static_cast<std::uint8_t>(known >> 16)};
    }
    /// The palette's colours as the map sees them.
    const std::vector<Tone>& tones() const { return tones_; }

private:
    static constexpr std::uint32_t cells_a_side = 65;
    std::uint32_t work_out(std::uint32_t key);

    std::vector<Tone> tones_;
    ToneTable table_;
    std::vector<std::uint32_t> cells_; ///< 0: not known yet
};

} // namespace img
