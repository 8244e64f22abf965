// The order in which the characters of a line stand where scripts of two directions meet.

#include "verb/stamp/bidi.hpp"

#include "verb/stamp/bidi_classes.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace img {

namespace {

using enum BidiClass;
using Classes = std::vector<BidiClass>;

bool is_number(BidiClass value) {
    return value == EN || value == AN;
}
bool is_strong(BidiClass value) {
    return value == L || value == R || value == AL;
}
/// What N1 and N2 call NI; after W6 only these are left besides letters and numbers.
bool is_neutral(BidiClass value) {
    return value == WS || value == ON;
}

/// W1 to W3: marks, and numbers behind Arabic letters. `start` is the paragraph's own class.
void resolve_marks_and_arabic(Classes& classes, BidiClass start) {
    BidiClass before = start, strong = start;
    for (BidiClass& value : classes) {
        if (value == NSM)
            value = before;
        before = value;
        if (is_strong(value))
            strong = value;
        if (value == EN && strong == AL)
            value = AN;
    }
    std::replace(classes.begin(), classes.end(), AL, R);
}

/// W4 to W6: what stands between numbers and beside them.
void resolve_separators(Classes& classes) {
    for (std::size_t i = 1; i + 1 < classes.size(); ++i) {
        BidiClass before = classes[i - 1];
        if (before != classes[i + 1])
            continue;
        if ((classes[i] == ES && before == EN) || (classes[i] == CS && is_number(before)))
            classes[i] = before;
    }
    for (auto at = classes.begin(); at != classes.end();) {
        at = std::find(at, classes.end(), ET);
        auto end = std::find_if(at, classes.end(), [](BidiClass value) { return value != ET; });
        bool number =
            (at != classes.begin() && at[-1] == EN) || (end != classes.end() && *end == EN);
        if (at != end && number)
            std::fill(at, end, EN);
        at = end;
    }
    for (BidiClass& value : classes)
        if (value == ES || value == ET || value == CS)
            value = ON;
}

/// W7: numbers within text from left to right.
void resolve_numbers(Classes& classes, BidiClass start) {
    BidiClass strong = start;
    for (BidiClass& value : classes) {
        if (is_strong(value))
            strong = value;
        if (value == EN && strong == L)
            value = L;
    }
}

/// Of the paired brackets (BidiBrackets.txt) those that pictures show; each followed by its
/// partner.
constexpr std::u32string_view brackets = U"()[]{}⟨⟩（）［］「」『』【】〈〉《》";
/// As many as N0 looks at.
constexpr std::size_t deepest_bracket = 63;

/// The positions of brackets that belong together, in the order of the opening ones (BD16).
std::vector<std::pair<std::size_t, std::size_t>> bracket_pairs(const Classes& classes,
                                                               std::u32string_view text) {
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    std::vector<std::pair<std::size_t, std::size_t>> open; // which, where
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::size_t which = classes[i] == ON ? brackets.find(text[i]) : std::u32string_view::npos;
        if (which == std::u32string_view::npos)
            continue;
        if (which % 2 == 0) {
            if (open.size() == deepest_bracket)
                break;
            open.emplace_back(which, i);
            continue;
        }
        auto partner = std::find_if(open.rbegin(), open.rend(),
                                    [&](const auto& one) { return one.first == which - 1; });
        if (partner == open.rend())
            continue;
        pairs.emplace_back(partner->second, i);
        open.erase(partner.base() - 1, open.end());
    }
    std::sort(pairs.begin(), pairs.end());
    return pairs;
}

/// N0: both brackets of a pair take the direction of what they hold.
void resolve_brackets(Classes& classes, std::u32string_view text, BidiClass start) {
    const BidiClass opposite = start == L ? R : L;
    auto strong = [](BidiClass value) { return is_number(value) ? R : value; };
    for (const auto& pair : bracket_pairs(classes, text)) {
        const std::size_t first = pair.first, last = pair.second;
        auto at = [&](std::size_t i) { return classes.begin() + static_cast<std::ptrdiff_t>(i); };
        auto holds = [&](BidiClass wanted) {
            return std::any_of(at(first + 1), at(last),
                               [&](BidiClass value) { return strong(value) == wanted; });
        };
        BidiClass value = start;
        if (!holds(start)) {
            if (!holds(opposite))
                continue;
            // Only the other direction: that of the text in front decides whether it is a part of
            // it.
            auto before = std::find_if(std::make_reverse_iterator(at(first)), classes.rend(),
                                       [&](BidiClass one) { return is_strong(strong(one)); });
            value = before == classes.rend() ? start : strong(*before);
        }
        *at(first) = *at(last) = value;
    }
}

