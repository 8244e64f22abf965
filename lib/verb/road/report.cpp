// What is said of a frame, for programs, for people, and for the frame itself.

#include "verb/road.hpp"

#include "base/file.hpp"
#include "base/text.hpp"
#include "frame/archive.hpp"
#include "frame/stream.hpp"
#include "verb/road/view.hpp"

#include <array>
#include <cmath>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::ordered_json;

double rounded(double value, int digits) {
    const double unit = std::pow(10., digits);
    return std::round(value * unit) / unit;
}

ordered_json known(const std::optional<double>& value, int digits) {
    return value ? ordered_json(rounded(*value, digits)) : ordered_json(nullptr);
}

std::string dumped(const ordered_json& json) {
    return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string_view word_for(SnowPrior prior) {
    switch (prior) {
    case SnowPrior::impossible:
        return "snow impossible";
    case SnowPrior::likely:
        return "snow likely";
    case SnowPrior::unknown:
        break;
    }
    return "unknown";
}

ordered_json ice_json(const IceRisk& ice) {
    ordered_json possible; // null: not known
    if (ice.answer != IceRisk::Answer::unknown)
        possible = ice.answer == IceRisk::Answer::possible;
    return {
        {"possible", possible},
        {"reason", ice.answer == IceRisk::Answer::unknown
                       ? str(sentence_for(ice.answer), ice.reason.empty() ? "" : ": ", ice.reason)
                       : ice.reason},
        {"confidence", word_for(ice.confidence)}};
}

ordered_json points_json(const Polygon& polygon) {
    ordered_json points = ordered_json::array();
    for (const Point& point : polygon)
        points.push_back({rounded(point.x, 4), rounded(point.y, 4)});
    return points;
}

/// How old what is known is, in seconds; null when it is not known.
ordered_json age_json(const std::optional<Instant>& then, Instant at) {
    if (!then)
        return nullptr;
    return std::chrono::duration_cast<std::chrono::seconds>(at - *then).count();
}

ordered_json weather_json(const RoadReport& report) {
    const Weather& weather = report.weather;
    ordered_json json{{"source", weather.provider}};
    const bool any = weather.observation_source.available() || weather.hours_source.available();
    json["available"] = any;
    if (std::optional<WeatherHour> now = conditions_at(weather, report.at)) {
        json["temperature"] = known(now->temperature, 1);
        json["dewpoint"] = known(now->dewpoint, 1);
        json["wind"] = known(now->wind, 1);
        json["snowfall"] = known(now->snowfall, 2);
        json["precipitation"] = known(now->precipitation, 2);
    }
    json["observed_age"] =
        age_json(weather.now ? std::optional{weather.now->time} : std::nullopt, report.at);
    json["forecast_age"] = age_json(weather.hours_source.fetched, report.at);
    const std::array<std::pair<const char*, const WeatherSource*>, 3> parts{
        {{"observation", &weather.observation_source},
         {"forecast", &weather.hours_source},
         {"alerts", &weather.alerts_source}}};
    json["trouble"] = ordered_json::object();
    for (const auto& [part, source] : parts)
        if (!source->trouble.empty() && weather.provider != "none")
            json["trouble"][part] = source->trouble;
    return json;
}

ordered_json alerts_json(const RoadReport& report) {
    return alert_lines(report.outlook, report.zone);
}

} // namespace

