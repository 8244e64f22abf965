#include "verb/serve/camera_health.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant noon = *parse_iso_time("2026-11-21T12:00:00.000Z");

/// A directory of cameras that is gone with the test.
struct Cameras {
    fs::path root = fs::temp_directory_path() / fs::unique_path("cameras-%%%%%%%%");
    Moment moment{1h};
    CameraHealth health;

    explicit Cameras(std::optional<Duration> interval = std::nullopt)
        : health(Fd{(fs::create_directories(root),
                     ::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))},
                 interval) {}
    Cameras(const Cameras&) = delete;
    Cameras& operator=(const Cameras&) = delete;
    ~Cameras() { fs::remove_all(root); }

    void put(const std::string& path) const {
        fs::create_directories((root / path).parent_path());
        write_file(root / path, {});
    }
    /// A frame of each minute up to `last`.
    void put_frames(const std::string& directory, Instant last, int count) const {
        for (int i = 0; i < count; ++i)
            put(directory + "/" + name_time(last - i * 1min) + ".jpg");
    }
    std::vector<CameraFreshness> look(std::vector<CameraFiles> files, Instant now) {
        return health.look(files, now, moment);
    }
};

CameraFiles latest(const std::string& name, Instant modified) {
    return {name, {modified, ""}, std::nullopt};
}

} // namespace

TEST_CASE("CameraHealth: without cameras and frames nobody is judged") {
    Cameras cameras;
    cameras.put("style.css");
    cameras.put("photographs/holiday.jpg");
    CHECK(cameras.look({}, noon).empty());
}

TEST_CASE("CameraHealth: a camera is late after three of its intervals, as its frames show them") {
    Cameras cameras;
    cameras.put_frames("north", noon, 20);
    for (auto [age, is_late] : {std::pair{Duration{3min}, false}, {Duration{3min + 1ms}, true}}) {
        auto states = cameras.look({latest("north", noon - 1h)}, noon + age);
        REQUIRE(states.size() == 1);
        CHECK(states[0].name == "north");
        CHECK(states[0].newest == noon);
        CHECK(states[0].interval == 1min);
        CHECK(states[0].age(noon + age) == age);
        CHECK(states[0].is_late() == is_late);
        cameras.moment += 1h;
    }
}

TEST_CASE("CameraHealth: latest.jpg counts when it is newer than the dated frames") {
    Cameras cameras;
    cameras.put_frames("north", noon - 1h, 20);
    auto states = cameras.look({latest("north", noon)}, noon + 1min);
    CHECK(states[0].newest == noon);
    CHECK(!states[0].is_late());
}

TEST_CASE("CameraHealth: the interval that is given stands before what frames show") {
    Cameras cameras{1h};
    cameras.put_frames("north", noon, 20);
    CHECK(!cameras.look({latest("north", noon)}, noon + 3h)[0].is_late());
    CHECK(cameras.look({latest("north", noon)}, noon + 3h + 1s)[0].is_late());
}

TEST_CASE("CameraHealth: a root of dated frames alone is a camera") {
    Cameras cameras;
    cameras.put_frames("2026/11/21", noon, 5);
    auto states = cameras.look({}, noon + 5min);
    REQUIRE(states.size() == 1);
    CHECK(states[0].name.empty());
    CHECK(states[0].is_late());
}

TEST_CASE("CameraHealth: with latest.jpg alone, the interval is learned from its changes") {
    Cameras cameras;
    // The first gap is the time for which the camera was off.
    Instant changed = noon - 24h;
    std::vector<std::optional<Duration>> intervals;
    for (Duration gap : {Duration{0}, Duration{24h}, Duration{1min}, Duration{1min}}) {
        changed += gap;
        auto states = cameras.look({latest("", changed)}, changed + 5s);
        intervals.push_back(states[0].interval);
        CHECK(!states[0].is_late());
        cameras.look({latest("", changed)}, changed + 15s); // no change
    }
    CHECK(intervals == decltype(intervals){std::nullopt, std::nullopt, std::nullopt, 1min});
    CHECK(!cameras.look({latest("", changed)}, changed + 3min)[0].is_late());
    CHECK(cameras.look({latest("", changed)}, changed + 3min + 1s)[0].is_late());
}

