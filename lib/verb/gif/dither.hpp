// Draws pictures with the palette's colours.
#pragma once

#include "base/picture.hpp"
#include "verb/gif.hpp"
#include "verb/gif/color_map.hpp"

#include <cstdint>
#include <vector>

namespace img {

/// Turns pixels into indices of the palette.
class Drawing {
public:
    Drawing(const std::vector<Color>& palette, GifDither dither);

    /// Sets `indices` of the pixels of `picture` (YCbCr) that are marked with 1. The same pixel at
    /// the same place gives the same index, but for diffusion, where its neighbours count too.
    void draw(const Picture& picture, const std::vector<std::uint8_t>& marks,
              std::vector<std::uint8_t>& indices);

private:
    void draw_ordered(const Picture& picture, const std::vector<std::uint8_t>& marks,
                      std::vector<std::uint8_t>& indices);
    void draw_diffused(const Picture& picture, const std::vector<std::uint8_t>& marks,
                       std::vector<std::uint8_t>& indices);

    ColorMap map_;
    GifDither dither_;
};

} // namespace img
