// Weather for tests: hours of one kind in a row, and times as text.
#pragma once

#include "verb/road/weather.hpp"

#include <functional>
#include <string_view>

namespace img {

inline Instant instant_of(std::string_view text) {
    return *parse_iso_time(text);
}

/// So many hours from `start`, each dry, at 5 °C under a cloudy sky; `change` may make them others.
inline Weather weather_of(Instant start, int hours,
                          const std::function<void(WeatherHour&, int)>& change = {}) {
    Weather weather;
    weather.provider = "file";
    weather.hours_source.fetched = start;
    for (int i = 0; i < hours; ++i) {
        WeatherHour hour;
        hour.start = start + std::chrono::hours{i};
        hour.temperature = 5;
        hour.dewpoint = 0;
        hour.snowfall = 0;
        hour.precipitation = 0;
        hour.probability = 0;
        hour.sky_cover = 0.9;
        hour.wind = 4;
        hour.kinds = WeatherKinds{};
        if (change)
            change(hour, i);
        weather.hours.push_back(hour);
    }
    return weather;
}

} // namespace img
