// What is known of the weather at a place: measured, forecast by the hour, and warned of.

#include "verb/road/weather.hpp"

#include <algorithm>

namespace img {

namespace {

using namespace std::chrono;

constexpr minutes oldest_observation{90};
constexpr hours oldest_fetch{12};

void check_observation(Weather& weather, Instant now) {
    std::string& trouble = weather.observation_source.trouble;
    if (weather.now && trouble.empty()) {
        Duration age = now - weather.now->time;
        if (age > oldest_observation)
            trouble = "older than 90 minutes";
        if (age < -clock_difference)
            trouble = "its time is in the future; is the clock right?";
    }
    if (!trouble.empty())
        weather.now.reset();
}

bool knows_anything(const WeatherHour& hour) {
    WeatherHour unknown;
    unknown.start = hour.start;
    return hour != unknown;
}

} // namespace

const std::vector<std::pair<std::string_view, WeatherKind>>& weather_kind_words() {
    static const std::vector<std::pair<std::string_view, WeatherKind>> words{
        {"rain", WeatherKind::rain},
        {"drizzle", WeatherKind::drizzle},
        {"snow", WeatherKind::snow},
        {"freezing_rain", WeatherKind::freezing_rain},
        {"freezing_drizzle", WeatherKind::freezing_drizzle},
        {"sleet", WeatherKind::sleet},
        {"fog", WeatherKind::fog},
        {"freezing_fog", WeatherKind::freezing_fog},
        {"frost", WeatherKind::frost},
        {"blowing_snow", WeatherKind::blowing_snow},
        {"thunder", WeatherKind::thunder},
        {"hail", WeatherKind::hail}};
    return words;
}

WeatherKinds falling_kinds() {
    return {WeatherKind::rain,          WeatherKind::drizzle,          WeatherKind::snow,
            WeatherKind::freezing_rain, WeatherKind::freezing_drizzle, WeatherKind::sleet,
            WeatherKind::hail};
}

Instant hour_of(Instant at) {
    return floor<hours>(at);
}

const WeatherHour* find_hour(const Weather& weather, Instant at) {
    if (weather.hours.empty() || at < weather.hours.front().start)
        return nullptr;
    auto index = static_cast<std::size_t>((hour_of(at) - weather.hours.front().start) / hours{1});
    return index < weather.hours.size() ? &weather.hours[index] : nullptr;
}

std::optional<WeatherHour> conditions_at(const Weather& weather, Instant at) {
    std::optional<WeatherHour> known;
    if (const WeatherHour* hour = find_hour(weather, at))
        known = *hour;
    if (!weather.now || at - weather.now->time > oldest_observation ||
        weather.now->time - at > clock_difference)
        return known;
    const Observation& seen = *weather.now;
    if (!known) {
        known.emplace();
        known->start = hour_of(at);
    }
    auto prefer = [](auto& to, const auto& measured) {
        if (measured)
            to = measured;
    };
    prefer(known->temperature, seen.temperature);
    prefer(known->dewpoint, seen.dewpoint);
    prefer(known->road_temperature, seen.road_temperature);
    prefer(known->wind, seen.wind);
    prefer(known->visibility, seen.visibility);
    prefer(known->snow_depth, seen.snow_depth);
    prefer(known->sky_cover, seen.sky_cover);
    // What falls now is certain; what the forecast adds for the rest of the hour stays.
    if (seen.kinds && seen.kinds->has_any(falling_kinds()))
        known->probability = 1;
    if (seen.kinds && known->kinds)
        known->kinds->add(*seen.kinds);
    else
        prefer(known->kinds, seen.kinds);
    return known;
}

std::string trouble_of(const WeatherSource& source, Instant now) {
    if (!source.trouble.empty())
        return source.trouble;
    if (!source.fetched)
        return "never fetched";
    if (*source.fetched > now + clock_difference)
        return "its time is in the future; is the clock right?";
    if (now - *source.fetched > oldest_fetch)
        return "fetched more than 12 hours ago";
    return {};
}

Weather usable_at(Weather weather, Instant now) {
    weather.observation_source.trouble = trouble_of(weather.observation_source, now);
    check_observation(weather, now);

    weather.hours_source.trouble = trouble_of(weather.hours_source, now);
    const WeatherHour* current = find_hour(weather, now);
    if (weather.hours_source.trouble.empty() && (!current || !knows_anything(*current)))
        weather.hours_source.trouble = "does not cover this hour";
    if (!weather.hours_source.trouble.empty())
        weather.hours.clear();

    weather.alerts_source.trouble = trouble_of(weather.alerts_source, now);
    if (!weather.alerts_source.trouble.empty())
        weather.alerts.clear();
    std::erase_if(weather.alerts,
                  [&](const OfficialAlert& alert) { return alert.ends && *alert.ends <= now; });
    return weather;
}

} // namespace img
