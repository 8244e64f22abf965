// TOML: the part of it that configuration files need.
#pragma once

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
};

/// Sections, keys, strings on one line, numbers, booleans, arrays of these, and comments, as TOML
/// 1.0 has them; what needs no quotes to be understood may lack them (5m). Throws Error{usage}
/// naming `file` and line for all else, and for a key that stands twice.
std::vector<TomlItem> parse_toml(std::string_view text, const std::string& file);

} // namespace img
