// The answers of Open-Meteo.
#pragma once

#include "frame/metadata.hpp"
#include "verb/road/weather.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace img {

/// What to ask for: "/v1/forecast?latitude=...", with the last day and the next two.
std::string open_meteo_query(const Position& position);

/// The hours of an answer, in any of its units. Amounts that it gives for an hour fell in the hour
/// before. Throws Error, "open-meteo: ...", for what is no such answer.
std::vector<WeatherHour> parse_open_meteo(std::string_view text);

/// What a WMO code of present weather (table 4677, as Open-Meteo uses it) stands for; throws Error
/// for a code outside 0 to 99.
WeatherKinds kinds_of_wmo_code(double code);

} // namespace img
