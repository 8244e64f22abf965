// Text to a line of shapes.

#include "verb/stamp/typesetter.hpp"

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

/// Sets glyphs one behind the other.
class LineSetter {
public:
    explicit LineSetter(GlyphCache& glyphs) : glyphs_(glyphs) {}

    void add(char32_t character) {
        text_ += character;
        if (is_invisible(character))
            return;
        std::uint32_t glyph = glyphs_.glyph_of(character);
        if (!line_.pieces.empty())
            pen_ += glyphs_.kerning(last_, glyph);
        last_ = glyph;
        int x = static_cast<int>((pen_ + 32) >> 6);
        const Glyph& drawn = glyphs_.at(glyph);
        line_.pieces.push_back({drawn.fill, drawn.outline, x, 0});
        pen_ += drawn.advance;
        line_.width = std::max(line_.width, static_cast<int>((pen_ + 63) >> 6));
        extend(x, *drawn.fill);
        if (drawn.outline)
            extend(x, *drawn.outline);
    }
    int total_width() const { return line_.total_width(); }
    SetLine line() && {
        line_.text = encode_utf8(text_);
        return std::move(line_);
    }

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
    SetLine line_;
    std::u32string text_;
    long pen_ = 0; ///< 64ths of a pixel
    std::uint32_t last_ = 0;
};

SetLine set_whole(std::u32string_view text, std::u32string_view tail, GlyphCache& glyphs) {
    LineSetter setter{glyphs};
    for (char32_t c : text)
        setter.add(c);
    for (char32_t c : tail)
        setter.add(c);
    return std::move(setter).line();
}

} // namespace

SetLine Typesetter::set(const std::string& line, int room) {
    const std::u32string text = characters_of(line, glyphs_);
    LineSetter setter{glyphs_};
    std::size_t length = 0;
    while (length < text.size() && setter.total_width() <= room)
        setter.add(text[length++]);
    if (setter.total_width() <= room)
        return std::move(setter).line();
    std::u32string_view tail = glyphs_.has(ellipsis) ? U"\u2026" : U"...";
    for (;;) {
        // Back to before the last character with its marks, and before blanks in front of it.
        while (length > 0 && belongs_to_previous(text[length - 1]))
            --length;
        if (length > 0)
            --length;
        while (length > 0 && text[length - 1] == U' ')
            --length;
        SetLine cut = set_whole(std::u32string_view{text}.substr(0, length), tail, glyphs_);
        cut.cut = true;
        if (cut.total_width() <= room)
            return cut;
        if (length == 0) {
            SetLine none;
            none.cut = true;
            return none;
        }
    }
}

} // namespace img
