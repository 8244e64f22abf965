// What the options of imggif mean.

#include "verb/gif.hpp"

namespace img {

std::optional<double> parse_gif_quality(std::string_view text) {
    if (text == "small")
        return 60;
    if (text == "balanced")
        return 80;
    if (text == "best")
        return 95;
    std::optional<double> number = parse_double(text);
    return number && *number >= 1 && *number <= 100 ? number : std::nullopt;
}

std::optional<double> parse_speed(std::string_view text) {
    if (text.ends_with('x'))
        text.remove_suffix(1);
    std::optional<double> number = parse_double(text);
    return number && *number >= 0.001 && *number <= 1e6 ? number : std::nullopt;
}

std::optional<Duration> parse_gif_delay(std::string_view text) {
    std::optional<Duration> delay = parse_duration(text);
    bool fits =
        delay && delay->count() >= 10 && delay->count() <= 60'000 && delay->count() % 10 == 0;
    return fits ? delay : std::nullopt;
}

std::optional<Area> parse_crop(std::string_view text) {
    std::vector<std::string_view> parts = split(text, '+');
    if (parts.size() != 3)
        return std::nullopt;
    std::optional<Size> size = parse_size(parts[0]);
    std::optional<std::int64_t> left = parse_int(parts[1]), top = parse_int(parts[2]);
    if (!size || !left || !top || *left < 0 || *top < 0 || *left > 65535 || *top > 65535)
        return std::nullopt;
    return Area{static_cast<int>(*left), static_cast<int>(*top), size->width, size->height};
}

} // namespace img
