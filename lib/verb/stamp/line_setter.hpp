// Characters to the glyphs of one line, in their places.
#pragma once

#include "verb/stamp/typesetter.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace img {

/// Sets parts of one paragraph; the fonts and their size stay the same meanwhile.
class LineSetter {
public:
    explicit LineSetter(GlyphCache& glyphs) : glyphs_(glyphs) {}

    /// The whole of `text` as one line whose characters have these levels (see bidi.hpp); nullopt
    /// when it is wider than `room`.
    std::optional<SetLine> set(std::u32string_view text, const std::vector<std::uint8_t>& levels,
                               int room);

    /// Before which characters the text may be cut: those that begin a letter, with all its marks
    /// and parts. Ascending, without 0, with the text's length at the end.
    std::vector<std::size_t> places_to_cut(std::u32string_view text,
                                           const std::vector<std::uint8_t>& levels);

private:
    /// Characters of one level and one font that follow each other.
    struct Item {
        std::size_t begin, length, font;
        TextDirection direction;
        bool shaped;
    };

    std::vector<Item> items_of(std::u32string_view text, const std::vector<std::uint8_t>& levels);
    void add_plain(std::u32string_view text, const Item& item, int room);
    void add_shaped(std::u32string_view text, const Item& item);
    void put(std::size_t font, std::uint32_t glyph, long x, long y);

    GlyphCache& glyphs_;
    SetLine line_;
    long pen_ = 0; ///< 64ths of a pixel
};

} // namespace img
