// In which light a frame was taken, by its own look.
#pragma once

#include "verb/road/sight.hpp"

#include <string_view>

namespace img {

/// References are kept for each of these.
enum class Light {
    day,
    dusk,     ///< dawn, too, and days that are very dark
    night,    ///< in colour, by lamps
    infrared, ///< a camera that sees without colour
};

/// "day", "dusk", "night", "infrared".
std::string_view word_for(Light light);

Light light_of(const Sight& sight);

} // namespace img
