// The order in which the characters of a line stand where scripts of two directions meet.
#pragma once

#include "foreign/harfbuzz.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace img {

/// Whether the character is a letter of a script that is written from right to left.
bool is_right_to_left(char32_t character);

/// The direction of a paragraph: that of its first letter (UAX #9, P2 and P3).
TextDirection base_direction(std::u32string_view paragraph);

/// The level of each character: even from left to right, odd from right to left (UAX #9 of Unicode
/// 15: W1 to W7, N0 to N2, I1, I2, and L1 for the blanks at the end). Embeddings, overrides and
/// isolates are passed over: nobody types them in a text for a picture.
std::vector<std::uint8_t> bidi_levels(std::u32string_view paragraph, TextDirection base);

/// Characters of one level that follow each other.
struct BidiRun {
    std::size_t begin, length;
    std::uint8_t level;

    TextDirection direction() const {
        return level % 2 ? TextDirection::right_to_left : TextDirection::left_to_right;
    }
};

/// The runs of a line in the order in which they stand, from left to right (UAX #9, L2).
std::vector<BidiRun> visual_runs(const std::vector<std::uint8_t>& levels);

/// The character that stands for this one from right to left: "(" for ")" (UAX #9, L4).
char32_t mirrored(char32_t character);

} // namespace img
