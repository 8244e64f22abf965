// A layout to coverage, and coverage to pixels.
#pragma once

#include "verb/stamp/layout.hpp"

namespace img {

/// What is drawn within a box: how much of each of its pixels the letters cover, and how much they
/// cover with their outline (empty without one).
struct Overlay {
    Rectangle box;
    Coverage fill, outline;
};

/// Ink outside the layout's box is left out.
Overlay render(const Layout& layout, GlyphCache& glyphs);

/// How an overlay looks.
struct OverlayStyle {
    Color color, box;
    double opacity; ///< of the box, 0 to 1
};

/// Draws on a picture of any colour space: the box, on it the outline, on that the letters.
void draw(Picture& picture, const Overlay& overlay, const OverlayStyle& style);

} // namespace img
