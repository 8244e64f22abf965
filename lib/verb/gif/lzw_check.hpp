// Checks the compressed data of a GIF's image without storing its pixels.
#pragma once

#include "base/bytes.hpp"

#include <bitset>
#include <cstdint>
#include <string>

namespace img {

struct LzwFacts {
    std::bitset<256> used;             ///< which colours its pixels have
    std::uint64_t bytes_after_end = 0; ///< behind the end code
    std::string fault;                 ///< "image data ends early"; empty when it is sound
};

/// `chain` is the data in sub-blocks, each with its length before it, to their terminator. The
/// codes begin with `code_size` bits, 2 to 8, and must make exactly `pixels` pixels. Time grows
/// with the length of the chain, not with the pixels.
LzwFacts check_lzw(ByteView chain, int code_size, std::uint64_t pixels);

} // namespace img
