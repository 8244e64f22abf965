// Draws winter on pictures of bare roads: snow of any pattern, other light, haze, wetness.
#pragma once

#include "chance.hpp"
#include "verb/road/bitmap.hpp"
#include "verb/road/sight.hpp"

namespace img {

struct DrawnWinter {
    Sight sight;
    double covered = 0; ///< share of the road's samples under snow
};

/// Snow on the road and beside it, in winter light.
DrawnWinter snowed(const Sight& bare, const Bitmap& road, Chance& chance);

/// The same surface in another light, by another camera: exposure, tint, haze, contrast, noise,
/// compression. `bare` also may get a wet or a pale road.
enum class Surface { bare, as_it_is };
Sight relit(const Sight& sight, const Bitmap& road, Surface surface, Chance& chance);

/// As a camera gives it whose levels are `gain` times as high, up to white.
Sight brightened(const Sight& sight, double gain);

/// The same place by night, lit by lamps.
Sight by_night(const Sight& sight, const Bitmap& road, Chance& chance);

} // namespace img
