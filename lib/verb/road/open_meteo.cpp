// The answers of Open-Meteo.

#include "verb/road/open_meteo.hpp"

#include "base/error.hpp"
#include "verb/road/hour_table.hpp"
#include "verb/road/json_node.hpp"
#include "verb/road/weather_units.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace img {

namespace {

using namespace std::chrono;

constexpr std::size_t most_hours = 24 * 40;

struct MeteoVariable {
    std::string_view name, old_name;
    std::optional<double> WeatherHour::*field;
    Quantity quantity;
    enum class When { now, hour_before } when;
};

constexpr MeteoVariable variables[] = {
    {"temperature_2m", "", &WeatherHour::temperature, Quantity::temperature,
     MeteoVariable::When::now},
    {"dew_point_2m", "dewpoint_2m", &WeatherHour::dewpoint, Quantity::temperature,
     MeteoVariable::When::now},
    {"surface_temperature", "", &WeatherHour::road_temperature, Quantity::temperature,
     MeteoVariable::When::now},
    {"cloud_cover", "cloudcover", &WeatherHour::sky_cover, Quantity::fraction,
     MeteoVariable::When::now},
    {"wind_speed_10m", "windspeed_10m", &WeatherHour::wind, Quantity::speed,
     MeteoVariable::When::now},
    {"visibility", "", &WeatherHour::visibility, Quantity::distance, MeteoVariable::When::now},
    {"snow_depth", "", &WeatherHour::snow_depth, Quantity::depth, MeteoVariable::When::now},
    {"precipitation", "", &WeatherHour::precipitation, Quantity::water,
     MeteoVariable::When::hour_before},
    {"snowfall", "", &WeatherHour::snowfall, Quantity::snowfall, MeteoVariable::When::hour_before},
    {"precipitation_probability", "", &WeatherHour::probability, Quantity::fraction,
     MeteoVariable::When::hour_before},
};

/// Times stand without an offset: it is said once.
std::vector<Instant> times_of(const JsonNode& hourly, const JsonNode& root) {
    double east = root["utc_offset_seconds"].number().value_or(0);
    if (!(std::abs(east) <= 15 * 3600))
        root["utc_offset_seconds"].complain("is no offset from UTC");
    std::vector<Instant> times;
    for (const JsonNode& node : hourly["time"].elements(most_hours)) {
        std::optional<Instant> local = parse_iso_time(str(node.needed_text(), ":00Z"));
        if (!local)
            node.complain("is not a time like 2026-01-15T03:00");
        times.push_back(*local - seconds{static_cast<std::int64_t>(east)});
    }
    return times;
}

/// The values of a variable under its new or its old name; none when it is not there.
std::vector<JsonNode> values_of(const JsonNode& hourly, std::string_view name, std::size_t count) {
    if (hourly[name].is_null())
        return {};
    std::vector<JsonNode> values = hourly[name].elements(most_hours);
    if (values.size() != count)
        hourly[name].complain(str("has ", values.size(), " values for ", count, " times"));
    return values;
}

std::string_view name_in(const JsonNode& hourly, std::string_view name, std::string_view old_name) {
    return hourly[name].is_null() && !old_name.empty() ? old_name : name;
}

void read_variable(const JsonNode& root, const MeteoVariable& variable,
                   const std::vector<Instant>& times, HourTable& table) {
    JsonNode hourly = root["hourly"];
    std::string_view name = name_in(hourly, variable.name, variable.old_name);
    std::vector<JsonNode> values = values_of(hourly, name, times.size());
    if (values.empty())
        return;
    JsonNode unit_node = root["hourly_units"][name];
    std::string unit = unit_node.needed_text();
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::optional<double> value = values[i].number();
        if (!value)
            continue;
        std::optional<double> ours = converted(*value, unit, variable.quantity);
        if (!ours)
            values[i].complain(str("cannot be ", *value, " ", unit));
        bool before = variable.when == MeteoVariable::When::hour_before;
        table.at(hour_of(times[i] - (before ? hours{1} : hours{0}))).*variable.field = *ours;
    }
}

