// Where the sun stands.
#pragma once

#include "base/time.hpp"
#include "frame/metadata.hpp"

namespace img {

/// Degrees of the sun's centre above the horizon, without refraction; from 1950 to 2050 good to
/// 0.01 degrees. J. Michalsky, "The Astronomical Almanac's algorithm for approximate solar
/// position (1950-2050)", Solar Energy 40 (1988), 227-235.
double solar_elevation(Instant at, const Position& position);

/// Between sunset and sunrise: the centre is more than 0.833 degrees below the horizon, which
/// allows for refraction and the sun's radius.
bool is_night(Instant at, const Position& position);

} // namespace img