std::string json_of(const RoadReport& report, const std::string& place) {
    const RoadReading& reading = report.reading;
    const RoadVerdict& verdict = report.verdict;
    const double share = static_cast<double>(count(report.region.bitmap)) /
                         static_cast<double>(report.region.bitmap.inside.size());
    const double total = static_cast<double>(report.full.width) * report.full.height;
    ordered_json polygons = ordered_json::array();
    for (const Polygon& polygon : report.region.outlines)
        polygons.push_back(points_json(polygon));

    ordered_json json{{"frame", place}, {"time", nullptr}, {"camera", report.camera}};
    if (report.time)
        json["time"] = iso_time(*report.time);
    json["condition"] = word_for(verdict.condition);
    json["coverage"] = known(reading.coverage, 3);
    json["wet"] = verdict.wet;
    json["ice"] = ice_json(verdict.ice);
    json["confidence"] = rounded(verdict.confidence, 2);
    json["reason"] = verdict.reason;
    json["image"] = word_for(reading.condition);
    json["prior"] = word_for(verdict.prior);
    json["final"] = word_for(verdict.surface);
    json["light"] = word_for(reading.light);
    json["reference"] = reading.compared;
    json["road_pixels"] = std::llround(share * total);
    json["total_pixels"] = std::llround(total);
    json["percent"] = rounded(share * 100, 2);
    json["contours"] = report.region.outlines.size();
    json["polygon"] = polygons.empty() ? ordered_json::array() : polygons[0];
    json["polygons"] = polygons;
    json["mask_source"] = word_for(report.region.source);
    json["mask_confidence"] = rounded(report.region.confidence, 2);
    json["moved"] = reading.moved;
    if (reading.shift)
        json["shift"] = {rounded(reading.shift->right, 3), rounded(reading.shift->down, 3)};
    json["alerts"] = alerts_json(report);
    json["weather"] = weather_json(report);
    return dumped(json);
}

std::string line_of(const RoadReport& report, const std::string& place) {
    const RoadVerdict& verdict = report.verdict;
    std::string line = str(place, ": ", word_for(verdict.condition));
    if (!verdict.reason.empty())
        line += str(" (", verdict.reason, ")");
    if (report.reading.coverage)
        line += str(", ", std::lround(*report.reading.coverage * 100), " % covered");
    if (verdict.condition != RoadCondition::ice_possible)
        line += str(", ", sentence_for(verdict.ice.answer));
    if (report.reading.moved)
        line += ", the camera has moved";
    return line;
}

void note_in(Metadata& metadata, const RoadReport& report) {
    const RoadVerdict& verdict = report.verdict;
    ordered_json road{{"condition", word_for(verdict.condition)},
                      {"coverage", known(report.reading.coverage, 3)},
                      {"wet", verdict.wet},
                      {"ice", ice_json(verdict.ice)},
                      {"confidence", rounded(verdict.confidence, 2)},
                      {"reason", verdict.reason},
                      {"image", word_for(report.reading.condition)},
                      {"final", word_for(verdict.surface)}};
    if (report.reading.moved)
        road["moved"] = true;
    metadata.note_json("road", dumped(road));
    if (report.weather.provider == "none")
        return;
    ordered_json weather = weather_json(report);
    if (const ordered_json& celsius = weather["temperature"];
        report.units == Units::us && celsius.is_number())
        weather["temperature"] =
            str(std::lround(celsius.get<double>() * 9 / 5 + 32), "\u00A0\u00B0F");
    weather["alerts"] = alerts_json(report);
    metadata.note_json("weather", dumped(weather));
}

Frame with_report(const Frame& frame, const Metadata& metadata, const RoadReport& report) {
    Metadata facts;
    facts.notes = metadata.notes;
    if (metadata.camera.empty())
        facts.camera = report.camera;
    note_in(facts, report);
    return with_metadata(frame, facts);
}

Frame view_of(const Frame& frame, const Metadata& metadata, const RoadReport& report) {
    Metadata facts = metadata;
    note_in(facts, report);
    return with_metadata(
        {boundary_view(frame, metadata.orientation, report.region.bitmap, &report.reading.snow)},
        facts);
}

void write_view(const std::string& target, const Frame& frame, const Metadata& metadata,
                const RoadReport& report, const std::string& place) {
    if (target == "-")
        return FrameWriter{STDOUT_FILENO}.put(view_of(frame, metadata, report));
    const fs::path file = is_name_template(target) ? archive_path(target, metadata) : target;
    if (file.extension() == ".json")
        throw Error("--view names a picture; its JSON comes beside it", Exit::usage);
    make_directory_for(file);
    write_file(file, view_of(frame, metadata, report).jpeg);
    write_file(fs::path{file}.replace_extension(".json"), bytes_of(json_of(report, place) + "\n"));
}

} // namespace img