TEST_CASE("CameraHealth: frames of times to come, or a clock that is set back, are no fault") {
    Cameras cameras;
    cameras.put_frames("north", noon + 24h, 20);
    auto states = cameras.look({latest("north", noon + 1h)}, noon);
    CHECK(states[0].age(noon) == 0ms);
    CHECK(!states[0].is_late());
}

TEST_CASE("CameraHealth: what was read is remembered for ten seconds, and judged as of then") {
    Cameras cameras;
    cameras.put_frames("2026/11/21", noon, 5);
    CHECK(!cameras.look({}, noon + 3min)[0].is_late());
    cameras.put_frames("2026/11/21", noon + 3min, 1);
    cameras.moment += 9s;
    auto before = cameras.look({}, noon + 3min + 9s);
    CHECK(before[0].newest == noon);
    CHECK(!before[0].is_late());
    cameras.moment += 1s;
    CHECK(cameras.look({}, noon + 3min + 10s)[0].newest == noon + 3min);
}

TEST_CASE("CameraHealth: a camera that is taken away is forgotten") {
    Cameras cameras;
    cameras.put_frames("north", noon, 5);
    CHECK(cameras.look({latest("north", noon)}, noon).size() == 1);
    CHECK(cameras.look({}, noon).empty());
}

TEST_CASE("CameraHealth: symbolic links are not followed out of the root") {
    Cameras cameras, elsewhere;
    elsewhere.put_frames("2026/11/21", noon, 5);
    fs::create_directory_symlink(elsewhere.root, cameras.root / "north");
    fs::create_directory_symlink(elsewhere.root / "2026", cameras.root / "2026");
    auto states = cameras.look({latest("north", noon - 1h)}, noon);
    CHECK(states[0].newest == noon - 1h);
    CHECK(states[0].interval == std::nullopt);
    CHECK(cameras.look({}, noon).empty());
}

TEST_CASE("newest_frames: the newest directories, and no others, until there are enough") {
    Cameras cameras;
    cameras.put_frames("2026/11/20", noon - 24h, 30);
    cameras.put_frames("2026/11/21", noon, 4);
    fs::create_directories(cameras.root / "2026/11/22");
    cameras.put("2026/11/21/latest.jpg");
    cameras.put("2026/11/21/20261121T235959.000Z.gif");
    cameras.put("2026/11/21/.20261121T235959.000Z.jpg");
    Fd root{::open(cameras.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    std::vector<Instant> times = newest_frames(*root, 6);
    CHECK(times == std::vector<Instant>{noon, noon - 1min, noon - 2min, noon - 3min, noon - 24h,
                                        noon - 24h - 1min});
    // What is enough is not looked for in older directories.
    fs::permissions(cameras.root / "2026/11/20", fs::no_perms);
    CHECK(newest_frames(*root, 4).size() == 4);
    fs::permissions(cameras.root / "2026/11/20", fs::owner_all);
}

TEST_CASE("newest_frames: in one large directory, whatever order and spelling the names have") {
    Cameras cameras;
    for (int i = 0; i < 300; ++i) {
        Instant time = noon - i * 1min;
        cameras.put(name_time(time) + ".jpg");
        cameras.put("a_" + name_time(time - 10s) + ".jpg");
        cameras.put("b_" + name_time(time - 20s) + ".JPG");
        cameras.put(format_time("%Y-%m-%dT%H-%M-%SZ.jpeg", time - 30s, Zone{}));
    }
    Fd root{::open(cameras.root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    std::vector<Instant> wanted;
    for (int i = 0; i < 11; ++i)
        wanted.push_back(noon - i / 4 * 1min - i % 4 * 10s);
    CHECK(newest_frames(*root, 11) == wanted);
}

TEST_CASE("median_gap: single long gaps do not count, and a second is the least") {
    CHECK(median_gap({}) == std::nullopt);
    CHECK(median_gap({noon, noon + 1min}) == std::nullopt);
    CHECK(median_gap({noon, noon + 1min, noon + 2min, noon + 24h}) == 1min);
    CHECK(median_gap({noon + 2min, noon + 1min, noon}) == 1min);
    CHECK(median_gap({noon, noon, noon + 10ms}) == 1s);
}
