// The shapes of a font that were used already, at the sizes where they were.
#pragma once

#include "foreign/freetype.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>

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
    explicit GlyphCache(Font font) : font_(std::move(font)) {}

    /// From now on `pixels` high, with outlines `outline` pixels wide (0: none).
    void set_size(int pixels, double outline);
    LineMetrics metrics() const { return font_.metrics(); }
    double outline() const { return outline_; }
    int size() const { return size_; }

    /// The glyph's number. A character that the font lacks is noted on the log, once, and gives
    /// the font's box for unknown characters.
    std::uint32_t glyph_of(char32_t character);
    bool has(char32_t character) const { return font_.glyph_of(character) != 0; }
    int advance(std::uint32_t glyph) { return at(glyph).advance; }
    int kerning(std::uint32_t left, std::uint32_t right) const {
        return font_.kerning(left, right);
    }
    /// Valid until the next call of this or set_size.
    const Glyph& at(std::uint32_t glyph);

private:
    using Key = std::tuple<int, double, std::uint32_t>;

    Font font_;
    int size_ = 0;
    double outline_ = 0;
    std::map<Key, Glyph> glyphs_;
    std::size_t bytes_ = 0;
    std::set<char32_t> missed_;
};

} // namespace img
