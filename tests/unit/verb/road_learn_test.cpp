#include "verb/road/learn.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/snap/scene.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <functional>

using namespace img;

namespace {

const Instant noon{std::chrono::milliseconds{1'795'262'400'000}};

SceneOptions small_scene() {
    SceneOptions options;
    options.size = {640, 360};
    return options;
}

using Change = std::function<void(Sight&, int)>;

CameraState learned_from(const SceneOptions& options, int frames, const Change& change,
                         Ground ground = Ground::bare) {
    const Scene scene{options};
    std::vector<Sight> sights;
    for (int i = 0; i < frames; ++i) {
        const Instant at = noon + std::chrono::seconds{47 * i};
        sights.push_back(
            sight_of(Frame{encode_jpeg(scene.draw(at, str("12:", 10 + i % 50)), 90)}, 1));
        if (change)
            change(sights.back(), i);
    }
    CameraLearner learner;
    for (const Sight& sight : sights)
        learner.look(sight);
    for (const Sight& sight : sights)
        learner.look_again(sight, ground);
    return learner.learned("north");
}

Bitmap true_road(const SceneOptions& options) {
    Polygon road;
    for (const std::array<double, 2>& corner : Scene{options}.truth(noon).road)
        road.push_back({corner[0], corner[1]});
    return filled({road}, {sight_width, 180});
}

double rightness(const CameraState& state) {
    return state.region ? intersection_over_union(*state.region, true_road(small_scene())) : 0;
}

} // namespace

TEST_CASE("CameraLearner: the road is where the traffic is") {
    const CameraState state = learned_from(small_scene(), 64, {});
    CHECK(state.camera == "north");
    CHECK(state.full == Size{640, 360});
    CHECK(state.sight == Size{320, 180});
    CHECK(state.traffic.frames == 64);
    CHECK(state.traffic.vehicles > 100);
    CHECK(state.traffic.agreement > 0.85);
    CHECK(state.traffic.frames_needed == 0);
    CHECK(rightness(state) > 0.85);
}

TEST_CASE("CameraLearner: exposure may change from frame to frame") {
    const CameraState state = learned_from(small_scene(), 64, [](Sight& sight, int i) {
        for (std::uint8_t& level : sight.planes.channel[0])
            level = static_cast<std::uint8_t>(std::min(255, level * (70 + i * 37 % 60) / 100));
    });
    CHECK(rightness(state) > 0.85);
}

TEST_CASE("CameraLearner: flakes are everywhere, and so no road") {
    std::uint32_t random = 7;
    const auto below = [&](int most) {
        random = random * 1664525 + 1013904223;
        return static_cast<int>((random >> 8) % static_cast<std::uint32_t>(most));
    };
    const CameraState state = learned_from(small_scene(), 64, [&](Sight& sight, int) {
        for (int flake = 0; flake < 100; ++flake) {
            const int x = below(316), y = below(176), side = 2 + below(3);
            for (int v = y; v < y + side; ++v)
                std::fill_n(sight.planes.row(0, v) + x, side, std::uint8_t{240});
        }
    });
    CHECK((!state.region || rightness(state) > 0.75));
}

TEST_CASE("CameraLearner: without traffic there is no region, but there are references") {
    SceneOptions quiet = small_scene();
    quiet.cars = 0;
    const CameraState state = learned_from(quiet, 20, {});
    CHECK_FALSE(state.region);
    CHECK(state.traffic.frames_needed >= 60);
    REQUIRE(state.references[static_cast<std::size_t>(Light::day)]);
    CHECK(state.references[static_cast<std::size_t>(Light::day)]->frames == 20);
    CHECK_FALSE(state.references[static_cast<std::size_t>(Light::night)]);
}

TEST_CASE("CameraLearner: frames in which snow may lie show traffic only") {
    const CameraState state = learned_from(small_scene(), 64, {}, Ground::unsure);
    CHECK(state.region);
    for (const std::optional<Reference>& reference : state.references)
        CHECK_FALSE(reference);
}

TEST_CASE("CameraLearner: few frames are no traffic yet") {
    const CameraState state = learned_from(small_scene(), 3, {});
    CHECK_FALSE(state.region);
    CHECK(state.traffic.frames == 3);
    CHECK(state.traffic.frames_needed >= 60);
}

TEST_CASE("CameraLearner: the same frames give the same bytes") {
    CHECK(encoded(learned_from(small_scene(), 24, {})) ==
          encoded(learned_from(small_scene(), 24, {})));
}

TEST_CASE("CameraLearner: a picture of another shape is refused, and named") {
    CameraLearner learner;
    Sight sight;
    sight.full = {640, 360};
    sight.planes = Planes({320, 180});
    learner.look(sight);
    Sight other;
    other.full = {640, 480};
    other.planes = Planes({320, 240});
    CHECK_THROWS_WITH_AS(learner.look(other), "a picture of 640x480 among pictures of 640x360",
                         Error);
    CHECK_THROWS_AS(learner.look_again(other, Ground::bare), Error);
}

TEST_CASE("road_by_traffic: nothing moved, or everything did: there is no road") {
    const Planes ground({320, 180});
    CHECK(count(road_by_traffic(std::vector<std::uint16_t>(320 * 180, 0), ground)) == 0);
    CHECK(count(road_by_traffic(std::vector<std::uint16_t>(320 * 180, 9), ground)) == 0);
}

TEST_CASE("road_by_traffic: a hard shoulder that looks as the road is found, grass is not") {
    Planes ground({320, 180});
    std::vector<std::uint16_t> moved(320 * 180, 0);
    for (int y = 0; y < 180; ++y)
        for (int x = 0; x < 320; ++x) {
            const bool paved = x >= 80 && x < 230;
            ground.row(0, y)[x] = paved ? 110 : 90;
            ground.row(1, y)[x] = paved ? 128 : 105;
            ground.row(2, y)[x] = paved ? 128 : 118;
            if (x >= 100 && x < 200) // and never on what is right of it
                moved[static_cast<std::size_t>(y * 320 + x)] = 20;
        }
    const Bitmap road = road_by_traffic(moved, ground);
    const Bitmap paved = filled(
        {{{80 / 320.0, 0}, {230 / 320.0, 0}, {230 / 320.0, 1}, {80 / 320.0, 1}}}, {320, 180});
    CHECK(intersection_over_union(road, paved) > 0.9);
    for (int y = 0; y < 180; ++y)
        CHECK_FALSE(road.row(y)[74]);
}
