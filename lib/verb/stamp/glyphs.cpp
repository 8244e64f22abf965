// The shapes of fonts that were used already, at the sizes where they were.

#include "verb/stamp/glyphs.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "verb/stamp/characters.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace img {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;
/// Of one run's notes on missing characters; what a hostile frame says must not fill the journal.
constexpr std::size_t most_notes = 100;

/// Characters that are not searched for a second time.
constexpr std::size_t most_remembered = 10'000;

std::string code_point(char32_t character) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(character));
    return text.data();
}

} // namespace

GlyphCache::GlyphCache(FontList list) : search_(std::move(list.search)) {
    for (Font& font : list.fonts)
        add(std::move(font));
}

void GlyphCache::add(Font font) {
    font.set_size(size_);
    faces_.push_back(std::make_unique<Face>(Face{std::move(font), nullptr}));
}

void GlyphCache::set_size(int pixels, double outline) {
    size_ = pixels;
    outline_ = outline;
    for (auto& face : faces_)
        face->font.set_size(pixels);
}

bool GlyphCache::has(char32_t character) const {
    return std::any_of(faces_.begin(), faces_.end(),
                       [&](const auto& face) { return face->font.glyph_of(character) != 0; });
}

bool GlyphCache::has_all(std::size_t font, std::u32string_view letter) const {
    return std::all_of(letter.begin(), letter.end(), [&](char32_t c) {
        return is_invisible(c) || c == 0x200D || glyph_of(font, c) != 0;
    });
}

std::size_t GlyphCache::font_for(std::u32string_view letter) {
    for (std::size_t i = 0; i < faces_.size(); ++i)
        if (has_all(i, letter))
            return i;
    // A font that is found for one character may lack the others: then the next one is looked at.
    for (char32_t c : letter) {
        if (!search_ || is_invisible(c) || has(c) || not_found_.contains(c))
            continue;
        if (std::optional<Font> font = search_(c)) {
            add(std::move(*font));
            if (has_all(faces_.size() - 1, letter))
                return faces_.size() - 1;
        } else if (not_found_.size() < most_remembered) {
            not_found_.insert(c);
        }
    }
    for (std::size_t i = 0; i < faces_.size(); ++i)
        if (has_all(i, letter.substr(0, 1)))
            return i;
    return 0;
}

void GlyphCache::note_missing(char32_t character) {
    if (missed_.size() < most_notes && missed_.insert(character).second)
        log_note(str("no glyph for ", code_point(character), " in ",
                     faces_.size() == 1 && !search_ ? faces_[0]->font.name() : "any font",
                     missed_.size() == most_notes ? "; further ones are not noted" : ""));
}

std::vector<ShapedGlyph> GlyphCache::shape(std::size_t number, std::u32string_view run,
                                           TextDirection direction) {
    Face& face = *faces_[number];
    if (!face.shaper)
        face.shaper = std::make_unique<Shaper>(face.font);
    return face.shaper->shape(run, direction);
}

const Glyph& GlyphCache::at(std::size_t font_number, std::uint32_t number) {
    const Font& font = faces_[font_number]->font;
    Key key{size_, outline_, font_number, number};
    if (auto found = glyphs_.find(key); found != glyphs_.end())
        return found->second;
    if (bytes_ > most_bytes) {
        glyphs_.clear();
        bytes_ = 0;
    }
    Glyph glyph{font.advance(number), std::make_shared<const Shape>(font.shape(number)), {}};
    bytes_ += sizeof(Glyph) + 2 * sizeof(Shape) + glyph.fill->coverage.values.size();
    if (outline_ > 0) {
        glyph.outline = std::make_shared<const Shape>(font.outlined_shape(number, outline_));
        bytes_ += glyph.outline->coverage.values.size();
    }
    return glyphs_.emplace(key, std::move(glyph)).first->second;
}

} // namespace img
