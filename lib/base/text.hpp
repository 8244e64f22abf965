// Text: joining, splitting, numbers with units, {name} substitution.
#pragma once

#include "base/picture.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace img {

using Duration = std::chrono::milliseconds;

/// The parts, one after another.
template <class... Parts>
std::string str(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return std::move(out).str();
}

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
/// ASCII letters only, whatever the locale.
std::string lower(std::string_view text);
/// The text with control characters as \xNN, cut to `longest` bytes: outside text fit for one line.
std::string printable(std::string_view text, std::size_t longest = 200);
/// The text with \r and \n at its end removed.
std::string_view first_line(std::string_view text);

/// nullopt unless the whole text is a decimal number that fits.
std::optional<std::int64_t> parse_int(std::string_view text);
std::optional<double> parse_double(std::string_view text);

/// "500ms", "30s", "5m", "2h", "7d", "1.5s"; a bare number is seconds. nullopt when it is none of
/// these, negative, or longer than 100 years.
std::optional<Duration> parse_duration(std::string_view text);
/// The shortest of the spellings above that is exact: "1500ms", "30s", "5m".
std::string format_duration(Duration duration);

/// "500kB", "2MB", "1.5 MiB", in letters of either case; a bare number is bytes. nullopt when it is
/// none of these, negative, or more than 2^53.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// "1280x720"; both sides from 1 to 65535.
std::optional<Size> parse_size(std::string_view text);

/// Replaces each {name} by what `lookup` says for it; "{{" and "}}" stand for the braces
/// themselves. Throws Error{usage} for an unclosed brace.
std::string substitute(std::string_view text,
                       const std::function<std::string(std::string_view)>& lookup);

} // namespace img
