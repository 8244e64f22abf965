// Lines of text to places of glyphs on a picture.

#include "verb/stamp/layout.hpp"

#include "verb/stamp/utf8.hpp"

#include <algorithm>

namespace img {

namespace {

constexpr char32_t en_dash = 0x2013, ellipsis = 0x2026;

/// Marks that stand on the character before them (Unicode's blocks of combining marks), and the
/// joiners and variation selectors: a cut does not part them from it.
bool belongs_to_previous(char32_t c) {
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) ||
           (c >= 0x1DC0 && c <= 0x1DFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE20 && c <= 0xFE2F) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0x200D;
}

/// Characters that ask for nothing to be drawn.
bool is_invisible(char32_t c) {
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || c == 0x2060 ||
           c == 0xFEFF || (c >= 0xFE00 && c <= 0xFE0F);
}

/// The characters of a line, our own two signs replaced where the font lacks them.
std::u32string characters_of(const std::string& line, const GlyphCache& glyphs) {
    std::u32string text = decode_utf8(line);
    if (!glyphs.has(en_dash))
        std::replace(text.begin(), text.end(), en_dash, U'-');
    return text;
}

struct Line {
    std::u32string text;
    std::vector<std::uint32_t> glyphs;
    std::vector<int> pens;   ///< whole pixels from the line's beginning
    int width = 0;           ///< with ink that stands over the last pen position
    int left = 0;            ///< ink left of the first pen position
    int top = 0, bottom = 0; ///< ink above and below the baseline
};

/// Sets glyphs one behind the other.
class LineSetter {
public:
    explicit LineSetter(GlyphCache& glyphs) : glyphs_(glyphs) {}

    void add(char32_t character) {
        line_.text += character;
        if (is_invisible(character))
            return;
        std::uint32_t glyph = glyphs_.glyph_of(character);
        if (!line_.glyphs.empty())
            pen_ += glyphs_.kerning(line_.glyphs.back(), glyph);
        int x = static_cast<int>((pen_ + 32) >> 6);
        const Glyph& drawn = glyphs_.at(glyph);
        line_.glyphs.push_back(glyph);
        line_.pens.push_back(x);
        pen_ += drawn.advance;
        line_.width = std::max(line_.width, static_cast<int>((pen_ + 63) >> 6));
        extend(x, drawn.fill);
        extend(x, drawn.outline);
    }
    /// How wide the line would be drawn.
    int total_width() const { return line_.width + line_.left; }
    const Line& line() const { return line_; }

private:
    void extend(int x, const Shape& shape) {
        const Size& size = shape.coverage.size;
        if (size.width == 0)
            return;
        line_.left = std::max(line_.left, -(x + shape.left));
        line_.width = std::max(line_.width, x + shape.left + size.width);
        line_.top = std::max(line_.top, shape.top);
        line_.bottom = std::max(line_.bottom, size.height - shape.top);
    }

    GlyphCache& glyphs_;
    Line line_;
    long pen_ = 0; ///< 64ths of a pixel
};

Line set_line(std::u32string_view text, std::u32string_view tail, GlyphCache& glyphs) {
    LineSetter setter{glyphs};
    for (char32_t c : text)
        setter.add(c);
    for (char32_t c : tail)
        setter.add(c);
    return setter.line();
}

struct Fitted {
    Line line;
    bool cut = false;
};

/// The line as far as it fits into `room` pixels.
Fitted fit_line(const std::u32string& text, int room, GlyphCache& glyphs) {
    LineSetter setter{glyphs};
    std::size_t length = 0;
    while (length < text.size() && setter.total_width() <= room)
        setter.add(text[length++]);
    if (setter.total_width() <= room)
        return {setter.line(), false};
    std::u32string_view tail = glyphs.has(ellipsis) ? U"\u2026" : U"...";
    for (;;) {
        // Back to before the last character with its marks, and before blanks in front of it.
        while (length > 0 && belongs_to_previous(text[length - 1]))
            --length;
        if (length > 0)
            --length;
        while (length > 0 && text[length - 1] == U' ')
            --length;
        Line line = set_line(std::u32string_view{text}.substr(0, length), tail, glyphs);
        if (line.width + line.left <= room)
            return {line, true};
        if (length == 0)
            return {Line{}, true};
    }
}

/// The part of `free` pixels that stands before the text: 0, half or all.
int before(int free, int third) {
    return free * third / 2;
}

} // namespace

Layout lay_out(const std::vector<std::string>& lines, Size size, const LayoutStyle& style,
               GlyphCache& glyphs) {
    Layout out;
    // Ink over the edge of the outline is part of the glyph's shape, and so of a line's extent.
    LineMetrics metrics = glyphs.metrics();
    int room_x = size.width - 2 * (style.margin + style.padding_x);
    int room_y = size.height - 2 * (style.margin + style.padding_y);

    std::vector<Line> fitted;
    int width = 0, ascent = metrics.ascent, descent = metrics.descent;
    for (const std::string& line : lines) {
        // The first line's tallest ink and the last one's deepest decide over the box.
        Fitted candidate = fit_line(characters_of(line, glyphs), room_x, glyphs);
        int first_ascent = fitted.empty() ? std::max(ascent, candidate.line.top) : ascent;
        int last_descent = std::max(metrics.descent, candidate.line.bottom);
        int height = first_ascent + static_cast<int>(fitted.size()) * metrics.height + last_descent;
        out.cut = out.cut || candidate.cut;
        if (height > room_y) {
            out.cut = true;
            break;
        }
        ascent = first_ascent;
        descent = last_descent;
        width = std::max(width, candidate.line.width + candidate.line.left);
        fitted.push_back(std::move(candidate.line));
    }
    if (fitted.empty() || width == 0)
        return out;

    int height = ascent + static_cast<int>(fitted.size() - 1) * metrics.height + descent;
    int column = static_cast<int>(style.place) % 3, row = static_cast<int>(style.place) / 3;
    out.box.size = {width + 2 * style.padding_x, height + 2 * style.padding_y};
    out.box.x = style.margin + before(size.width - 2 * style.margin - out.box.size.width, column);
    out.box.y = style.margin + before(size.height - 2 * style.margin - out.box.size.height, row);

    int baseline = out.box.y + style.padding_y + ascent;
    for (const Line& line : fitted) {
        int x = out.box.x + style.padding_x + line.left +
                before(width - line.width - line.left, column);
        for (std::size_t i = 0; i < line.glyphs.size(); ++i)
            out.glyphs.push_back({line.glyphs[i], x + line.pens[i], baseline});
        out.lines.push_back(encode_utf8(line.text));
        baseline += metrics.height;
    }
    return out;
}

} // namespace img
