// Lines of text to an artwork: where everything stands on a picture.
#pragma once

#include "verb/stamp.hpp"
#include "verb/stamp/inscribe.hpp"
#include "verb/stamp/typesetter.hpp"

#include <string>
#include <vector>

namespace img {

/// How a block of text stands on the picture, in pixels.
struct BlockStyle {
    Place place;
    int margin;               ///< least distance from the picture's edges
    int padding_x, padding_y; ///< least distance of the text from the panel's edges
    Color color, panel;       ///< of the letters; of the panel, and of the letters' outline
    double opacity;           ///< of the panel; 0: none is drawn
};

struct Arrangement {
    Artwork artwork;
    Rectangle box;                  ///< around the text, padded; empty when nothing fits
    std::vector<std::string> lines; ///< as they are drawn
    bool cut = false;               ///< something does not fit
};

/// `lines` below one another. What is too long ends with an ellipsis; lines that do not fit below
/// one another are left out. The box, and with it all ink, stands on the picture; it is extended
/// outwards to the sheet's grid, and the text stands in its middle.
Arrangement arrange(const std::vector<std::string>& lines, const Sheet& sheet,
                    const BlockStyle& style, Typesetter& typesetter);

} // namespace img
