// What is known of the weather at a place: measured, forecast by the hour, and warned of.
#pragma once

#include "base/time.hpp"

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace img {

/// What falls, or lies in or on the air.
enum class WeatherKind : unsigned {
    rain = 1,
    drizzle = 2,
    snow = 4,
    freezing_rain = 8,
    freezing_drizzle = 16,
    sleet = 32,
    fog = 64,
    freezing_fog = 128,
    frost = 256,
    blowing_snow = 512,
    thunder = 1024,
    hail = 2048,
};

/// A set of them; the empty set says that there is nothing of the sort.
class WeatherKinds {
public:
    WeatherKinds() = default;
    WeatherKinds(std::initializer_list<WeatherKind> kinds) {
        for (WeatherKind kind : kinds)
            add(kind);
    }
    void add(WeatherKind kind) { bits_ |= static_cast<unsigned>(kind); }
    void add(WeatherKinds others) { bits_ |= others.bits_; }
    bool has(WeatherKind kind) const { return (bits_ & static_cast<unsigned>(kind)) != 0; }
    bool has_any(WeatherKinds others) const { return (bits_ & others.bits_) != 0; }
    bool empty() const { return bits_ == 0; }
    bool operator==(const WeatherKinds&) const = default;

private:
    unsigned bits_ = 0;
};

/// The kinds and how files spell them: "freezing_rain".
const std::vector<std::pair<std::string_view, WeatherKind>>& weather_kind_words();

/// Those that make a road wet, white or icy.
WeatherKinds falling_kinds();

/// What an hour brings. nullopt is "not known", which no zero is.
struct WeatherHour {
    Instant start;                               ///< a whole hour of UTC
    std::optional<double> temperature, dewpoint; ///< of the air, 2 m above the ground, °C
    std::optional<double> road_temperature;      ///< of the surface, °C
    std::optional<double> snowfall;              ///< of fresh snow in that hour, cm
    std::optional<double> precipitation;         ///< of all kinds in that hour, mm of water
    std::optional<double> ice;                   ///< accreted in that hour, mm
    std::optional<double> snow_depth;            ///< that lies on open ground, m
    std::optional<double> probability;           ///< of precipitation, 0 to 1
    std::optional<double> sky_cover;             ///< by clouds, 0 to 1
    std::optional<double> wind;                  ///< m/s
    std::optional<double> visibility;            ///< m
    std::optional<WeatherKinds> kinds;
    std::optional<bool> is_day; ///< as the provider says
    bool operator==(const WeatherHour&) const = default;
};

/// What a station measured. nullopt is "not measured".
struct Observation {
    Instant time;
    std::string station, text;                   ///< "KFLG", "Light Snow"; may be empty
    std::optional<double> temperature, dewpoint; ///< °C
    std::optional<double> road_temperature;      ///< of the pavement, °C
    std::optional<double> wind;                  ///< m/s
    std::optional<double> visibility;            ///< m
    std::optional<double> precipitation_last_hour, precipitation_last_six_hours; ///< mm of water
    std::optional<double> snow_depth;                                            ///< m
    std::optional<double> sky_cover;                                             ///< 0 to 1
    std::optional<WeatherKinds> kinds;                                           ///< at that time
    bool operator==(const Observation&) const = default;
};

/// A warning of a weather service that is in force or will be.
struct OfficialAlert {
    std::string event, severity, headline; ///< "Winter Storm Warning", "Severe", a sentence
    Instant onset;
    std::optional<Instant> ends; ///< nullopt: not said
    bool operator==(const OfficialAlert&) const = default;
};

/// Where something known comes from, and whether it can be used.
struct WeatherSource {
    std::optional<Instant> fetched; ///< nullopt: never
    std::string trouble;            ///< why it is unavailable, one line; empty when it is not
    bool available() const { return fetched && trouble.empty(); }
};

/// All that is known of the weather at one place. What is unavailable is absent.
struct Weather {
    std::string provider; ///< "nws", "open-meteo", "file", or "none"
    std::string place;    ///< "Flagstaff, AZ"; may be empty
    std::string zone;     ///< IANA; may be empty
    WeatherSource observation_source, hours_source, alerts_source;
    std::optional<Observation> now;
    std::vector<WeatherHour> hours; ///< each follows on the one before; past ones may be among them
    std::vector<OfficialAlert> alerts;
};

/// The whole hour of UTC in which `at` is.
Instant hour_of(Instant at);
/// The hour in which `at` is; nullptr when it is not among the hours.
const WeatherHour* find_hour(const Weather& weather, Instant at);
/// What is known of the hour in which `at` is. What was observed in the 90 minutes before `at`
/// stands above what was forecast; nullopt when there is neither.
std::optional<WeatherHour> conditions_at(const Weather& weather, Instant at);

/// By how much two clocks that are right may differ.
constexpr std::chrono::minutes clock_difference{10};
/// Why what was fetched then cannot be used at `now`; empty when it can.
std::string trouble_of(const WeatherSource& source, Instant now);

/// The weather as it is used at `now`: without observations that are older than 90 minutes,
/// forecasts and alerts that were fetched more than 12 hours ago or in the future, forecasts that
/// do not cover `now`, and alerts that are over. The sources say what is left out and why.
Weather usable_at(Weather weather, Instant now);

} // namespace img
