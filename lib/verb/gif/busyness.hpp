// How much error a picture hides, pixel by pixel.
#pragma once

#include "base/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// What busyness 1 is: that of a flat area.
constexpr int flat = 16;

/// Of rows `top` to `bottom` of a luma plane in 1/8 levels (`tone_steps`), for each pixel how many
/// times the squared error of a flat area it may have, in 1/16, up to 255: 1 and `masking` times
/// the standard deviation among the 5x5 pixels around it over 4 levels. Errors are seen where all
/// is smooth; structural similarity says so, too, as it divides them by the local variance.
/// `busyness` has the size of the plane.
void measure_busyness(const std::vector<std::int16_t>& luma, Size size, int top, int bottom,
                      double masking, std::vector<std::uint8_t>& busyness);

} // namespace img
