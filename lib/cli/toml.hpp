// TOML, as values with their places. Hides the library that reads it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// One `key = value`, with its section taken apart at the dots.
struct TomlItem {
    std::vector<std::string> section;
    std::string key;
    std::vector<std::string> values; ///< several for an array
    std::string place;               ///< "imgseq.toml:12"
    std::uint32_t line;              ///< 12
};

/// The items of a TOML text, in its order; texts, numbers and truth values, and arrays of these.
/// Throws Error{usage} naming `file` and line for what is not TOML, for dates, for a text with a
/// NUL, and for a key that stands twice.
std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file);

} // namespace img
