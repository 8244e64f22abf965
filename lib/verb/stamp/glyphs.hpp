// The shapes of fonts that were used already, at the sizes where they were.
#pragma once

#include "foreign/harfbuzz.hpp"
#include "verb/stamp/fonts.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace img {

/// A glyph at one size, and around it its outline where one was asked for.
struct Glyph {
    int advance = 0;                            ///< 64ths of a pixel
    std::shared_ptr<const Shape> fill, outline; ///< the outline is null without one
};

/// Loads each glyph once. Its memory is bounded: a stream of frames of ever new sizes does not
/// fill it.
class GlyphCache {
public:
    explicit GlyphCache(FontList list);

    /// From now on `pixels` high, with outlines `outline` pixels wide (0: none).
    void set_size(int pixels, double outline);
    /// Of the first font.
    LineMetrics metrics() const { return faces_.front()->font.metrics(); }
    double outline() const { return outline_; }
    int size() const { return size_; }

    /// Whether a font that is open has the character.
    bool has(char32_t character) const;
    /// The number of the first font that has all of the characters of a letter and its marks; else
    /// of the first that has the letter; else 0. Installed fonts are looked through.
    std::size_t font_for(std::u32string_view letter);
    /// The glyph's number in that font; 0, its sign for what is unknown, when it lacks it.
    std::uint32_t glyph_of(std::size_t font, char32_t character) const {
        return faces_[font]->font.glyph_of(character);
    }
    /// Says on the log, once, that no font has the character.
    void note_missing(char32_t character);

    int kerning(std::size_t font, std::uint32_t left, std::uint32_t right) const {
        return faces_[font]->font.kerning(left, right);
    }
    /// Valid until the next call of this or set_size.
    const Glyph& at(std::size_t font, std::uint32_t glyph);
    /// The characters shaped in that font. Only when Shaper::available().
    std::vector<ShapedGlyph> shape(std::size_t font, std::u32string_view run,
                                   TextDirection direction);

private:
    using Key = std::tuple<int, double, std::size_t, std::uint32_t>;
    /// At a fixed place, as the shaper needs it.
    struct Face {
        Font font;
        std::unique_ptr<Shaper> shaper; ///< null until text needs it
    };

    void add(Font font);
    bool has_all(std::size_t font, std::u32string_view letter) const;

    std::vector<std::unique_ptr<Face>> faces_;
    FontSearch search_;
    int size_ = 16;
    double outline_ = 0;
    std::map<Key, Glyph> glyphs_;
    std::size_t bytes_ = 0;
    std::set<char32_t> missed_;    ///< noted on the log
    std::set<char32_t> not_found_; ///< searched for in vain
};

} // namespace img
