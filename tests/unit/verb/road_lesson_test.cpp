#include "verb/road.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "road_frame_maker.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace img;

namespace {

struct Learning {
    CameraState state;
    std::vector<std::string> complaints;
    std::vector<std::size_t> steps;
    std::size_t all = 0;
};

Learning learn(const FrameList& frames, Bareness bareness = Bareness::judged) {
    Learning lesson;
    lesson.state = learned_camera(
        frames, "north", bareness,
        [&](std::size_t done, std::size_t all) {
            lesson.steps.push_back(done);
            lesson.all = all;
        },
        [&](const Error& error) { lesson.complaints.emplace_back(error.what()); });
    return lesson;
}

/// So many frames, 47 s apart, and what else is put between them.
struct Folder {
    Scratch scratch{};
    FrameList frames{};
    int made = 0;

    void add(const Frame& frame) {
        const fs::path path = scratch / str(made++, ".jpg");
        write_file(path, frame.jpeg);
        frames.add_file(path);
    }
    void add(int count, SceneChange change) {
        for (int i = 0; i < count; ++i)
            add(scene_frame(change, noon_of_scenes + std::chrono::seconds{47 * made}));
    }
};

} // namespace

TEST_CASE("learned_camera: from traffic, the region; from bare roads, the reference") {
    Folder folder;
    folder.add(64, {});
    const Learning lesson = learn(folder.frames);
    REQUIRE(lesson.state.region);
    CHECK(intersection_over_union(*lesson.state.region,
                                  filled({scene_road()}, lesson.state.sight)) > .7);
    REQUIRE(lesson.state.references[0]);
    CHECK(lesson.state.references[0]->frames > 40);
    CHECK(lesson.complaints.empty());
    CHECK(encoded(lesson.state).size() < 400'000);
    // Progress goes on by ones to its end.
    REQUIRE(lesson.steps.size() == lesson.all);
    for (std::size_t i = 0; i < lesson.steps.size(); ++i)
        REQUIRE(lesson.steps[i] == i + 1);
}

TEST_CASE("learned_camera: the same frames give the same state") {
    Folder folder;
    folder.add(12, {});
    CHECK(encoded(learn(folder.frames).state) == encoded(learn(folder.frames).state));
}

TEST_CASE("learned_camera: snow is no reference, unless it is sworn that there is none") {
    Folder folder;
    folder.add(6, {.snow = .9});
    CHECK_FALSE(learn(folder.frames).state.references[0]);
    CHECK(learn(folder.frames, Bareness::assured).state.references[0]);
}

TEST_CASE("learned_camera: of a mixed folder only the bare frames are the reference") {
    Folder folder;
    folder.add(5, {});
    folder.add(4, {.snow = 1});
    folder.add(5, {});
    const Learning lesson = learn(folder.frames);
    REQUIRE(lesson.state.references[0]);
    CHECK(lesson.state.references[0]->frames == 10);
}

TEST_CASE("learned_camera: the dark is believed to be as bare as the days around it") {
    auto night_learned = [](double before, double after) {
        Folder folder;
        folder.add(3, {.snow = before});
        folder.add(2, {.night = 1});
        folder.add(3, {.snow = after});
        return learn(folder.frames).state.references[2].has_value();
    };
    CHECK(night_learned(0, 0));
    CHECK_FALSE(night_learned(1, 0));
    CHECK_FALSE(night_learned(0, 1));
    Folder dark;
    dark.add(3, {.night = 1});
    CHECK_FALSE(learn(dark.frames).state.references[2]); // nothing tells
}

TEST_CASE("learned_camera: the first and the last frame may be dark") {
    Folder folder;
    folder.add(1, {.night = 1});
    folder.add(2, {});
    folder.add(1, {.night = 1});
    const Learning lesson = learn(folder.frames);
    REQUIRE(lesson.state.references[2]);
    CHECK(lesson.state.references[2]->frames == 2);
}

TEST_CASE("learned_camera: what is broken, or of another shape, is named and passed over") {
    Folder folder;
    folder.add(3, {});
    Frame broken = scene_frame({});
    broken.jpeg.resize(500);
    folder.add(broken);
    folder.add(1, {.size = {640, 480}});
    folder.add(3, {});
    folder.frames.add_file(folder.scratch / "missing.jpg");
    const Learning lesson = learn(folder.frames);
    REQUIRE(lesson.complaints.size() == 3);
    CHECK(lesson.complaints[0].find("3.jpg") != std::string::npos);
    CHECK(lesson.complaints[2].find("missing.jpg") != std::string::npos);
    REQUIRE(lesson.state.references[0]);
    CHECK(lesson.state.references[0]->frames == 6);
    CHECK(lesson.state.traffic.frames == 6);
}

TEST_CASE("learned_camera: every complaint names its frame") {
    Folder folder;
    folder.add(2, {});
    folder.add(1, {.size = {640, 480}});
    folder.add(1, {});
    const Learning lesson = learn(folder.frames);
    REQUIRE(lesson.complaints.size() == 1);
    CHECK(lesson.complaints[0].find("2.jpg") != std::string::npos);
}

TEST_CASE("learned_camera: the newest frame says which shape counts") {
    Folder folder;
    folder.add(1, {.size = {640, 480}});
    folder.add(3, {});
    const Learning lesson = learn(folder.frames);
    CHECK(lesson.complaints.size() == 1);
    CHECK(lesson.state.traffic.frames == 3);
}

TEST_CASE("learned_camera: of nothing nothing is learned") {
    CHECK_THROWS_AS(learn(FrameList{}), Error);
    Folder folder;
    folder.add(Frame{{0xFF, 0xD8, 0xFF, 0xD9}});
    CHECK_THROWS_AS(learn(folder.frames), Error);
}

TEST_CASE("what was learned: a line for people, and one of JSON") {
    Folder folder;
    folder.add(4, {});
    const CameraState few = learn(folder.frames).state;
    CHECK(line_of(few) == "north: not enough traffic for the road's outline in 4 frames; about 60 "
                          "are needed; bare road: day 4");
    const nlohmann::json json = nlohmann::json::parse(json_of(few));
    CHECK(json["camera"] == "north");
    CHECK(json["frames"] == 4);
    CHECK(json["polygons"].empty());
    CHECK(json["references"]["day"] == 4);

    CameraState state = few;
    state.camera = "n\xFF\"";
    state.region = filled({scene_road()}, state.sight);
    state.traffic = {200, 800, .876, 0};
    state.references = {};
    CHECK(line_of(state).find("halves agree to 88 %") != std::string::npos);
    CHECK(line_of(state).find("never seen") != std::string::npos);
    CHECK(nlohmann::json::parse(json_of(state))["polygons"].size() == 1);
}

TEST_CASE("learn_directory: a directory's frames for the camera that is named, and for no other") {
    Folder folder;
    folder.add(3, {});
    RoadOptions options;
    const std::string directory = folder.scratch.path().string();
    auto nothing = [](std::size_t, std::size_t) {};
    CHECK_THROWS_AS(learn_directory(directory, options, Bareness::judged, nothing), Error);
    options.camera = "north";
    const Lesson whole = learn_directory(directory, options, Bareness::judged, nothing);
    CHECK(whole.is_whole);
    CHECK(whole.state.camera == "north");
    CHECK(whole.state.traffic.frames == 3);
    write_file(folder.scratch / "9.jpg", bytes_of("no picture"));
    Captured log{STDERR_FILENO};
    const Lesson part = learn_directory(directory, options, Bareness::judged, nothing);
    CHECK_FALSE(part.is_whole);
    CHECK(part.state.traffic.frames == 3);
    CHECK(log.text().find("9.jpg") != std::string::npos);
    CHECK_THROWS_AS(learn_directory(directory + "/none", options, Bareness::judged, nothing),
                    Error);
}
