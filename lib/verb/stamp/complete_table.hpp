// Huffman tables that lack symbols, completed.
#pragma once

#include "verb/stamp/jpeg_scan.hpp"

namespace img {

/// A table with all symbols of `table` and besides them all that a picture of 8 bits can need. The
/// codes of the symbols that were there before are about as long as they were. T.81, K.2.
HuffmanSpec completed_dc(const HuffmanSpec& table);
HuffmanSpec completed_ac(const HuffmanSpec& table);

} // namespace img
