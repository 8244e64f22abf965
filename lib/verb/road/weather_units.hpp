// The units that weather services give, made ours.
#pragma once

#include <optional>
#include <string_view>

namespace img {

/// What is measured, and the unit and range that we keep it in.
enum class Quantity {
    temperature, ///< °C, -100 to 70
    water,       ///< mm, 0 to 1000
    snowfall,    ///< cm, 0 to 1000
    depth,       ///< m, 0 to 30
    fraction,    ///< 0 to 1
    speed,       ///< m/s, 0 to 150
    distance,    ///< m, 0 to 500 000
};

/// The value in our unit. `unit` is as services spell it: "wmoUnit:degC", "unit:km_h-1", "°F",
/// "inch", "mp/h", "%". nullopt when the unit is none of the quantity's, or the value is out of its
/// range.
std::optional<double> converted(double value, std::string_view unit, Quantity quantity);

} // namespace img
