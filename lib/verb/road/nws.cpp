// The answers of api.weather.gov.

#include "verb/road/nws.hpp"

#include "base/error.hpp"
#include "base/url.hpp"
#include "verb/road/hour_table.hpp"
#include "verb/road/json_node.hpp"
#include "verb/road/weather_units.hpp"

#include <algorithm>

namespace img {

namespace {

using namespace std::chrono;

JsonNode needed(JsonNode node) {
    if (node.is_null())
        node.complain("is missing");
    return node;
}

Instant time_at(const JsonNode& node) {
    std::optional<Instant> time = parse_iso_instant(node.needed_text());
    if (!time)
        node.complain("is not a time");
    return *time;
}

/// A number in a unit, made ours.
double value_in(const JsonNode& node, double value, const std::string& unit, Quantity quantity) {
    std::optional<double> ours = converted(value, unit, quantity);
    if (!ours)
        node.complain(str("cannot be ", value, " ", unit));
    return *ours;
}

/// {"unitCode": "wmoUnit:degC", "value": -2}, and nullopt for null or for what the service itself
/// holds to be wrong (MADIS quality control: X and B).
std::optional<double> quantity_at(const JsonNode& node, Quantity quantity) {
    std::optional<double> value = node["value"].number();
    std::string control = node["qualityControl"].text().value_or("");
    if (!value || control == "X" || control == "B")
        return std::nullopt;
    return value_in(node, *value, node["unitCode"].needed_text(), quantity);
}

/// The path of a URL of the service.
std::string path_at(const JsonNode& node) {
    std::string url = node.needed_text();
    std::string path;
    try {
        path = looks_like_url(url) ? Url::parse(url).path : url;
    } catch (const Error&) {
        node.complain("is not a URL");
    }
    bool plain = std::all_of(path.begin(), path.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"/,._-"}.find(static_cast<char>(c)) != std::string_view::npos;
    });
    if (!plain || !path.starts_with("/") || path.find("..") != std::string::npos)
        node.complain("is not a path of the service");
    return path;
}

// The grid.

struct GridLayer {
    std::string_view name;
    std::optional<double> WeatherHour::*field;
    Quantity quantity;
    std::string_view standard_unit;
    enum class Over { holds, is_sum } over;
};

constexpr GridLayer layers[] = {
    {"temperature", &WeatherHour::temperature, Quantity::temperature, "degC",
     GridLayer::Over::holds},
    {"dewpoint", &WeatherHour::dewpoint, Quantity::temperature, "degC", GridLayer::Over::holds},
    {"skyCover", &WeatherHour::sky_cover, Quantity::fraction, "percent", GridLayer::Over::holds},
    {"windSpeed", &WeatherHour::wind, Quantity::speed, "km_h-1", GridLayer::Over::holds},
    {"visibility", &WeatherHour::visibility, Quantity::distance, "m", GridLayer::Over::holds},
    {"probabilityOfPrecipitation", &WeatherHour::probability, Quantity::fraction, "percent",
     GridLayer::Over::holds},
    {"quantitativePrecipitation", &WeatherHour::precipitation, Quantity::water, "mm",
     GridLayer::Over::is_sum},
    {"snowfallAmount", &WeatherHour::snowfall, Quantity::snowfall, "mm", GridLayer::Over::is_sum},
    {"iceAccumulation", &WeatherHour::ice, Quantity::water, "mm", GridLayer::Over::is_sum},
};

TimeSpan span_at(const JsonNode& node) {
    std::optional<TimeSpan> span = parse_iso_span(node.needed_text());
    if (!span)
        node.complain("is not a time and a duration");
    return *span;
}

void read_layer(const JsonNode& node, const GridLayer& layer, HourTable& table) {
    std::string unit = node["uom"].text().value_or(std::string{layer.standard_unit});
    for (const JsonNode& entry : node["values"].elements()) {
        std::optional<double> value = entry["value"].number();
        if (!value)
            continue;
        TimeSpan span = span_at(entry["validTime"]);
        double ours = value_in(entry, *value, unit, layer.quantity);
        if (layer.over == GridLayer::Over::is_sum)
            table.share(span, layer.field, ours);
        else
            table.hold(span, layer.field, ours);
    }
}