/// N1 and N2: what has no direction takes that of both sides, or the paragraph's.
void resolve_neutrals(Classes& classes, BidiClass start) {
    auto side = [](BidiClass value) { return is_number(value) ? R : value; };
    for (auto at = classes.begin(); at != classes.end();) {
        at = std::find_if(at, classes.end(), is_neutral);
        auto end = std::find_if_not(at, classes.end(), is_neutral);
        BidiClass before = at == classes.begin() ? start : side(at[-1]);
        BidiClass after = end == classes.end() ? start : side(*end);
        std::fill(at, end, before == after ? before : start);
        at = end;
    }
}

/// I1 and I2.
std::uint8_t level_of(BidiClass value, std::uint8_t base) {
    if (base % 2 == 0)
        return static_cast<std::uint8_t>(base + (value == L ? 0 : value == R ? 1 : 2));
    return static_cast<std::uint8_t>(base + (value == R ? 0 : 1));
}

} // namespace

bool is_right_to_left(char32_t character) {
    BidiClass value = bidi_class(character);
    return value == R || value == AL || value == AN;
}

TextDirection base_direction(std::u32string_view paragraph) {
    for (char32_t c : paragraph) {
        BidiClass value = bidi_class(c);
        if (is_strong(value))
            return value == L ? TextDirection::left_to_right : TextDirection::right_to_left;
    }
    return TextDirection::left_to_right;
}

std::vector<std::uint8_t> bidi_levels(std::u32string_view paragraph, TextDirection base) {
    const std::uint8_t base_level = base == TextDirection::right_to_left;
    const BidiClass start = base_level ? R : L;
    Classes classes; // without BN, as X9 removes them
    std::u32string text;
    for (char32_t c : paragraph)
        if (BidiClass value = bidi_class(c); value != BN) {
            classes.push_back(value);
            text += c;
        }
    resolve_marks_and_arabic(classes, start);
    resolve_separators(classes);
    resolve_numbers(classes, start);
    resolve_brackets(classes, text, start);
    resolve_neutrals(classes, start);

    std::vector<std::uint8_t> levels;
    std::uint8_t before = base_level;
    for (std::size_t at = 0; char32_t c : paragraph) {
        if (bidi_class(c) != BN)
            before = level_of(classes[at++], base_level);
        levels.push_back(before);
    }
    for (std::size_t i = paragraph.size(); i > 0; --i) {
        BidiClass value = bidi_class(paragraph[i - 1]);
        if (value != WS && value != BN)
            break;
        levels[i - 1] = base_level;
    }
    return levels;
}

std::vector<BidiRun> visual_runs(const std::vector<std::uint8_t>& levels) {
    std::vector<BidiRun> runs;
    std::uint8_t highest = 0;
    for (std::size_t i = 0; i < levels.size(); ++i) {
        highest = std::max(highest, levels[i]);
        if (runs.empty() || runs.back().level != levels[i])
            runs.push_back({i, 0, levels[i]});
        ++runs.back().length;
    }
    for (std::uint8_t level = highest; level > 0; --level) {
        auto lower = [&](const BidiRun& run) { return run.level < level; };
        for (auto at = runs.begin(); at != runs.end();) {
            at = std::find_if_not(at, runs.end(), lower);
            auto end = std::find_if(at, runs.end(), lower);
            std::reverse(at, end);
            at = end;
        }
    }
    return runs;
}

char32_t mirrored(char32_t character) {
    constexpr std::u32string_view pairs = U"()[]{}<>«»‹›≤≥";
    std::size_t at = pairs.find(character);
    return at == std::u32string_view::npos ? character : pairs[at ^ 1];
}

} // namespace img
