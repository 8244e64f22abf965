// The answers of api.weather.gov.
#pragma once

#include "verb/road/weather.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Where the products of a place are: paths of the service ("/gridpoints/FGZ/74,89").
struct NwsPoint {
    std::string gridpoint, hourly, stations;
    std::string zone;  ///< IANA
    std::string place; ///< "Flagstaff, AZ"; may be empty
};

/// All of these throw Error, "gridpoint: ..." when the text is not the JSON that it should be:
/// HTML, cut off, other types, units that are none of the quantity's, values that cannot be.
NwsPoint parse_nws_point(std::string_view text);
/// Identifiers, the nearest first.
std::vector<std::string> parse_nws_stations(std::string_view text);
/// Amounts are sums over intervals of several hours and are divided among them. Units that are not
/// said are those of the documentation: °C, mm, km/h, percent, m.
std::vector<WeatherHour> parse_nws_gridpoint(std::string_view text);
/// Amounts are not among them; what falls is taken from the words of `shortForecast`.
std::vector<WeatherHour> parse_nws_hourly(std::string_view text);
Observation parse_nws_observation(std::string_view text);
/// Without tests, exercises and cancellations. One that cannot be read does not hide the others: it
/// is left out, and thrown for when it is the only one.
std::vector<OfficialAlert> parse_nws_alerts(std::string_view text);

} // namespace img
