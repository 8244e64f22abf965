// Text to lines of shapes.
#pragma once

#include "verb/stamp/glyphs.hpp"

#include <cstdint>
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
    std::vector<Piece> pieces; ///< from left to right
    int left = 0;              ///< ink left of the pen's beginning
    int width = 0;             ///< from the pen's beginning to where pen and ink end
    int top = 0, bottom = 0;   ///< ink above and below the baseline
    std::string text;          ///< as drawn, in the order in which it is read
    bool cut = false;          ///< the end does not fit and is left out

    int total_width() const { return left + width; }
};

/// Sets lines at one size at a time. Scripts may mix: each character is taken from the first font
/// that has it, letters join and marks stand as HarfBuzz says, and text from right to left is put
/// in order. Plain text loads no library and no second font for this.
class Typesetter {
public:
    explicit Typesetter(FontList fonts) : glyphs_(std::move(fonts)) {}

    /// From now on letters `pixels` high, with outlines `outline` pixels wide (0: none).
    void set_size(int pixels, double outline) { glyphs_.set_size(pixels, outline); }
    int size() const { return glyphs_.size(); }
    LineMetrics metrics() const { return glyphs_.metrics(); }

    /// The line as far as it fits into `room` pixels: what is longer is cut at a character and ends
    /// with an ellipsis; where not even that fits, the line has no pieces.
    SetLine set(const std::string& text, int room);

    /// The text in as many lines as it takes: broken at blanks, which are left out there, and
    /// between the signs of Chinese, Japanese and Korean; a word that is longer than the room, at a
    /// character. What is left for the last of `most_lines` (one at least) is set as by set(); so
    /// is a rest of which not one character fits.
    std::vector<SetLine> wrap(const std::string& text, int room, std::size_t most_lines = SIZE_MAX);

private:
    GlyphCache glyphs_;
};

} // namespace img