/// The words of the weather layer; others (smoke, ash, spray) are none of ours.
WeatherKinds kinds_of_word(std::string_view word) {
    static const std::vector<std::pair<std::string_view, WeatherKind>> words{
        {"rain", WeatherKind::rain},
        {"rain_showers", WeatherKind::rain},
        {"drizzle", WeatherKind::drizzle},
        {"snow", WeatherKind::snow},
        {"snow_showers", WeatherKind::snow},
        {"blowing_snow", WeatherKind::blowing_snow},
        {"freezing_rain", WeatherKind::freezing_rain},
        {"freezing_drizzle", WeatherKind::freezing_drizzle},
        {"freezing_spray", WeatherKind::freezing_drizzle},
        {"sleet", WeatherKind::sleet},
        {"fog", WeatherKind::fog},
        {"freezing_fog", WeatherKind::freezing_fog},
        {"ice_fog", WeatherKind::freezing_fog},
        {"frost", WeatherKind::frost},
        {"hail", WeatherKind::hail},
        {"thunderstorms", WeatherKind::thunder}};
    for (const auto& [known, kind] : words)
        if (known == word)
            return {kind};
    return {};
}

/// "Slight chance" and "isolated" stand for 20 % (NWS Instruction 10-503): less than any rule asks
/// for, whatever the probability of other kinds in the same hour.
bool is_remote(std::string_view coverage) {
    return coverage == "slight_chance" || coverage == "isolated";
}

void read_kinds(const JsonNode& node, HourTable& table) {
    for (const JsonNode& entry : node["values"].elements()) {
        if (entry["value"].is_null())
            continue;
        WeatherKinds kinds;
        for (const JsonNode& one : entry["value"].elements())
            if (!is_remote(one["coverage"].text().value_or("")))
                kinds.add(kinds_of_word(one["weather"].text().value_or("")));
        table.hold(span_at(entry["validTime"]), &WeatherHour::kinds, kinds);
    }
}

// Hours in words.

/// "10 mph" or "5 to 10 mph", which counts as its mean.
std::optional<double> wind_in_words(const JsonNode& node) {
    std::string text = node.needed_text();
    std::vector<std::string_view> words;
    for (std::string_view word : split(text, ' '))
        if (!word.empty() && word != "to")
            words.push_back(word);
    std::optional<double> first = words.size() > 1 ? parse_double(words[0]) : std::nullopt;
    std::optional<double> second = words.size() > 2 ? parse_double(words[1]) : first;
    if (!first || !second || words.size() > 3)
        node.complain("is not a speed");
    return value_in(node, (*first + *second) / 2, std::string{words.back()}, Quantity::speed);
}

std::optional<double> wind_of_period(const JsonNode& node) {
    if (node.is_text())
        return wind_in_words(node);
    std::optional<double> most = node["maxValue"].number(), least = node["minValue"].number();
    if (!most || !least)
        return quantity_at(node, Quantity::speed);
    return value_in(node, (*most + *least) / 2, node["unitCode"].needed_text(), Quantity::speed);
}

std::optional<double> temperature_of_period(const JsonNode& period) {
    JsonNode node = period["temperature"];
    if (node.is_object())
        return quantity_at(node, Quantity::temperature);
    std::optional<double> value = node.number();
    if (!value)
        return std::nullopt;
    return value_in(node, *value, period["temperatureUnit"].needed_text(), Quantity::temperature);
}

/// What a short forecast ("Chance Light Snow then Freezing Rain") speaks of.
WeatherKinds kinds_in_words(std::string_view text) {
    std::string words = lower(text);
    WeatherKinds kinds;
    auto take = [&](std::string_view phrase, WeatherKind kind) {
        for (std::size_t at; (at = words.find(phrase)) != std::string::npos;) {
            kinds.add(kind);
            words.replace(at, phrase.size(), "");
        }
    };
    take("freezing rain", WeatherKind::freezing_rain);
    take("freezing drizzle", WeatherKind::freezing_drizzle);
    take("freezing fog", WeatherKind::freezing_fog);
    take("ice fog", WeatherKind::freezing_fog);
    take("blowing snow", WeatherKind::blowing_snow);
    take("wintry mix", WeatherKind::sleet);
    take("ice pellets", WeatherKind::sleet);
    take("sleet", WeatherKind::sleet);
    take("snow", WeatherKind::snow);
    take("flurries", WeatherKind::snow);
    take("rain", WeatherKind::rain);
    take("drizzle", WeatherKind::drizzle);
    take("thunderstorm", WeatherKind::thunder);
    take("frost", WeatherKind::frost);
    take("fog", WeatherKind::fog);
    take("hail", WeatherKind::hail);
    return kinds;
}

