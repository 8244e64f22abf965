// Weather that another program keeps in a file.

#include "verb/road/weather_file.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "verb/road/hour_table.hpp"
#include "verb/road/json_node.hpp"
#include "verb/road/nws.hpp"
#include "verb/road/open_meteo.hpp"
#include "verb/road/weather_units.hpp"

#include <cerrno>
#include <cstring>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t largest_file = std::size_t{8} << 20;
constexpr const char* name = "weather file";

/// The figures of an hour: their names in the file, and the unit that they are in there.
struct FileFigure {
    const char* name;
    std::optional<double> WeatherHour::*field;
    Quantity quantity;
    std::string_view unit;
};

constexpr FileFigure hour_figures[] = {
    {"temperature", &WeatherHour::temperature, Quantity::temperature, "degC"},
    {"dewpoint", &WeatherHour::dewpoint, Quantity::temperature, "degC"},
    {"road_temperature", &WeatherHour::road_temperature, Quantity::temperature, "degC"},
    {"snowfall", &WeatherHour::snowfall, Quantity::snowfall, "cm"},
    {"precipitation", &WeatherHour::precipitation, Quantity::water, "mm"},
    {"ice", &WeatherHour::ice, Quantity::water, "mm"},
    {"snow_depth", &WeatherHour::snow_depth, Quantity::depth, "m"},
    {"probability", &WeatherHour::probability, Quantity::fraction, "1"},
    {"sky_cover", &WeatherHour::sky_cover, Quantity::fraction, "1"},
    {"wind", &WeatherHour::wind, Quantity::speed, "m/s"},
    {"visibility", &WeatherHour::visibility, Quantity::distance, "m"},
};

/// The same for what was measured.
struct SeenFigure {
    const char* name;
    std::optional<double> Observation::*field;
    Quantity quantity;
    std::string_view unit;
};

constexpr SeenFigure seen_figures[] = {
    {"temperature", &Observation::temperature, Quantity::temperature, "degC"},
    {"dewpoint", &Observation::dewpoint, Quantity::temperature, "degC"},
    {"road_temperature", &Observation::road_temperature, Quantity::temperature, "degC"},
    {"wind", &Observation::wind, Quantity::speed, "m/s"},
    {"visibility", &Observation::visibility, Quantity::distance, "m"},
    {"precipitation_last_hour", &Observation::precipitation_last_hour, Quantity::water, "mm"},
    {"precipitation_last_six_hours", &Observation::precipitation_last_six_hours, Quantity::water,
     "mm"},
    {"snow_depth", &Observation::snow_depth, Quantity::depth, "m"},
    {"sky_cover", &Observation::sky_cover, Quantity::fraction, "1"},
};

std::optional<Instant> time_in(const JsonNode& node) {
    if (node.is_null())
        return std::nullopt;
    std::optional<Instant> time = parse_iso_instant(node.needed_text());
    if (!time)
        node.complain("is not a time such as 2026-01-15T04:00:00Z");
    return time;
}

Instant needed_time(const JsonNode& node) {
    std::optional<Instant> time = time_in(node);
    if (!time)
        node.complain("is missing");
    return *time;
}

std::optional<double> figure_in(const JsonNode& node, Quantity quantity, std::string_view unit) {
    std::optional<double> value = node.number();
    if (!value)
        return std::nullopt;
    std::optional<double> ours = converted(*value, unit, quantity);
    if (!ours)
        node.complain(str("cannot be ", *value));
    return ours;
}

std::optional<WeatherKinds> kinds_in(const JsonNode& node) {
    if (node.is_null())
        return std::nullopt;
    WeatherKinds kinds;
    for (const JsonNode& one : node.elements(100)) {
        std::string word = one.needed_text();
        bool known = false;
        for (const auto& [spelling, kind] : weather_kind_words())
            if (spelling == word) {
                kinds.add(kind);
                known = true;
            }
        if (!known)
            one.complain(str("there is no kind of weather called '", printable(word, 40), "'"));
    }
    return kinds;
}

ordered_json kinds_json(const WeatherKinds& kinds) {
    ordered_json all = ordered_json::array();
    for (const auto& [spelling, kind] : weather_kind_words())
        if (kinds.has(kind))
            all.push_back(std::string{spelling});
    return all;
}

Observation observation_in(const JsonNode& node) {
    Observation seen;
    seen.time = needed_time(node["time"]);
    seen.station = printable(node["station"].text().value_or(""), 40);
    seen.text = printable(node["text"].text().value_or(""));
    for (const SeenFigure& figure : seen_figures)
        seen.*figure.field = figure_in(node[figure.name], figure.quantity, figure.unit);
    seen.kinds = kinds_in(node["kinds"]);
    return seen;
}

WeatherHour hour_in(const JsonNode& node) {
    WeatherHour hour;
    hour.start = needed_time(node["start"]);
    if (hour_of(hour.start) != hour.start)
        node["start"].complain("is not a whole hour of UTC");
    for (const FileFigure& figure : hour_figures)
        hour.*figure.field = figure_in(node[figure.name], figure.quantity, figure.unit);
    hour.kinds = kinds_in(node["kinds"]);
    hour.is_day = node["is_day"].truth();
    return hour;
}

OfficialAlert alert_in(const JsonNode& node) {
    OfficialAlert alert;
    alert.event = printable(node["event"].needed_text());
    alert.severity = printable(node["severity"].text().value_or(""), 40);
    alert.headline = printable(node["headline"].text().value_or(""), 400);
    alert.onset = needed_time(node["onset"]);
    alert.ends = time_in(node["ends"]);
    return alert;
}