void read_codes(const JsonNode& hourly, const std::vector<Instant>& times, HourTable& table) {
    std::vector<JsonNode> values =
        values_of(hourly, name_in(hourly, "weather_code", "weathercode"), times.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::optional<double> code = values[i].number()) {
            if (!(*code >= 0 && *code <= 99))
                values[i].complain("is not a WMO code");
            table.at(hour_of(times[i])).kinds = kinds_of_wmo_code(*code);
        }
}

void read_daylight(const JsonNode& hourly, const std::vector<Instant>& times, HourTable& table) {
    std::vector<JsonNode> values = values_of(hourly, "is_day", times.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::optional<double> day = values[i].number())
            table.at(hour_of(times[i])).is_day = *day != 0;
}

/// Magnus' formula with the constants of Alduchov and Eskridge (J. Appl. Meteor. 35, 1996, 601).
double dewpoint_of(double temperature, double humidity) {
    double gamma = std::log(humidity) + 17.625 * temperature / (243.04 + temperature);
    return 243.04 * gamma / (17.625 - gamma);
}

/// Old answers give the humidity alone.
void read_humidity(const JsonNode& hourly, const std::vector<Instant>& times, HourTable& table) {
    std::vector<JsonNode> values = values_of(
        hourly, name_in(hourly, "relative_humidity_2m", "relativehumidity_2m"), times.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::optional<double> percent = values[i].number();
        WeatherHour& hour = table.at(hour_of(times[i]));
        if (percent && *percent > 0 && *percent <= 101 && hour.temperature && !hour.dewpoint)
            hour.dewpoint = dewpoint_of(*hour.temperature, std::min(*percent / 100, 1.0));
    }
}

std::string degrees(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4f", value);
    return text.data();
}

} // namespace

std::string open_meteo_query(const Position& position) {
    return str("/v1/forecast?latitude=", degrees(position.latitude),
               "&longitude=", degrees(position.longitude),
               "&hourly=temperature_2m,dew_point_2m,precipitation,precipitation_probability,"
               "snowfall,snow_depth,weather_code,cloud_cover,wind_speed_10m,visibility,is_day,"
               "surface_temperature&timezone=UTC&past_days=1&forecast_days=3");
}

std::vector<WeatherHour> parse_open_meteo(std::string_view text) {
    JsonDocument document{text, "open-meteo"};
    JsonNode root = document.root(), hourly = root["hourly"];
    if (root["error"].truth().value_or(false))
        root.complain(root["reason"].text().value_or("the service reports an error"));
    if (hourly.is_null() || hourly["time"].is_null())
        hourly["time"].complain("is missing");
    std::vector<Instant> times = times_of(hourly, root);
    HourTable table;
    for (const MeteoVariable& variable : variables)
        read_variable(root, variable, times, table);
    read_codes(hourly, times, table);
    read_daylight(hourly, times, table);
    read_humidity(hourly, times, table);
    std::vector<WeatherHour> rows = table.rows("open-meteo");
    if (rows.empty())
        throw Error("open-meteo: there is not one value");
    return rows;
}

WeatherKinds kinds_of_wmo_code(double code) {
    auto whole = static_cast<int>(code);
    if (whole < 0 || whole > 99)
        throw Error(str("open-meteo: ", code, " is not a WMO code"));
    switch (whole) {
    case 45:
        return {WeatherKind::fog};
    case 48:
        return {WeatherKind::freezing_fog};
    case 51:
    case 53:
    case 55:
        return {WeatherKind::drizzle};
    case 56:
    case 57:
        return {WeatherKind::freezing_drizzle};
    case 61:
    case 63:
    case 65:
    case 80:
    case 81:
    case 82:
        return {WeatherKind::rain};
    case 66:
    case 67:
        return {WeatherKind::freezing_rain};
    case 71:
    case 73:
    case 75:
    case 77:
    case 85:
    case 86:
        return {WeatherKind::snow};
    case 95:
        return {WeatherKind::thunder, WeatherKind::rain};
    case 96:
    case 99:
        return {WeatherKind::thunder, WeatherKind::hail};
    default:
        return {};
    }
}

} // namespace img
