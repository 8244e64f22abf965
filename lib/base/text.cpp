// Text: joining, splitting, numbers with units, {name} substitution.

#include "base/text.hpp"

#include "base/error.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace img {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos)
            return parts;
        text.remove_prefix(at + 1);
    }
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n\f\v";
    std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string printable(std::string_view text, std::size_t longest) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (char c : text) {
        if (out.size() >= longest) {
            out += "...";
            break;
        }
        auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
        } else {
            out += c;
        }
    }
    return out;
}

std::string_view first_line(std::string_view text) {
    return text.substr(0, text.find_first_of("\r\n"));
}

std::optional<std::int64_t> parse_int(std::string_view text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::optional<double> parse_double(std::string_view text) {
    double value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

constexpr std::array<Unit, 5> units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};

} // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    std::size_t digits = text.find_first_not_of("0123456789.");
    std::string_view unit_name = digits == std::string_view::npos ? "s" : text.substr(digits);
    std::optional<double> number = parse_double(text.substr(0, digits));
    if (!number || *number < 0)
        return std::nullopt;
    for (const Unit& unit : units) {
        if (unit.name != unit_name)
            continue;
        double milliseconds = *number * static_cast<double>(unit.milliseconds);
        constexpr double hundred_years = 100.0 * 366 * 86'400'000;
        if (milliseconds > hundred_years)
            return std::nullopt;
        return Duration{std::llround(milliseconds)};
    }
    return std::nullopt;
}

std::string format_duration(Duration duration) {
    for (const Unit& unit : units)
        if (duration.count() != 0 && duration.count() % unit.milliseconds == 0)
            return str(duration.count() / unit.milliseconds, unit.name);
    return "0s";
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    struct BytesUnit {
        std::string_view name;
        double bytes;
    };
    static constexpr std::array<BytesUnit, 8> bytes_units{{{"", 1},
                                                           {"b", 1},
                                                           {"kb", 1e3},
                                                           {"mb", 1e6},
                                                           {"gb", 1e9},
                                                           {"kib", 1024},
                                                           {"mib", 1024.0 * 1024},
                                                           {"gib", 1024.0 * 1024 * 1024}}};
    std::size_t digits = text.find_first_not_of("0123456789.");
    std::optional<double> number = parse_double(text.substr(0, digits));
    std::string unit_name =
        digits == std::string_view::npos ? "" : lower(trim(text.substr(digits)));
    for (const BytesUnit& unit : bytes_units) {
        if (!number || unit.name != unit_name)
            continue;
        double bytes = *number * unit.bytes;
        constexpr double most = 9007199254740992.0; // up to which doubles are whole numbers
        if (bytes <= most)
            return static_cast<std::uint64_t>(std::floor(bytes));
    }
    return std::nullopt;
}

std::optional<Size> parse_size(std::string_view text) {
    std::size_t x = text.find('x');
    if (x == std::string_view::npos)
        return std::nullopt;
    auto side = [](std::string_view digits) -> std::optional<int> {
        std::optional<std::int64_t> value = parse_int(digits);
        if (!value || *value < 1 || *value > 65535)
            return std::nullopt;
        return static_cast<int>(*value);
    };
    std::optional<int> width = side(text.substr(0, x));
    std::optional<int> height = side(text.substr(x + 1));
    if (!width || !height)
        return std::nullopt;
    return Size{*width, *height};
}

std::string substitute(std::string_view text,
                       const std::function<std::string(std::string_view)>& lookup) {
    std::string out;
    while (!text.empty()) {
        char c = text.front();
        if ((c == '{' || c == '}') && text.size() > 1 && text[1] == c) {
            out += c;
            text.remove_prefix(2);
        } else if (c == '{') {
            std::size_t end = text.find('}');
            if (end == std::string_view::npos)
                throw Error(str("'", printable(text), "': a brace is not closed"), Exit::usage);
            out += lookup(text.substr(1, end - 1));
            text.remove_prefix(end + 1);
        } else {
            out += c;
            text.remove_prefix(1);
        }
    }
    return out;
}

} // namespace img
