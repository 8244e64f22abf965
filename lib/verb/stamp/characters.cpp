// What the setting of a line has to know of characters.

#include "verb/stamp/characters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace img {

namespace {

struct Block {
    std::uint32_t first, last;
};

template <std::size_t count>
bool is_in(const std::array<Block, count>& blocks, char32_t character) {
    return std::any_of(blocks.begin(), blocks.end(), [&](const Block& block) {
        return character >= block.first && character <= block.last;
    });
}

/// Unicode's blocks of combining marks.
constexpr std::array<Block, 6> marks{{{0x0300, 0x036F},
                                      {0x1AB0, 0x1AFF},
                                      {0x1DC0, 0x1DFF},
                                      {0x20D0, 0x20FF},
                                      {0x3099, 0x309A},
                                      {0xFE20, 0xFE2F}}};

/// Unicode's blocks of scripts with rules for their shapes, and of right-to-left scripts.
constexpr std::array<Block, 16> shaped{{{0x0590, 0x109F},   // Hebrew to Myanmar
                                        {0x1100, 0x11FF},   // Hangul letters that join to syllables
                                        {0x1700, 0x18AF},   // Tagalog to Mongolian
                                        {0x1900, 0x1AAF},   // Limbu to Tai Tham
                                        {0x1B00, 0x1C4F},   // Balinese to Lepcha
                                        {0x1CD0, 0x1CFF},   // Vedic signs
                                        {0x2D30, 0x2D7F},   // Tifinagh
                                        {0x302A, 0x302F},   // tone marks
                                        {0xA800, 0xA82F},   // Syloti Nagri
                                        {0xA840, 0xABFF},   // Phags-pa to Meetei Mayek
                                        {0xD7B0, 0xD7FF},   // further letters of Hangul
                                        {0xFB1D, 0xFDFF},   // Hebrew and Arabic forms
                                        {0xFE70, 0xFEFE},   // Arabic forms
                                        {0x10800, 0x10FFF}, // right to left
                                        {0x11000, 0x11FFF}, // Brahmi and its like
                                        {0x1E800, 0x1EFFF}}}; // right to left

/// Scripts without blanks between the words, with their punctuation and full-width forms.
constexpr std::array<Block, 7> ideographic{{{0x2E80, 0x312F},
                                            {0x3190, 0x4DBF},
                                            {0x4E00, 0x9FFF},
                                            {0xAC00, 0xD7A3},
                                            {0xF900, 0xFAFF},
                                            {0xFF00, 0xFFEF},
                                            {0x20000, 0x3FFFF}}};

constexpr std::u32string_view closing =
    U"、。，．・：；？！」』）】〉》〕］｝〟’”)]}!?,.:;%ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
constexpr std::u32string_view opening = U"「『（【〈《〔［｛〝‘“([{";

} // namespace

bool belongs_to_previous(char32_t c) {
    return is_in(marks, c) || (c >= 0xFE00 && c <= 0xFE0F) || c == 0x200D;
}

bool is_invisible(char32_t c) {
    return (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x2069) || c == 0x061C || c == 0x00AD || c == 0xFEFF ||
           (c >= 0xFE00 && c <= 0xFE0F);
}

bool needs_shaping(char32_t c) {
    return c >= 0x0300 && (is_in(marks, c) || is_in(shaped, c));
}

bool is_blank(char32_t c) {
    return c == U' ' || c == 0x3000 || c == 0x200B || (c >= 0x2000 && c <= 0x200A && c != 0x2007);
}

bool may_break_between(char32_t before, char32_t after) {
    return (is_in(ideographic, before) || is_in(ideographic, after)) &&
           opening.find(before) == std::u32string_view::npos &&
           closing.find(after) == std::u32string_view::npos && !belongs_to_previous(after);
}

} // namespace img
