// The bidirectional classes of characters.
#pragma once

#include <cstdint>

namespace img {

/// As Unicode names them (UAX #9, table 4): letters from left to right; from right to left; Arabic
/// letters; European numbers, their separators and terminators; Arabic numbers; common separators;
/// marks; what takes no part; white space; everything else.
enum class BidiClass : std::uint8_t { L, R, AL, EN, ES, ET, AN, CS, NSM, BN, WS, ON };

BidiClass bidi_class(char32_t character);

} // namespace img
