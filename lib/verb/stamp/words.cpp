// Colours, areas, places and styles as users spell them.

#include "base/text.hpp"
#include "verb/stamp.hpp"

#include <array>

namespace img {

namespace {

struct NamedColor {
    std::string_view name;
    Color color;
};

constexpr std::array<NamedColor, 7> named_colors{{{"white", {255, 255, 255}},
                                                  {"black", {0, 0, 0}},
                                                  {"green", {0, 200, 83}},
                                                  {"yellow", {255, 214, 0}},
                                                  {"orange", {255, 145, 0}},
                                                  {"red", {229, 57, 53}},
                                                  {"purple", {156, 39, 176}}}};

std::optional<Mask::Length> parse_length(std::string_view text) {
    Mask::Length length;
    if (text.ends_with('%')) {
        length.unit = Mask::Length::Unit::percent;
        text.remove_suffix(1);
    }
    std::optional<double> value = parse_double(text);
    constexpr double most = 65535;
    if (!value || !(*value >= 0 && *value <= most))
        return std::nullopt;
    length.value = *value;
    return length;
}

} // namespace

const Words<Place>& place_words() {
    using enum Place;
    static const Words<Place> words{{"top-left", top_left},
                                    {"top", top},
                                    {"top-right", top_right},
                                    {"left", left},
                                    {"center", center},
                                    {"right", right},
                                    {"bottom-left", bottom_left},
                                    {"bottom", bottom},
                                    {"bottom-right", bottom_right}};
    return words;
}

const Words<Verify>& verify_words() {
    static const Words<Verify> words{{"full", Verify::full}, {"tail", Verify::tail}};
    return words;
}

const Words<Style>& style_words() {
    using enum Style;
    static const Words<Style> words{{"plain", plain}, {"bar", bar},         {"boxes", boxes},
                                    {"panel", panel}, {"minimal", minimal}, {"mobile", mobile},
                                    {"none", none}};
    return words;
}

const Words<TimeSource>& time_source_words() {
    using enum TimeSource;
    static const Words<TimeSource> words{
        {"exif", exif}, {"name", name}, {"mtime", mtime}, {"now", now}};
    return words;
}

std::string_view word_for(TimeSource source) {
    return time_source_words()[static_cast<std::size_t>(source)].first;
}

std::optional<Color> parse_color(std::string_view text) {
    for (const NamedColor& named : named_colors)
        if (named.name == text)
            return named.color;
    if (text.size() != 7 || text[0] != '#')
        return std::nullopt;
    std::array<std::uint8_t, 3> parts{};
    for (std::size_t i = 1; i < text.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::size_t digit = digits.find(lower(text.substr(i, 1)));
        if (digit == std::string_view::npos)
            return std::nullopt;
        std::uint8_t& part = parts[(i - 1) / 2];
        part = static_cast<std::uint8_t>(static_cast<std::size_t>(part) << 4 | digit);
    }
    return Color{parts[0], parts[1], parts[2]};
}

std::optional<std::optional<Color>> parse_letters_color(std::string_view text) {
    if (text == "auto")
        return std::optional<Color>{};
    if (std::optional<Color> color = parse_color(text))
        return color;
    return std::nullopt;
}

std::optional<Mask> parse_mask(std::string_view text) {
    std::vector<std::string_view> parts = split(text, ',');
    if (parts.size() != 4)
        return std::nullopt;
    Mask mask;
    std::size_t next = 0;
    for (Mask::Length* length : {&mask.x, &mask.y, &mask.width, &mask.height}) {
        std::optional<Mask::Length> parsed = parse_length(trim(parts[next++]));
        if (!parsed)
            return std::nullopt;
        *length = *parsed;
    }
    if (mask.width.value <= 0 || mask.height.value <= 0)
        return std::nullopt;
    return mask;
}

} // namespace img
