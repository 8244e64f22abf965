// Text to a line of shapes.
#pragma once

#include "verb/stamp/glyphs.hpp"

#include <memory>
#include <string>
#include <vector>

namespace img {

/// A line of text as it is drawn. Pixels; the pen begins at (0, 0) on the baseline.
struct SetLine {
    /// One glyph; `outline` is null without one.
    struct Piece {
        std::shared_ptr<const Shape> fill, outline;
        int x, y; ///< of its pen; y downwards from the baseline
    };
    std::vector<Piece> pieces;
    int left = 0;            ///< ink left of the pen's beginning
    int width = 0;           ///< from the pen's beginning to where pen and ink end
    int top = 0, bottom = 0; ///< ink above and below the baseline
    std::string text;        ///< as drawn
    bool cut = false;        ///< the end does not fit and is left out

    int total_width() const { return left + width; }
};

/// Sets lines in one font at one size at a time.
class Typesetter {
public:
    explicit Typesetter(Font font) : glyphs_(std::move(font)) {}

    /// From now on letters `pixels` high, with outlines `outline` pixels wide (0: none).
    void set_size(int pixels, double outline) { glyphs_.set_size(pixels, outline); }
    int size() const { return glyphs_.size(); }
    LineMetrics metrics() const { return glyphs_.metrics(); }

    /// The line as far as it fits into `room` pixels: what is longer is cut at a character and ends
    /// with an ellipsis; where not even that fits, the line has no pieces.
    SetLine set(const std::string& text, int room);

private:
    GlyphCache glyphs_;
};

} // namespace img
