// Lines of text to places of glyphs on a picture.
#pragma once

#include "verb/stamp.hpp"
#include "verb/stamp/glyphs.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace img {

/// A glyph and its pen position, in pixels from the picture's top left corner.
struct PlacedGlyph {
    std::uint32_t glyph;
    int x, baseline;
};

/// A rectangle of whole pixels, wholly on the picture.
struct Rectangle {
    int x = 0, y = 0;
    Size size;
};

/// Where everything stands.
struct Layout {
    std::vector<PlacedGlyph> glyphs;
    Rectangle box;                  ///< around the text, padded; empty when nothing fits
    std::vector<std::string> lines; ///< as they are drawn
    bool cut = false;               ///< something does not fit
};

/// How the text stands on the picture, in pixels.
struct LayoutStyle {
    Place place;
    int margin;               ///< least distance from the picture's edges
    int padding_x, padding_y; ///< around the text, within the box
};

/// Places `lines` on a picture of `size`. What is too long is cut at a character and ends with an
/// ellipsis; lines that do not fit below one another are left out. Nothing stands outside.
Layout lay_out(const std::vector<std::string>& lines, Size size, const LayoutStyle& style,
               GlyphCache& glyphs);

} // namespace img
