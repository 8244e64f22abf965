// Puts panels and rows of text on a sheet, one after another.
#pragma once

#include "verb/stamp/arrangement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// `area` extended outwards to the sheet's grid, within the sheet.
Rectangle on_grid(Rectangle area, const Sheet& sheet);

/// The smallest rectangle around both; an empty one does not count.
Rectangle around(const Rectangle& one, const Rectangle& other);

/// A part of a row of text, in one colour.
struct Run {
    std::string text;
    std::optional<Color> color; ///< absent: that of the letters
};
using Row = std::vector<Run>;

/// A row in the size in which it fits.
struct FittedRow {
    struct Part {
        SetLine line;
        std::optional<Color> color;
    };
    std::vector<Part> parts; ///< one behind the other, on one baseline
    int width = 0;
    int size = 0;    ///< of the letters
    int capital = 0; ///< height of a capital letter
    bool cut = false;
};

class Composer {
public:
    Composer(const Sheet& sheet, const Look& look, Typesetter& typesetter)
        : sheet_(sheet), look_(look), typesetter_(typesetter) {}

    const Sheet& sheet() const { return sheet_; }
    const Look& look() const { return look_; }

    /// The row in letters `size` pixels high, or smaller down to `least` of that, whichever fits
    /// into `room` pixels; in the smallest it ends with an ellipsis when it is still too long.
    FittedRow fit(const Row& row, int size, int room, double least = .7);

    /// Covers an area, extended outwards to the grid, which is given back.
    Rectangle add_panel(const Rectangle& area, double opacity);
    /// Covers an area within a panel.
    void add_stripe(const Rectangle& area, Color color);
    /// The colour of letters in `area`, which a panel of this opacity covers.
    Color letters_on(const Rectangle& area, double opacity) const;
    /// Writes from `x` on, the left edge. As one of the arrangement's lines.
    void add_row(const FittedRow& row, int x, int baseline, Color letters);
    void add_line(const SetLine& line, int x, int baseline, Color color);
    /// Something was left out.
    void cut() { out_.cut = true; }

    Arrangement take() { return std::move(out_); }

private:
    void draw(const SetLine& line, int x, int baseline, Color color);

    const Sheet& sheet_;
    const Look& look_;
    Typesetter& typesetter_;
    Arrangement out_;
};

} // namespace img