bool is_remote_in_words(std::string_view text) {
    return lower(text).starts_with("slight chance") || lower(text).starts_with("isolated");
}

void read_period(const JsonNode& period, HourTable& table) {
    TimeSpan span{time_at(period["startTime"]), time_at(period["endTime"])};
    if (span.end <= span.start || span.end - span.start > days{1})
        period.complain("its end is not after its start");
    auto hold = [&](auto field, const auto& value) {
        if (value)
            table.hold(span, field, *value);
    };
    hold(&WeatherHour::temperature, temperature_of_period(period));
    hold(&WeatherHour::dewpoint, quantity_at(period["dewpoint"], Quantity::temperature));
    hold(&WeatherHour::probability,
         quantity_at(period["probabilityOfPrecipitation"], Quantity::fraction));
    if (!period["windSpeed"].is_null())
        hold(&WeatherHour::wind, wind_of_period(period["windSpeed"]));
    hold(&WeatherHour::is_day, period["isDaytime"].truth());
    std::optional<std::string> words = period["shortForecast"].text();
    if (words && !words->empty())
        table.hold(span, &WeatherHour::kinds,
                   is_remote_in_words(*words) ? WeatherKinds{} : kinds_in_words(*words));
}

// Observations.

WeatherKinds kinds_of_present(const JsonNode& node) {
    std::string weather = node["weather"].text().value_or("");
    std::string raw = node["rawString"].text().value_or("");
    bool freezing =
        raw.find("FZ") != std::string::npos || node["modifier"].text().value_or("") == "freezing";
    bool blowing = node["modifier"].text().value_or("") == "blowing";
    if (weather == "rain")
        return {freezing ? WeatherKind::freezing_rain : WeatherKind::rain};
    if (weather == "drizzle")
        return {freezing ? WeatherKind::freezing_drizzle : WeatherKind::drizzle};
    if (weather == "fog" || weather == "fog_mist")
        return {freezing ? WeatherKind::freezing_fog : WeatherKind::fog};
    if (weather == "snow")
        return {blowing ? WeatherKind::blowing_snow : WeatherKind::snow};
    if (weather == "snow_grains" || weather == "snow_pellets")
        return {WeatherKind::snow};
    if (weather == "ice_pellets")
        return {WeatherKind::sleet};
    return kinds_of_word(weather);
}

/// nullopt when the station says nothing at all of the weather.
std::optional<WeatherKinds> kinds_of_observation(const JsonNode& properties) {
    std::vector<JsonNode> present = properties["presentWeather"].elements();
    std::string words = properties["textDescription"].text().value_or("");
    if (present.empty() && words.empty())
        return std::nullopt;
    WeatherKinds kinds = present.empty() ? kinds_in_words(words) : WeatherKinds{};
    for (const JsonNode& one : present)
        if (!one["inVicinity"].truth().value_or(false))
            kinds.add(kinds_of_present(one));
    return kinds;
}

/// The densest layer counts. Eighths of the sky by the words of a METAR (WMO No. 306, FM 15).
std::optional<double> cover_of_layers(const JsonNode& node) {
    static const std::vector<std::pair<std::string_view, double>> eighths{
        {"SKC", 0},   {"CLR", 0}, {"NSC", 0}, {"FEW", 1.5},
        {"SCT", 3.5}, {"BKN", 6}, {"OVC", 8}, {"VV", 8}};
    std::optional<double> cover;
    for (const JsonNode& layer : node.elements()) {
        std::string amount = layer["amount"].text().value_or("");
        for (const auto& [word, eighth] : eighths)
            if (word == amount)
                cover = std::max(cover.value_or(0), eighth / 8);
    }
    return cover;
}

OfficialAlert alert_at(const JsonNode& properties) {
    OfficialAlert alert;
    alert.event = printable(properties["event"].needed_text());
    alert.severity = printable(properties["severity"].text().value_or(""), 40);
    alert.headline = printable(properties["headline"].text().value_or(""), 400);
    alert.onset = time_at(properties[properties["onset"].is_null() ? "effective" : "onset"]);
    JsonNode end = properties[properties["ends"].is_null() ? "expires" : "ends"];
    if (!end.is_null())
        alert.ends = time_at(end);
    return alert;
}

