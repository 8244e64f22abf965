// The shapes of a font that were used already, at the sizes where they were.

#include "verb/stamp/glyphs.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <array>
#include <cstdio>

namespace img {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
/// Of one run's notes on missing characters; what a hostile frame says must not fill the journal.
constexpr std::size_t most_notes = 100;

std::string code_point(char32_t character) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(character));
    return text.data();
}

} // namespace

void GlyphCache::set_size(int pixels, double outline) {
    size_ = pixels;
    outline_ = outline;
    font_.set_size(pixels);
}

std::uint32_t GlyphCache::glyph_of(char32_t character) {
    std::uint32_t glyph = font_.glyph_of(character);
    if (glyph == 0 && missed_.size() < most_notes && missed_.insert(character).second)
        log_note(str("no glyph for ", code_point(character), " in ", font_.name(),
                     missed_.size() == most_notes ? "; further ones are not noted" : ""));
    return glyph;
}

const Glyph& GlyphCache::at(std::uint32_t number) {
    Key key{size_, outline_, number};
    if (auto found = glyphs_.find(key); found != glyphs_.end())
        return found->second;
    if (bytes_ > most_bytes) {
        glyphs_.clear();
        bytes_ = 0;
    }
    Glyph glyph{font_.advance(number), std::make_shared<const Shape>(font_.shape(number)), {}};
    bytes_ += sizeof(Glyph) + 2 * sizeof(Shape) + glyph.fill->coverage.values.size();
    if (outline_ > 0) {
        glyph.outline = std::make_shared<const Shape>(font_.outlined_shape(number, outline_));
        bytes_ += glyph.outline->coverage.values.size();
    }
    return glyphs_.emplace(key, std::move(glyph)).first->second;
}

} // namespace img
