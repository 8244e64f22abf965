// What the weather says about snow on the road before anyone looks.
#pragma once

#include "verb/road/weather.hpp"

namespace img {

enum class SnowPrior {
    unknown,
    impossible, ///< air above 6 °C for 6 hours, and no snow in the last 24 as far as is known
    likely,     ///< air at 0 °C or less, and snow now or within the last 6 hours
};

SnowPrior snow_prior(const Weather& weather, Instant at);

/// Whether an hour brings snow: 0.1 cm or more, or snow among its kinds with a probability of 30 %
/// or more (or none said). nullopt when neither is known.
std::optional<bool> brings_snow(const WeatherHour& hour);
/// The same for ice from the sky: accretion, freezing rain, freezing drizzle, or sleet at 1 °C or
/// less.
std::optional<bool> brings_freezing_rain(const WeatherHour& hour);
/// The same for water in any form: 0.1 mm or more.
std::optional<bool> brings_water(const WeatherHour& hour);

} // namespace img
