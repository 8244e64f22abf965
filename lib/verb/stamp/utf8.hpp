// UTF-8 to characters and back.
#pragma once

#include <string>
#include <string_view>

namespace img {

/// What stands for bytes that are not UTF-8.
constexpr char32_t replacement_character = 0xFFFD;

/// The characters of a text. Overlong forms, surrogates, cut sequences and stray bytes give one
/// replacement character for each maximal part (Unicode 15, section 3.9, table 3-8).
std::u32string decode_utf8(std::string_view text);

std::string encode_utf8(std::u32string_view text);

} // namespace img
