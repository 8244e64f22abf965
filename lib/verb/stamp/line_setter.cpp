// Characters to the glyphs of one line, in their places.

#include "verb/stamp/line_setter.hpp"

#include "base/log.hpp"
#include "verb/stamp/bidi.hpp"
#include "verb/stamp/characters.hpp"
#include "verb/stamp/utf8.hpp"

#include <algorithm>
#include <iterator>

namespace img {

namespace {

int whole_pixels(long value) {
    return static_cast<int>((value + 32) >> 6);
}

std::size_t end_of_letter(std::u32string_view text, std::size_t begin, std::size_t end) {
    std::size_t at = begin + 1;
    while (at < end && belongs_to_previous(text[at]))
        ++at;
    return at;
}

bool can_shape() {
    if (Shaper::available())
        return true;
    static const bool noted = [] {
        log_note("libharfbuzz.so.0 is not installed: letters that join, and marks, are drawn one "
                 "by one");
        return true;
    }();
    return !noted;
}

/// What is drawn one by one from right to left: letters backwards, their marks behind them.
std::u32string backwards(std::u32string_view text) {
    std::u32string out;
    for (std::size_t end = text.size(); end > 0;) {
        std::size_t begin = end - 1;
        while (begin > 0 && belongs_to_previous(text[begin]))
            --begin;
        out += mirrored(text[begin]);
        out += text.substr(begin + 1, end - begin - 1);
        end = begin;
    }
    return out;
}

} // namespace

std::vector<LineSetter::Item> LineSetter::items_of(std::u32string_view text,
                                                   const std::vector<std::uint8_t>& levels) {
    std::vector<Item> items;
    for (const BidiRun& run : visual_runs(levels)) {
        std::vector<Item> of_run;
        const std::size_t end = run.begin + run.length;
        for (std::size_t at = run.begin; at < end;) {
            std::size_t next = end_of_letter(text, at, end);
            std::u32string_view letter = text.substr(at, next - at);
            std::size_t font = is_invisible(letter[0]) && !of_run.empty()
                                   ? of_run.back().font
                                   : glyphs_.font_for(letter);
            if (of_run.empty() || of_run.back().font != font)
                of_run.push_back({at, 0, font, run.direction(), false});
            Item& item = of_run.back();
            item.length += next - at;
            item.shaped = item.shaped || std::any_of(letter.begin(), letter.end(), needs_shaping);
            at = next;
        }
        if (run.direction() == TextDirection::right_to_left)
            std::reverse(of_run.begin(), of_run.end());
        items.insert(items.end(), of_run.begin(), of_run.end());
    }
    for (Item& item : items)
        item.shaped = item.shaped && can_shape();
    return items;
}

void LineSetter::put(std::size_t font, std::uint32_t glyph, long x, long y) {
    const Glyph& drawn = glyphs_.at(font, glyph);
    SetLine::Piece piece{drawn.fill, drawn.outline, whole_pixels(x), whole_pixels(-y)};
    for (const auto& shape : {drawn.fill, drawn.outline}) {
        if (!shape || shape->coverage.size.width == 0)
            continue;
        const Size& size = shape->coverage.size;
        int left = piece.x + shape->left, top = shape->top - piece.y;
        line_.left = std::max(line_.left, -left);
        line_.width = std::max(line_.width, left + size.width);
        line_.top = std::max(line_.top, top);
        line_.bottom = std::max(line_.bottom, size.height - top);
    }
    line_.pieces.push_back(std::move(piece));
}

void LineSetter::add_plain(std::u32string_view text, const Item& item, int room) {
    std::u32string part{text.substr(item.begin, item.length)};
    if (item.direction == TextDirection::right_to_left)
        part = backwards(part);
    std::optional<std::uint32_t> last;
    for (char32_t c : part) {
        if (is_invisible(c))
            continue;
        std::uint32_t glyph = glyphs_.glyph_of(item.font, c);
        if (glyph == 0)
            glyphs_.note_missing(c);
        if (last)
            pen_ += glyphs_.kerning(item.font, *last, glyph);
        last = glyph;
        put(item.font, glyph, pen_, 0);
        pen_ += glyphs_.at(item.font, glyph).advance;
        line_.width = std::max(line_.width, static_cast<int>((pen_ + 63) >> 6));
        if (line_.total_width() > room)
            return;
    }
}

void LineSetter::add_shaped(std::u32string_view text, const Item& item) {
    std::u32string_view part = text.substr(item.begin, item.length);
    for (const ShapedGlyph& glyph : glyphs_.shape(item.font, part, item.direction)) {
        if (glyph.glyph == 0) {
            // The letter that it belongs to may be there: one of its marks is not.
            auto lacking = std::find_if(
                part.begin() + std::min<std::ptrdiff_t>(glyph.cluster, std::ssize(part)),
                part.end(), [&](char32_t c) { return glyphs_.glyph_of(item.font, c) == 0; });
            if (lacking != part.end())
                glyphs_.note_missing(*lacking);
        }
        put(item.font, glyph.glyph, pen_ + glyph.x, glyph.y);
        pen_ += glyph.advance;
        line_.width = std::max(line_.width, static_cast<int>((pen_ + 63) >> 6));
    }
}

std::optional<SetLine> LineSetter::set(std::u32string_view text,
                                       const std::vector<std::uint8_t>& levels, int room) {
    line_ = {};
    pen_ = 0;
    for (const Item& item : items_of(text, levels)) {
        if (item.shaped)
            add_shaped(text, item);
        else
            add_plain(text, item, room);
        if (line_.total_width() > room)
            return std::nullopt;
    }
    line_.text = encode_utf8(text);
    return std::move(line_);
}

std::vector<std::size_t> LineSetter::places_to_cut(std::u32string_view text,
                                                   const std::vector<std::uint8_t>& levels) {
    std::vector<std::size_t> places;
    for (const Item& item : items_of(text, levels)) {
        std::u32string_view part = text.substr(item.begin, item.length);
        if (item.shaped)
            for (const ShapedGlyph& glyph : glyphs_.shape(item.font, part, item.direction))
                places.push_back(item.begin + glyph.cluster);
        else
            for (std::size_t at = 0; at < part.size(); at = end_of_letter(part, at, part.size()))
                places.push_back(item.begin + at);
    }
    places.push_back(text.size());
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    // A mark that got a font of its own begins an item, but no letter.
    std::erase_if(places, [&](std::size_t at) {
        return at == 0 || (at < text.size() && belongs_to_previous(text[at]));
    });
    return places;
}

} // namespace img
