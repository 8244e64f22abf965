// What the next 24 hours bring to the road.
#pragma once

#include "verb/road/ice.hpp"
#include "verb/road/weather.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace img {

enum class RoadAlertKind { light_snow, moderate_snow, heavy_snow, freezing_rain, ice };
enum class Likelihood { possible, likely };

/// A stretch of hours that deserves a warning.
struct RoadAlert {
    RoadAlertKind kind = RoadAlertKind::light_snow;
    Likelihood likelihood = Likelihood::possible; ///< likely from 55 % on
    Instant start;
    std::optional<Instant> end; ///< nullopt: not within the 24 hours, or not known
    std::string reason;         ///< of ice: "frost"
    bool operator==(const RoadAlert&) const = default;
};

/// What comes up to some hours from now. nullopt where the forecast does not reach that far.
struct OutlookStep {
    int hours = 0;
    std::optional<double> snowfall; ///< from now until then, cm
    std::optional<double> rate;     ///< of snow at that time, cm/h
    std::optional<double> temperature;
    std::optional<RoadAlertKind> snow; ///< the heaviest until then; nullopt: none, or not known
    IceRisk ice;                       ///< at that time
};

/// Fresh snow from now until some hours later.
struct SnowTotal {
    int hours = 0;
    std::optional<double> snowfall; ///< cm; nullopt where the forecast does not reach that far
};

enum class SnowTrend { unknown, rising, steady, falling };

/// All of it.
struct Outlook {
    Instant from;
    /// Until when every hour is known to bring snow or none, at most 24 hours; nullopt: not at all.
    std::optional<Instant> known_until;
    std::vector<RoadAlert> alerts;        ///< by their start, then the worst first
    std::vector<OfficialAlert> official;  ///< of these 24 hours
    std::optional<double> snow_rate;      ///< now, cm/h
    SnowTrend trend = SnowTrend::unknown; ///< the next 3 hours against now, from 0.2 cm/h on
    std::array<OutlookStep, 3> steps;     ///< 1, 3 and 6 hours
    std::array<SnowTotal, 5> totals;      ///< 1, 3, 6, 12 and 24 hours
    std::vector<WeatherHour> chart;       ///< the hours from now on, 24 or 25
    IceRisk ice;                          ///< now
    std::optional<WeatherHour> now;       ///< measured, else forecast
    bool covers_day() const { return known_until && *known_until >= from + std::chrono::hours{24}; }
};

/// Light snow is less than 1 cm/h, moderate less than 2.5. Hours of a kind are one alert, and gaps
/// of up to 2 hours are bridged, by the heavier kinds first. Ice is not said again where freezing
/// rain, moderate or heavy snow is.
Outlook outlook_of(const Weather& weather, const std::vector<RoadSighting>& seen, Instant now,
                   const std::optional<Position>& position);

enum class Units { metric, us };                                 ///< °C and cm, or °F and inches
const std::vector<std::pair<std::string, Units>>& units_words(); ///< "metric", "us"

/// "Heavy snow 15:00–23:00", "Ice possible tomorrow 05:00–08:00", "Light snow possible from 05:00".
/// Times are those of clocks in `zone`; in an hour that is repeated they name it.
std::string text_of(const RoadAlert& alert, Instant now, const Zone& zone);
/// "Winter Storm Warning until tomorrow 06:00". An end that is more than 24 hours away is not said.
std::string text_of(const OfficialAlert& alert, Instant now, const Zone& zone);
/// What to show to drivers: official alerts, then ours; none when there is nothing to say.
std::vector<std::string> alert_lines(const Outlook& outlook, const Zone& zone);
/// "No snow expected in the next 24 hours", "No snow expected until 03:00, not known after that",
/// "Forecast unavailable"; empty when snow is expected.
std::string no_snow_line(const Outlook& outlook, const Zone& zone);

/// For people: the alerts, the figures, and an hour a line. Without a newline at its end.
std::string to_text(const Outlook& outlook, const Weather& weather, Units units, const Zone& zone);
/// One JSON object on one line, in °C, cm, mm and m/s; imgroad(1) documents it.
std::string json_of(const Outlook& outlook, const Weather& weather, const Zone& zone);

std::string_view word_for(RoadAlertKind kind); ///< "heavy snow"
std::string_view word_for(SnowTrend trend);    ///< "rising"

} // namespace img
