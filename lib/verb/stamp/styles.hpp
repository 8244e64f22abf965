// The ready-made designs: what is known of a frame to an arrangement on its picture.
#pragma once

#include "verb/stamp/arrangement.hpp"
#include "verb/stamp/facts.hpp"

#include <optional>

namespace img {

/// What a design may be told. Sizes are parts of the picture's height.
struct StyleSettings {
    std::optional<Place> place; ///< absent: the design's own
    double scale = 1;           ///< of all letters
    double margin = .02;        ///< from the picture's edges
};

/// The opacity of panels and the width of outlines that a design is made for.
double standard_opacity(Style style);
double standard_outline(Style style);

/// Any design but `plain`, which has no facts, and `none`, which has nothing. All of it stands on
/// the sheet and nothing on anything else: letters get smaller, then lines end with an ellipsis,
/// then the least important is left out.
Arrangement arrange_style(Style style, const StampFacts& facts, const Sheet& sheet,
                          const Look& look, const StyleSettings& settings, Typesetter& typesetter);

} // namespace img
