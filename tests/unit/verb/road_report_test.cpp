#include "verb/road.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "road_frame_maker.hpp"
#include "road_weather_maker.hpp"

#include <cmath>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace img;
using nlohmann::json;

namespace {

const Instant noon = instant_of("2026-01-15T12:00:00Z");

RoadReport some_report() {
    RoadReport report;
    report.camera = "north";
    report.time = noon;
    report.at = noon;
    report.full = {1280, 720};
    report.region = region_of_polygons({{{.25, .5}, {.75, .5}, {.75, 1}, {.25, 1}}}, {320, 180});
    report.reading.condition = RoadCondition::light;
    report.reading.coverage = .2345678;
    report.reading.snow = Bitmap{{320, 180}};
    report.verdict.condition = report.verdict.surface = RoadCondition::light;
    report.verdict.confidence = .876543;
    report.weather.provider = "none";
    report.outlook.from = noon;
    report.zone = Zone{"UTC"};
    return report;
}

json told(const RoadReport& report, const std::string& place = "a.jpg") {
    return json::parse(json_of(report, place)); // throws for what is not UTF-8
}

json notes_of(const RoadReport& report, Metadata metadata = {}) {
    note_in(metadata, report);
    return json::parse(metadata.notes);
}

} // namespace

TEST_CASE("road report: one line of JSON with the members that are promised") {
    const std::string line = json_of(some_report(), "a.jpg");
    CHECK(line.find('\n') == std::string::npos);
    const json report = json::parse(line);
    CHECK(report["frame"] == "a.jpg");
    CHECK(report["time"] == "2026-01-15T12:00:00.000Z");
    CHECK(report["condition"] == "Light");
    CHECK(report["coverage"] == .235);
    CHECK(report["confidence"] == .88);
    CHECK(report["wet"] == false);
    CHECK(report["reason"] == "");
    CHECK(report["image"] == "Light");
    CHECK(report["prior"] == "unknown");
    CHECK(report["final"] == "Light");
    CHECK(report["total_pixels"] == 1280 * 720);
    CHECK(report["road_pixels"] == 1280 * 720 / 4);
    CHECK(report["percent"] == 25);
    CHECK(report["contours"] == 1);
    CHECK(report["polygon"].size() == 4);
    CHECK(report["polygons"] == json::array({report["polygon"]}));
    CHECK(report["mask_source"] == "polygon");
    CHECK(report["alerts"].is_array());
    CHECK(report["weather"]["source"] == "none");
    CHECK(report["weather"]["available"] == false);
    CHECK(report["moved"] == false);
    CHECK_FALSE(report.contains("shift"));
}

TEST_CASE("road report: what is not known is null, and nothing is made up") {
    RoadReport report = some_report();
    report.time.reset();
    report.reading.coverage.reset();
    report.region.outlines.clear();
    report.region.bitmap = Bitmap{{320, 180}};
    const json line = told(report);
    CHECK(line["time"].is_null());
    CHECK(line["coverage"].is_null());
    CHECK(line["polygon"] == json::array());
    CHECK(line["contours"] == 0);
    CHECK(line["road_pixels"] == 0);
    CHECK(line["ice"]["possible"].is_null());
    CHECK(line["weather"]["observed_age"].is_null());
    CHECK(line["weather"]["forecast_age"].is_null());
    CHECK_FALSE(line["weather"].contains("temperature"));
}

TEST_CASE("road report: ice is possible, is not, or is not known, each with its reason") {
    RoadReport report = some_report();
    report.verdict.ice = {IceRisk::Answer::unknown, IceRisk::Confidence::low, "no weather data"};
    CHECK(told(report)["ice"]["possible"].is_null());
    CHECK(told(report)["ice"]["reason"] == "ice risk unknown: no weather data");
    report.verdict.ice = {IceRisk::Answer::possible, IceRisk::Confidence::high, "freezing rain"};
    CHECK(told(report)["ice"]["possible"] == true);
    CHECK(told(report)["ice"]["reason"] == "freezing rain");
    CHECK(told(report)["ice"]["confidence"] == "high");
    report.verdict.ice.answer = IceRisk::Answer::unlikely;
    CHECK(told(report)["ice"]["possible"] == false);
}

TEST_CASE("road report: the weather's move is told with what it moved from and to") {
    RoadReport report = some_report();
    report.reading.condition = RoadCondition::moderate;
    report.verdict.prior = SnowPrior::impossible;
    report.verdict.surface = RoadCondition::light;
    report.verdict.condition = RoadCondition::ice_possible;
    const json line = told(report);
    CHECK(line["image"] == "Moderate");
    CHECK(line["prior"] == "snow impossible");
    CHECK(line["final"] == "Light");
    CHECK(line["condition"] == "Ice Possible");
}

TEST_CASE("road report: weather is told with its source and its age") {
    RoadReport report = some_report();
    report.weather = weather_of(noon - std::chrono::hours{1}, 30);
    report.weather.now = Observation{};
    report.weather.now->time = noon - std::chrono::minutes{20};
    report.weather.now->temperature = -3.26;
    report.weather.observation_source.fetched = noon;
    report.weather.alerts_source.trouble = "HTTP 500";
    const json weather = told(report)["weather"];
    CHECK(weather["source"] == "file");
    CHECK(weather["available"] == true);
    CHECK(weather["temperature"] == -3.3);
    CHECK(weather["observed_age"] == 1200);
    CHECK(weather["forecast_age"] == 3600);
    CHECK(weather["trouble"] == json{{"alerts", "HTTP 500"}});
}