Weather own_shape(const JsonDocument& document, Instant written) {
    Weather weather;
    weather.place = printable(document["place"].text().value_or(""));
    weather.zone = document["zone"].text().value_or("");
    Instant made = time_in(document["time"]).value_or(written);
    if (!document["now"].is_null()) {
        weather.now = observation_in(document["now"]);
        weather.observation_source.fetched = made;
    }
    HourTable table;
    for (const JsonNode& node : document["hours"].elements(2000)) {
        WeatherHour hour = hour_in(node);
        table.at(hour.start) = hour;
    }
    weather.hours = table.rows(name);
    if (!document["hours"].is_null())
        weather.hours_source.fetched = made;
    for (const JsonNode& node : document["alerts"].elements(1000))
        weather.alerts.push_back(alert_in(node));
    if (!document["alerts"].is_null())
        weather.alerts_source.fetched = made;
    return weather;
}

template <class Value>
void put(ordered_json& into, const char* key, const std::optional<Value>& value) {
    if (value)
        into[key] = *value;
}

ordered_json observation_json(const Observation& seen) {
    ordered_json out{{"time", iso_time(seen.time)}, {"station", seen.station}, {"text", seen.text}};
    for (const SeenFigure& figure : seen_figures)
        put(out, figure.name, seen.*figure.field);
    if (seen.kinds)
        out["kinds"] = kinds_json(*seen.kinds);
    return out;
}

ordered_json hour_json(const WeatherHour& hour) {
    ordered_json out{{"start", iso_time(hour.start)}};
    for (const FileFigure& figure : hour_figures)
        put(out, figure.name, hour.*figure.field);
    if (hour.kinds)
        out["kinds"] = kinds_json(*hour.kinds);
    put(out, "is_day", hour.is_day);
    return out;
}

ordered_json alert_json(const OfficialAlert& alert) {
    ordered_json out{{"event", alert.event},
                     {"severity", alert.severity},
                     {"headline", alert.headline},
                     {"onset", iso_time(alert.onset)}};
    if (alert.ends)
        out["ends"] = iso_time(*alert.ends);
    return out;
}

} // namespace

Weather parse_weather_file(std::string_view text, Instant written) {
    JsonDocument document{text, name};
    Weather weather;
    if (document["hourly"].is_object()) {
        weather.hours = parse_open_meteo(text);
        weather.hours_source.fetched = written;
    } else if (document["properties"].is_object()) {
        weather.hours = parse_nws_gridpoint(text);
        weather.hours_source.fetched = written;
    } else if (document["hours"].is_null() && document["now"].is_null() &&
               document["alerts"].is_null()) {
        throw Error(str(name, ": holds none of hours, now and alerts, and is no answer of "
                              "Open-Meteo or the NWS"));
    } else {
        weather = own_shape(document, written);
    }
    weather.provider = "file";
    return weather;
}

std::string weather_file_text(const Weather& weather) {
    ordered_json out = ordered_json::object();
    if (!weather.place.empty())
        out["place"] = weather.place;
    if (!weather.zone.empty())
        out["zone"] = weather.zone;
    for (const WeatherSource* source :
         {&weather.hours_source, &weather.observation_source, &weather.alerts_source})
        if (source->fetched && !out.contains("time"))
            out["time"] = iso_time(*source->fetched);
    if (weather.now)
        out["now"] = observation_json(*weather.now);
    if (weather.hours_source.fetched || !weather.hours.empty()) {
        out["hours"] = ordered_json::array();
        for (const WeatherHour& hour : weather.hours)
            out["hours"].push_back(hour_json(hour));
    }
    if (weather.alerts_source.fetched || !weather.alerts.empty()) {
        out["alerts"] = ordered_json::array();
        for (const OfficialAlert& alert : weather.alerts)
            out["alerts"].push_back(alert_json(alert));
    }
    return out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

void WeatherFile::read(const Version& version) {
    Instant written{std::chrono::seconds{version.seconds} +
                    Duration{version.nanoseconds / 1'000'000}};
    std::string trouble;
    try {
        weather_ = parse_weather_file(text_of(read_file(path_, largest_file)), written);
        return;
    } catch (const Error& error) {
        trouble = error.what();
    }
    weather_ = {};
    for (WeatherSource* source :
         {&weather_.observation_source, &weather_.hours_source, &weather_.alerts_source})
        source->trouble = trouble;
}

Weather WeatherFile::load(Instant now) {
    struct stat about {};
    if (::stat(path_.c_str(), &about) != 0) {
        version_.reset();
        Weather none;
        none.provider = "file";
        std::string trouble = str(path_.string(), ": ", std::strerror(errno));
        for (WeatherSource* source :
             {&none.observation_source, &none.hours_source, &none.alerts_source})
            source->trouble = trouble;
        return none;
    }
    Version version{about.st_dev, about.st_ino, about.st_size, about.st_mtim.tv_sec,
                    about.st_mtim.tv_nsec};
    if (version_ != version)
        read(version);
    version_ = version;
    weather_.provider = "file";
    Weather usable = usable_at(weather_, now);
    // What the file does not speak of is not late.
    auto absent = [](WeatherSource& source) {
        if (!source.fetched && source.trouble == "never fetched")
            source.trouble = "not in the file";
    };
    absent(usable.observation_source);
    absent(usable.hours_source);
    absent(usable.alerts_source);
    return usable;
}

} // namespace img
