// Lines of text to an artwork: where everything stands on a picture.
#pragma once

#include "verb/stamp.hpp"
#include "verb/stamp/inscribe.hpp"
#include "verb/stamp/typesetter.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// The mean luma, 0 to 255, of an area of the picture.
using LumaOf = std::function<double(const Rectangle&)>;

/// The colours of what is drawn.
struct Look {
    std::optional<Color> color; ///< of the letters; nullopt: black or white, which stands out more
    Color panel;                ///< of panels, and of the letters' outline where `color` is set
    double opacity = 0;         ///< of panels; 0: none are drawn
    double outline = 0;         ///< around the letters, as a part of their height
    LumaOf luma;                ///< asked only when `color` is not set
};

/// How a block of text stands on the picture, in pixels.
struct BlockStyle {
    Place place;
    int margin;               ///< least distance from the picture's edges
    int padding_x, padding_y; ///< least distance of the text from the panel's edges
    enum class TooLong { ellipsis, wrap } too_long = TooLong::ellipsis;
};

struct Arrangement {
    Artwork artwork;
    Rectangle box;                  ///< around all that is drawn; empty when nothing fits
    std::vector<std::string> lines; ///< as they are drawn
    bool cut = false;               ///< something does not fit
};

/// `lines` below one another, in letters of the typesetter's size. What is too long ends with an
/// ellipsis, or goes on in further lines; lines that do not fit below one another are left out. The
/// box, and with it all ink, stands on the picture; a panel is extended outwards to the sheet's
/// grid, and the text stands in its middle.
Arrangement arrange(const std::vector<std::string>& lines, const Sheet& sheet, const Look& look,
                    const BlockStyle& style, Typesetter& typesetter);

} // namespace img
