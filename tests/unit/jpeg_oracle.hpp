// What a change to a JPEG has touched, for tests.
#pragma once

#include "base/bytes.hpp"
#include "verb/stamp/artwork.hpp"

#include <cstddef>
#include <vector>

namespace img {

/// The number of blocks outside `areas` (picture pixels; each extended outwards to whole MCUs)
/// whose coefficients differ. Blocks that only fill up the last MCUs are not compared. Throws Error
/// when the pictures differ in size, sampling or quantisation, or one does not decode.
std::size_t blocks_changed_outside(ByteView before, ByteView after,
                                   const std::vector<Rectangle>& areas);

} // namespace img
