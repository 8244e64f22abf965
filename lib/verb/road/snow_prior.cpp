// What the weather says about snow on the road before anyone looks.

#include "verb/road/snow_prior.hpp"

namespace img {

namespace {

using namespace std::chrono;

/// Amounts are sums that were divided: a hair less than the limit is the limit.
constexpr double hair = 1e-9;
constexpr double least_snowfall = 0.1 - hair; // cm
constexpr double least_water = 0.1 - hair;    // mm
constexpr double least_probability = 0.3 - hair;

bool is_expected(const WeatherHour& hour, WeatherKinds kinds) {
    return hour.kinds && hour.kinds->has_any(kinds) &&
           hour.probability.value_or(1) >= least_probability;
}

} // namespace

std::optional<bool> brings_snow(const WeatherHour& hour) {
    if (hour.snowfall.value_or(0) >= least_snowfall || is_expected(hour, {WeatherKind::snow}))
        return true;
    return hour.snowfall || hour.kinds ? std::optional{false} : std::nullopt;
}

std::optional<bool> brings_freezing_rain(const WeatherHour& hour) {
    const WeatherKinds freezing{WeatherKind::freezing_rain, WeatherKind::freezing_drizzle};
    bool sleet_lasts = hour.temperature.value_or(0) <= 1;
    if (hour.ice.value_or(0) > hair || is_expected(hour, freezing) ||
        (sleet_lasts && is_expected(hour, {WeatherKind::sleet})))
        return true;
    return hour.ice || hour.kinds ? std::optional{false} : std::nullopt;
}

std::optional<bool> brings_water(const WeatherHour& hour) {
    if (hour.precipitation.value_or(0) >= least_water || is_expected(hour, falling_kinds()) ||
        brings_snow(hour).value_or(false) || brings_freezing_rain(hour).value_or(false))
        return true;
    return hour.precipitation || hour.kinds ? std::optional{false} : std::nullopt;
}

SnowPrior snow_prior(const Weather& weather, Instant at) {
    std::optional<WeatherHour> now = conditions_at(weather, at);
    if (!now || !now->temperature)
        return SnowPrior::unknown;
    bool warm = *now->temperature > 6, snow = brings_snow(*now).value_or(false);
    bool recent_snow = snow;
    for (int ago = 1; ago <= 24; ++ago) {
        const WeatherHour* hour = find_hour(weather, at - hours{ago});
        bool snowed = hour && brings_snow(*hour).value_or(false);
        snow = snow || snowed;
        if (ago > 6)
            continue;
        recent_snow = recent_snow || snowed;
        warm = warm && hour && hour->temperature && *hour->temperature > 6;
    }
    if (warm && !snow)
        return SnowPrior::impossible;
    return *now->temperature <= 0 && recent_snow ? SnowPrior::likely : SnowPrior::unknown;
}

} // namespace img