TEST_CASE("road report: names that are no UTF-8, or full of quotes, leave the JSON whole") {
    RoadReport report = some_report();
    report.camera = "no\xFFrth\"\\\n\x01";
    const json line = told(report, "\xC3\x28 \"a\\b\".jpg\n");
    CHECK(line["camera"] == "no\xEF\xBF\xBDrth\"\\\n\x01");
    CHECK(line["frame"].get<std::string>().ends_with("(\x20\"a\\b\".jpg\n"));
    CHECK(json_of(report, "a\nb").find('\n') == std::string::npos);
}

TEST_CASE("road report: figures that are not finite become null, not words that are no JSON") {
    RoadReport report = some_report();
    report.reading.coverage = std::nan("");
    report.verdict.confidence = std::nan("");
    CHECK(told(report)["coverage"].is_null());
}

TEST_CASE("road report: for people, a line that tells the same") {
    RoadReport report = some_report();
    CHECK(line_of(report, "a.jpg") == "a.jpg: Light, 23 % covered, ice risk unknown");
    report.verdict.condition = RoadCondition::unknown;
    report.verdict.reason = "fog";
    report.reading.coverage.reset();
    report.reading.moved = true;
    report.reading.shift = Shift{.02, 0};
    CHECK(line_of(report, "b") == "b: Unknown (fog), ice risk unknown, the camera has moved");
    CHECK(told(report)["moved"] == true);
    CHECK(told(report)["shift"] == json::array({.02, 0}));
    report = some_report();
    report.verdict.condition = RoadCondition::ice_possible;
    report.verdict.reason = "frost";
    CHECK(line_of(report, "c") == "c: Ice Possible (frost), 23 % covered");
}

TEST_CASE("road notes: the road is noted, other notes stay, and the newest report replaces") {
    Metadata metadata;
    metadata.notes = R"({"source":"rtsp://x","road":{"condition":"Heavy","old":1}})";
    RoadReport report = some_report();
    note_in(metadata, report);
    const json notes = json::parse(metadata.notes);
    CHECK(notes["source"] == "rtsp://x");
    CHECK(notes["road"]["condition"] == "Light");
    CHECK_FALSE(notes["road"].contains("old"));
    CHECK(metadata.field("road.condition") == "Light");
    const std::string once = metadata.notes;
    note_in(metadata, report);
    CHECK(metadata.notes == once);
}

TEST_CASE("road notes: weather is noted only where there is a source of it") {
    RoadReport report = some_report();
    CHECK_FALSE(notes_of(report).contains("weather"));
    report.weather = weather_of(noon, 30);
    report.weather.alerts.push_back(
        {"Ice Storm Warning", "Severe", "", noon, noon + std::chrono::hours{3}});
    report.outlook = outlook_of(report.weather, {}, noon, std::nullopt);
    const json weather = notes_of(report)["weather"];
    CHECK(weather["source"] == "file");
    CHECK(weather["temperature"] == 5);
    CHECK(weather["alerts"] == json::array({"Ice Storm Warning until 15:00"}));
}

TEST_CASE("road notes: Fahrenheit for the stamp where it is wanted, degrees Celsius in the JSON") {
    RoadReport report = some_report();
    report.weather = weather_of(noon, 30);
    report.units = Units::us;
    CHECK(notes_of(report)["weather"]["temperature"] == "41\u00A0\u00B0F");
    CHECK(told(report)["weather"]["temperature"] == 5);
}

TEST_CASE("road report: a frame with it has the camera's name, where it had none") {
    const RoadReport report = some_report();
    const Frame frame = scene_frame({});
    const Metadata told = metadata_of(with_report(frame, Metadata{}, report));
    CHECK(told.camera == "north");
    CHECK(told.field("road.condition") == "Light");
    Metadata named;
    named.camera = "south";
    const Frame south = with_metadata(frame, named);
    CHECK(metadata_of(with_report(south, metadata_of(south), report)).camera == "south");
}

TEST_CASE(
    "road views: a view has the facts of its frame, and those of the report, and is upright") {
    Metadata metadata;
    metadata.time = noon;
    metadata.camera = "south";
    metadata.orientation = 6;
    metadata.notes = R"({"source":"x"})";
    RoadReport report = some_report();
    report.region = region_of_polygons({scene_road()}, {320, 569});
    report.reading.snow = Bitmap{{320, 569}};
    const Metadata told = metadata_of(view_of(scene_frame({}), metadata, report));
    CHECK(told.time == noon);
    CHECK(told.camera == "south");
    CHECK(told.orientation == 1);
    CHECK(told.field("source") == "x");
    CHECK(told.field("road.condition") == "Light");
}

TEST_CASE("road views: a file with its JSON beside it, in directories that are made") {
    Scratch scratch;
    const Frame frame = scene_frame({});
    Metadata metadata;
    metadata.time = noon;
    metadata.camera = "north";
    const RoadReport report = some_report();
    write_view((scratch / "v/w.jpg").string(), frame, metadata, report, "a.jpg");
    CHECK(read_jpeg_header(read_file(scratch / "v/w.jpg")).size == Size{640, 360});
    CHECK(text_of(read_file(scratch / "v/w.json")) == json_of(report, "a.jpg") + "\n");
    write_view((scratch / "{camera}/%H%M.jpg").string(), frame, metadata, report, "a.jpg");
    CHECK(fs::exists(scratch / "north/1200.jpg"));
    CHECK(fs::exists(scratch / "north/1200.json"));
    CHECK_THROWS_AS(write_view((scratch / "%H.jpg").string(), frame, Metadata{}, report, "a"),
                    Error);
    // Its JSON would replace it.
    CHECK_THROWS_AS(write_view((scratch / "v.json").string(), frame, metadata, report, "a"), Error);
    CHECK_FALSE(fs::exists(scratch / "v.json"));
}
