// Turns pictures that EXIF says are stored turned or mirrored.
#pragma once

#include "base/picture.hpp"

#include <cstddef>
#include <cstdint>

namespace img {

/// The size of a picture when it is shown the right way up. `orientation` is EXIF's, 1 to 8.
Size upright_size(Size stored, int orientation);

/// Copies a stored picture to `to` as it is shown. Both are rows without padding of pixels of
/// `channels` bytes: 1 for a plane.
void turn_upright(const std::uint8_t* from, Size stored, std::size_t channels, int orientation,
                  std::uint8_t* to);

} // namespace img
