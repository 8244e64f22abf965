// Text to lines of shapes.

#include "verb/stamp/typesetter.hpp"

#include "verb/stamp/bidi.hpp"
#include "verb/stamp/characters.hpp"
#include "verb/stamp/line_setter.hpp"
#include "verb/stamp/utf8.hpp"

#include <algorithm>

namespace img {

namespace {

constexpr char32_t en_dash = 0x2013, ellipsis = 0x2026;

/// A text of one direction, of which lines are set.
class Paragraph {
public:
    Paragraph(const std::string& line, GlyphCache& glyphs)
        : glyphs_(glyphs), setter_(glyphs), text_(decode_utf8(line)) {
        // Our own two signs, where the fonts lack them, are written with what every font has.
        if (!glyphs.has(en_dash))
            std::replace(text_.begin(), text_.end(), en_dash, U'-');
        base_ = base_direction(text_);
        levels_ = levels_of(text_);
    }

    std::size_t size() const { return text_.size(); }

    /// All characters from `begin`; nullopt when they are wider than `room`.
    std::optional<SetLine> rest(std::size_t begin, int room) {
        if (horizon(begin, room) < size())
            return std::nullopt;
        return set(begin, size(), room);
    }

    /// The characters from `begin`, those at the end replaced by an ellipsis.
    SetLine cut(std::size_t begin, int room) {
        const std::u32string tail = glyphs_.has(ellipsis) ? U"\u2026" : U"...";
        SetLine found;
        auto fits = [&](std::size_t end) {
            while (end > begin && is_blank(text_[end - 1]))
                --end;
            std::u32string text = text_.substr(begin, end - begin) + tail;
            std::optional<SetLine> line = setter_.set(text, levels_of(text), room);
            if (!line)
                return false;
            found = std::move(*line);
            return true;
        };
        if (last_that(fits, places_to_cut(begin, room)) == 0)
            fits(begin);
        found.cut = true;
        return found;
    }

    /// The line that begins at `begin`, broken where it may be, and where the next one begins.
    /// nullopt when not one character fits.
    std::optional<SetLine> broken(std::size_t& begin, int room) {
        std::optional<SetLine> found;
        auto fits = [&](std::size_t end) {
            while (end > begin && is_blank(text_[end - 1]))
                --end;
            std::optional<SetLine> line = set(begin, end, room);
            if (!line)
                return false;
            found = std::move(line);
            return true;
        };
        std::size_t end = last_that(fits, places_to_break(begin, room));
        if (end == 0)
            end = last_that(fits, places_to_cut(begin, room));
        if (end == 0)
            return std::nullopt;
        begin = end;
        while (begin < size() && is_blank(text_[begin]))
            ++begin;
        return found;
    }

private:
    std::u32string_view part(std::size_t begin, std::size_t end) const {
        return std::u32string_view{text_}.substr(begin, end - begin);
    }
    std::vector<std::uint8_t> levels(std::size_t begin, std::size_t end) const {
        return {levels_.begin() + static_cast<std::ptrdiff_t>(begin),
                levels_.begin() + static_cast<std::ptrdiff_t>(end)};
    }

    /// Of text that is all from left to right, without a look at each character's class.
    std::vector<std::uint8_t> levels_of(std::u32string_view text) const {
        if (base_ == TextDirection::left_to_right &&
            std::none_of(text.begin(), text.end(), needs_shaping))
            return std::vector<std::uint8_t>(text.size());
        return bidi_levels(text, base_);
    }

    std::optional<SetLine> set(std::size_t begin, std::size_t end, int room) {
        return setter_.set(part(begin, end), levels(begin, end), room);
    }

    /// How far a line from `begin` has to be looked at: some characters more than fit, or the end.
    /// A frame may bring a text of 64 KB.
    std::size_t horizon(std::size_t begin, int room) {
        std::size_t ahead = 64;
        while (begin + ahead < size() && set(begin, begin + ahead, room))
            ahead *= 2;
        return std::min(size(), begin + ahead);
    }

    /// Not with the end.
    std::vector<std::size_t> places_to_cut(std::size_t begin, int room) {
        const std::size_t end = horizon(begin, room);
        std::vector<std::size_t> places =
            setter_.places_to_cut(part(begin, end), levels(begin, end));
        places.pop_back();
        for (std::size_t& place : places)
            place += begin;
        return places;
    }

    std::vector<std::size_t> places_to_break(std::size_t begin, int room) {
        const std::size_t end = horizon(begin, room);
        std::vector<std::size_t> places;
        for (std::size_t i = begin + 1; i < end; ++i) {
            bool blank = is_blank(text_[i]) && !is_blank(text_[i - 1]);
            if (blank || (!is_blank(text_[i]) && !is_blank(text_[i - 1]) &&
                          may_break_between(text_[i - 1], text_[i])))
                places.push_back(i);
        }
        return places;
    }

    /// The last of `places`, ascending, for which `fits` holds, given that it holds for all before
    /// one for which it does; 0 when there is none. Shaping may make a longer text the narrower
    /// one, so the place is not always the last possible one. No later `fits` holds than for that.
    template <class Fits>
    static std::size_t last_that(Fits fits, const std::vector<std::size_t>& places) {
        std::size_t low = 0, high = places.size();
        while (low < high) {
            std::size_t middle = low + (high - low) / 2;
            if (fits(places[middle]))
                low = middle + 1;
            else
                high = middle;
        }
        return low == 0 ? 0 : places[low - 1];
    }

    GlyphCache& glyphs_;
    LineSetter setter_;
    std::u32string text_;
    TextDirection base_ = TextDirection::left_to_right;
    std::vector<std::uint8_t> levels_;
};

} // namespace

SetLine Typesetter::set(const std::string& text, int room) {
    Paragraph paragraph{text, glyphs_};
    if (std::optional<SetLine> whole = paragraph.rest(0, room))
        return std::move(*whole);
    return paragraph.cut(0, room);
}

std::vector<SetLine> Typesetter::wrap(const std::string& text, int room, std::size_t most_lines) {
    Paragraph paragraph{text, glyphs_};
    std::vector<SetLine> lines;
    std::size_t begin = 0;
    do {
        std::optional<SetLine> line = paragraph.rest(begin, room);
        if (line) {
            begin = paragraph.size();
        } else if (lines.size() + 1 < most_lines) {
            line = paragraph.broken(begin, room);
        }
        if (!line) {
            line = paragraph.cut(begin, room);
            begin = paragraph.size();
        }
        lines.push_back(std::move(*line));
    } while (begin < paragraph.size());
    return lines;
}

} // namespace img
