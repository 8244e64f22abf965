#include "verb/road.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "road_frame_maker.hpp"
#include "road_weather_maker.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <unistd.h>

using namespace img;
using namespace std::chrono;

namespace {

const Instant noon = noon_of_scenes;

RoadOptions options_in(const Scratch& scratch, const std::string& camera = "") {
    RoadOptions options;
    options.camera = camera;
    options.state = scratch.path().string();
    options.polygons = {scene_road()};
    return options;
}

Metadata facts(const std::string& camera, std::optional<Instant> time) {
    Metadata metadata;
    metadata.camera = camera;
    metadata.time = time;
    return metadata;
}

/// A state whose references are of the bare scene; its region is all of the picture.
CameraState state_of_scene(const std::string& camera) {
    ReferenceMaker maker;
    for (int i = 0; i < 8; ++i)
        maker.add(scene_sight({.cars = 0}, noon + minutes{i}));
    CameraState state;
    state.camera = camera;
    state.full = {640, 360};
    state.sight = {sight_width, 180};
    state.traffic = {100, 400, .9, 0};
    state.region = filled({scene_road()}, state.sight);
    state.references[0] = maker.reference(Light::day);
    return state;
}

const Frame& bare() {
    static const Frame frame = scene_frame({.cars = 0});
    return frame;
}
const Frame& snowed() {
    static const Frame frame = scene_frame({.snow = 1, .cars = 0});
    return frame;
}

std::size_t lines_in(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

} // namespace

TEST_CASE("RoadWatch: the region is as told, else as learned, else as seen") {
    Scratch scratch;
    save_state(road_state_path(scratch.path().string(), "north"), state_of_scene("north"));
    RoadOptions options = options_in(scratch, "north");
    auto source = [&] {
        return RoadWatch{options}.look(bare(), facts("", noon), noon).region.source;
    };
    CHECK(source() == Region::Source::polygon);
    options.polygons.clear();
    CHECK(source() == Region::Source::learned);
    options.compat_region = true;
    CHECK(source() == Region::Source::compat);
    options.compat_region = false;
    options.camera = "south";
    CHECK(source() == Region::Source::frame);
}

TEST_CASE("RoadWatch: two answers to where the road is are refused") {
    Scratch scratch;
    RoadOptions options = options_in(scratch);
    options.compat_region = true;
    CHECK_THROWS_AS(RoadWatch{options}, Error);
}

TEST_CASE("RoadWatch: what is learned of a camera compares its frames") {
    Scratch scratch;
    save_state(road_state_path(scratch.path().string(), "north"), state_of_scene("north"));
    RoadWatch watch{options_in(scratch, "north")};
    CHECK(watch.look(bare(), facts("", noon), noon).reading.compared);
    const RoadReport snow =
        watch.look(scene_frame({.snow = .45, .cars = 0}), facts("", noon + hours{2}), noon);
    CHECK(snow.verdict.condition == RoadCondition::moderate);
    CHECK_FALSE(
        watch.look(scene_frame({.size = {640, 480}}), facts("", noon), noon).reading.compared);
}

TEST_CASE("RoadWatch: a region whose halves disagree is not used, its references are") {
    Scratch scratch;
    CameraState state = state_of_scene("north");
    state.traffic.agreement = .5;
    save_state(road_state_path(scratch.path().string(), "north"), state);
    RoadOptions options = options_in(scratch, "north");
    options.polygons.clear();
    const RoadReport report = RoadWatch{options}.look(bare(), facts("", noon), noon);
    CHECK(report.region.source != Region::Source::learned);
    CHECK(report.reading.compared);
}

TEST_CASE("RoadWatch: a state that cannot be used is noted once, and frames go on") {
    Scratch scratch;
    const fs::path path = road_state_path(scratch.path().string(), "north");
    const Bytes whole = encoded(state_of_scene("north"));
    Bytes cut{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(whole.size() / 2)};
    Bytes wrong = whole;
    wrong[wrong.size() / 2] ^= 1;
    Bytes newer = whole;
    for (std::size_t i = 4; i < 12; ++i)
        newer[i] ^= 0x40;
    CameraState wide = state_of_scene("north");
    wide.sight = {sight_width, 240};
    wide.full = {640, 480};
    wide.region.reset();
    wide.references = {};
    for (const Bytes& bytes : {cut, wrong, newer, Bytes{}, encoded(state_of_scene("south")),
                               encoded(wide), Bytes(100, 'x')}) {
        make_directory_for(path);
        write_file(path, bytes);
        std::string said;
        {
            Captured log{STDERR_FILENO};
            RoadWatch watch{options_in(scratch, "north")};
            for (int i = 0; i < 4; ++i) {
                const RoadReport report = watch.look(bare(), facts("", noon + seconds{i}), noon);
                CHECK(report.verdict.condition == RoadCondition::clear);
                CHECK_FALSE(report.reading.compared);
            }
            said = log.text();
        }
        CAPTURE(said);
        CHECK(lines_in(said) == 1);
        CHECK(said.find(path.string()) != std::string::npos);
    }
}

TEST_CASE("RoadWatch: pictures of two shapes in turn use the state in turn, with one note") {
    Scratch scratch;
    save_state(road_state_path(scratch.path().string(), "north"), state_of_scene("north"));
    Captured log{STDERR_FILENO};
    RoadWatch watch{options_in(scratch, "north")};
    const Frame tall = scene_frame({.size = {640, 480}});
    for (int i = 0; i < 3; ++i) {
        CHECK(watch.look(bare(), facts("", noon + minutes{i}), noon).reading.compared);
        CHECK_FALSE(watch.look(tall, facts("", noon + minutes{i}), noon).reading.compared);
    }
    CHECK(lines_in(log.text()) == 1);
}

TEST_CASE("RoadWatch: a damaged state does not take the history with it") {
    Scratch scratch;
    const fs::path path = road_state_path(scratch.path().string(), "north");
    make_directory_for(path);
    write_file(path, bytes_of("ruined"));
    Captured log{STDERR_FILENO};
    for (int i = 0; i < 3; ++i)
        RoadWatch{options_in(scratch, "north")}.look(snowed(), facts("", noon + minutes{i}), noon);
    // One bare picture does not undo three, which each were seen by a process of its own.
    CHECK(RoadWatch{options_in(scratch, "north")}
              .look(bare(), facts("", noon + minutes{3}), noon)
              .verdict.condition != RoadCondition::clear);
}

TEST_CASE("RoadWatch: frames of a camera steady each other, and those without a name do not") {
    Scratch scratch;
    RoadWatch named{options_in(scratch)}, nameless{options_in(scratch)};
    for (int i = 0; i < 3; ++i) {
        named.look(bare(), facts("north", noon + minutes{i}), noon);
        nameless.look(bare(), facts("", noon + minutes{i}), noon);
    }
    const Instant then = noon + minutes{3};
    CHECK(named.look(snowed(), facts("north", then), noon).verdict.condition ==
          RoadCondition::clear);
    const RoadCondition alone = nameless.look(snowed(), facts("", then), noon).verdict.condition;
    CHECK((alone == RoadCondition::moderate || alone == RoadCondition::heavy));
    // Another camera's frames are no memory of this one's.
    CHECK(named.look(snowed(), facts("south", then), noon).verdict.condition == alone);
}

TEST_CASE("RoadWatch: frames that come in any order are remembered in the order of time") {
    Scratch scratch;
    auto last = [&](std::vector<int> order) {
        RoadWatch watch{options_in(scratch)};
        for (int i : order)
            watch.look(i < 3 ? snowed() : bare(), facts("north", noon + minutes{i}), noon);
        return watch.look(bare(), facts("north", noon + minutes{7}), noon).verdict.condition;
    };
    CHECK(last({0, 1, 2, 3, 4, 5, 6}) == RoadCondition::clear);
    CHECK(last({3, 4, 5, 6, 0, 1, 2}) == RoadCondition::clear);
}

TEST_CASE("RoadWatch: the history is kept for the camera that was named, and only then") {
    Scratch scratch;
    RoadWatch{options_in(scratch)}.look(bare(), facts("north", noon), noon);
    CHECK(scratch.names().empty());
    RoadWatch{options_in(scratch, "north")}.look(bare(), facts("", std::nullopt), noon);
    CHECK(scratch.names().empty()); // a frame without a time
    RoadWatch{options_in(scratch, "north")}.look(bare(), facts("", noon), noon);
    CHECK(scratch.names() == std::set<std::string>{"road"});
    RoadWatch{options_in(scratch, "north")}.look(bare(), facts("", noon + minutes{1}), noon);
    const fs::path history =
        road_state_path(scratch.path().string(), "north").replace_extension(".history");
    CHECK(read_history(history, noon + minutes{1}).size() == 2);
}

TEST_CASE("RoadWatch: names with dots and slashes keep their histories apart and below") {
    const fs::path one = road_state_path("/s", "north.1"), other = road_state_path("/s", "north.2");
    CHECK(fs::path{one}.replace_extension(".history") !=
          fs::path{other}.replace_extension(".history"));
    for (const char* name : {"../../etc/passwd", "/etc/passwd", "..", ".", "a/b", "a\nb"}) {
        CAPTURE(name);
        const fs::path path = road_state_path("/s", name);
        CHECK(path.parent_path() == "/s/road");
        CHECK(path.filename().string().find('\n') == std::string::npos);
        CHECK_FALSE(path.filename().string().starts_with(".."));
    }
}

TEST_CASE("RoadWatch: where no history can be kept, frames go on with a note") {
    Scratch scratch;
    write_file(scratch / "road", bytes_of("a file where the directory should be"));
    Captured log{STDERR_FILENO};
    RoadWatch watch{options_in(scratch, "north")};
    for (int i = 0; i < 5; ++i)
        CHECK(watch.look(bare(), facts("", noon + minutes{i}), noon).verdict.condition ==
              RoadCondition::clear);
    CHECK(lines_in(log.text()) == 1);
}

TEST_CASE("RoadWatch: a camera whose name is too long for a file is looked at all the same") {
    Scratch scratch;
    fs::create_directory(scratch / "road");
    Captured log{STDERR_FILENO};
    RoadWatch watch{options_in(scratch)};
    const std::string name(300, 'n');
    for (int i = 0; i < 3; ++i)
        CHECK(watch.look(bare(), facts(name, noon + minutes{i}), noon).verdict.condition ==
              RoadCondition::clear);
    CHECK(lines_in(log.text()) == 1);
}

TEST_CASE("RoadWatch: weather is that of the exposure; today's says nothing of last month's") {
    Scratch scratch;
    const Weather today = weather_of(hour_of(noon) - hours{2}, 30, [](WeatherHour& hour, int) {
        hour.temperature = -1;
        hour.kinds = WeatherKinds{WeatherKind::freezing_rain};
        hour.probability = .9;
    });
    write_file(scratch / "w.json", bytes_of(weather_file_text(today)));
    RoadOptions options = options_in(scratch);
    options.weather.source = (scratch / "w.json").string();
    RoadWatch watch{options};
    const RoadReport now = watch.look(bare(), facts("", noon), noon);
    CHECK(now.verdict.ice.answer == IceRisk::Answer::possible);
    const RoadReport then = watch.look(bare(), facts("", noon - hours{24 * 30}), noon);
    CHECK(then.at == noon - hours{24 * 30});
    CHECK(then.verdict.ice.answer == IceRisk::Answer::unknown);
    CHECK_FALSE(then.weather.now);
    CHECK(then.outlook.alerts.empty());
    // And one without a time is of now.
    CHECK(watch.look(bare(), facts("", std::nullopt), noon).verdict.ice.answer ==
          IceRisk::Answer::possible);
}

TEST_CASE("RoadWatch: where the place is known, the sun says when it is night") {
    Scratch scratch;
    RoadOptions options = options_in(scratch);
    options.weather.latitude = 60;
    options.weather.longitude = 20;
    RoadWatch watch{options};
    const Instant night = instant_of("2026-01-15T23:00:00Z"),
                  day = instant_of("2026-06-15T11:00:00Z");
    CHECK(watch.look(bare(), facts("", night), noon).verdict.reason == "night");
    CHECK(watch.look(bare(), facts("", day), noon).verdict.condition == RoadCondition::clear);
}

TEST_CASE("RoadWatch: a camera that was turned away is noticed, and judged by its look alone") {
    Scratch scratch;
    save_state(road_state_path(scratch.path().string(), "north"), state_of_scene("north"));
    RoadOptions options = options_in(scratch, "north");
    options.polygons.clear();
    Picture picture = decode_jpeg(bare().jpeg, ColorSpace::rgb), turned = picture;
    const int by = 60; // pixels to the right
    for (int y = 0; y < picture.size.height; ++y)
        for (int x = 0; x < picture.size.width; ++x)
            std::copy_n(picture.row(y) + 3 * std::max(0, x - by), 3, turned.row(y) + 3 * x);
    const RoadReport report =
        RoadWatch{options}.look({encode_jpeg(turned, 90)}, facts("", noon), noon);
    CHECK(report.reading.moved);
    REQUIRE(report.reading.shift);
    CHECK(std::abs(report.reading.shift->right - by / 640.) < .02);
    CHECK(report.region.source != Region::Source::learned);
    CHECK_FALSE(report.reading.compared);
}

TEST_CASE("RoadWatch: a frame that does not decode is an error, and the next one is looked at") {
    Scratch scratch;
    RoadWatch watch{options_in(scratch, "north")};
    Frame broken = bare();
    broken.jpeg.resize(300);
    CHECK_THROWS_AS(watch.look(broken, facts("", noon), noon), Error);
    CHECK(watch.look(bare(), facts("", noon), noon).verdict.condition == RoadCondition::clear);
}

TEST_CASE("forecast_of: without weather it says so, as text and as JSON") {
    const RoadOptions options;
    CHECK(forecast_of(options, noon, Wording::text).find("unavailable") != std::string::npos);
    CHECK(forecast_of(options, noon, Wording::json).starts_with("{"));
}
