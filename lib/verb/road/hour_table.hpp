// Hours of weather, put together from intervals and from each other.
#pragma once

#include "verb/road/weather.hpp"

#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace img {

/// A time from `start` until `end`.
struct TimeSpan {
    Instant start, end;
};

/// How long "PT6H", "P1DT6H" or "P1W" is; nullopt for what is none of days, hours, minutes and
/// seconds, and for more than 100 days.
std::optional<Duration> parse_iso_duration(std::string_view text);
/// "2026-01-12T11:00:00+00:00", with any offset or Z; fractions of seconds are dropped.
std::optional<Instant> parse_iso_instant(std::string_view text);
/// "2026-01-12T11:00:00+00:00/PT6H".
std::optional<TimeSpan> parse_iso_span(std::string_view text);

/// Fills hours from values that hold over intervals.
class HourTable {
public:
    /// The value holds in each hour more than half of which is in the span.
    template <class Value>
    void hold(const TimeSpan& span, std::optional<Value> WeatherHour::*field, const Value& value) {
        for (Instant hour : hours_held(span))
            at(hour).*field = value;
    }
    /// The amount of the whole span, divided evenly over its time.
    void share(const TimeSpan& span, std::optional<double> WeatherHour::*field, double amount);
    WeatherHour& at(Instant hour);

    /// In order and without gaps: hours of which nothing is known stand between. Throws Error,
    /// `product` first, when they are more than 40 days.
    std::vector<WeatherHour> rows(std::string_view product) const;

private:
    static std::vector<Instant> hours_held(const TimeSpan& span);

    std::map<Instant, WeatherHour> hours_;
};

/// The first's, and where they know nothing, the second's; without gaps, at most 40 days.
std::vector<WeatherHour> merged(const std::vector<WeatherHour>& first,
                                const std::vector<WeatherHour>& second);

} // namespace img