std::string station_of(const JsonNode& properties) {
    std::string station = properties["station"].text().value_or("");
    return printable(station.substr(station.rfind('/') + 1), 40);
}

} // namespace

NwsPoint parse_nws_point(std::string_view text) {
    JsonDocument document{text, "points"};
    JsonNode properties = needed(document["properties"]);
    NwsPoint point;
    point.gridpoint = path_at(properties["forecastGridData"]);
    point.hourly = path_at(properties["forecastHourly"]);
    point.stations = path_at(properties["observationStations"]);
    point.zone = properties["timeZone"].text().value_or("");
    JsonNode where = properties["relativeLocation"]["properties"];
    std::string city = where["city"].text().value_or(""),
                state = where["state"].text().value_or("");
    point.place = printable(city.empty() || state.empty() ? city + state : str(city, ", ", state));
    return point;
}

std::vector<std::string> parse_nws_stations(std::string_view text) {
    JsonDocument document{text, "stations"};
    std::vector<std::string> stations;
    for (const JsonNode& feature : needed(document["features"]).elements()) {
        JsonNode node = feature["properties"]["stationIdentifier"];
        std::string name = node.needed_text();
        bool plain = !name.empty() && name.size() <= 20 &&
                     std::all_of(name.begin(), name.end(), [](unsigned char c) {
                         return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
                     });
        if (!plain)
            node.complain("is not a station");
        stations.push_back(name);
    }
    if (stations.empty())
        throw Error("stations: there are none");
    return stations;
}

std::vector<WeatherHour> parse_nws_gridpoint(std::string_view text) {
    JsonDocument document{text, "gridpoint"};
    JsonNode properties = needed(document["properties"]);
    needed(properties["temperature"]);
    HourTable table;
    for (const GridLayer& layer : layers)
        read_layer(properties[layer.name], layer, table);
    read_kinds(properties["weather"], table);
    std::vector<WeatherHour> hours = table.rows("gridpoint");
    if (hours.empty())
        throw Error("gridpoint: there is not one value");
    return hours;
}

std::vector<WeatherHour> parse_nws_hourly(std::string_view text) {
    JsonDocument document{text, "hourly"};
    HourTable table;
    for (const JsonNode& period : needed(document["properties"]["periods"]).elements(1000))
        read_period(period, table);
    std::vector<WeatherHour> hours = table.rows("hourly");
    if (hours.empty())
        throw Error("hourly: there is not one period");
    return hours;
}

Observation parse_nws_observation(std::string_view text) {
    JsonDocument document{text, "observation"};
    JsonNode properties = needed(document["properties"]);
    Observation seen;
    seen.time = time_at(properties["timestamp"]);
    seen.station = station_of(properties);
    seen.text = printable(properties["textDescription"].text().value_or(""));
    seen.temperature = quantity_at(properties["temperature"], Quantity::temperature);
    seen.dewpoint = quantity_at(properties["dewpoint"], Quantity::temperature);
    seen.wind = quantity_at(properties["windSpeed"], Quantity::speed);
    seen.visibility = quantity_at(properties["visibility"], Quantity::distance);
    seen.precipitation_last_hour =
        quantity_at(properties["precipitationLastHour"], Quantity::water);
    seen.precipitation_last_six_hours =
        quantity_at(properties["precipitationLast6Hours"], Quantity::water);
    seen.snow_depth = quantity_at(properties["snowDepth"], Quantity::depth);
    seen.sky_cover = cover_of_layers(properties["cloudLayers"]);
    seen.kinds = kinds_of_observation(properties);
    return seen;
}

std::vector<OfficialAlert> parse_nws_alerts(std::string_view text) {
    JsonDocument document{text, "alerts"};
    std::vector<OfficialAlert> alerts;
    std::optional<Error> trouble;
    for (const JsonNode& feature : needed(document["features"]).elements()) {
        JsonNode properties = needed(feature["properties"]);
        if (properties["status"].text().value_or("Actual") != "Actual" ||
            properties["messageType"].text().value_or("") == "Cancel")
            continue;
        try {
            alerts.push_back(alert_at(properties));
        } catch (const Error& error) {
            trouble = error;
        }
    }
    if (alerts.empty() && trouble)
        throw *trouble;
    return alerts;
}

} // namespace img
