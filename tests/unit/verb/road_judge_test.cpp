#include "verb/road/judge.hpp"

#include "road_frame_maker.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

Region whole_road(const Sight& sight) {
    return region_of_polygons({scene_road()}, sight.planes.size);
}

RoadReading seen_alone(const Sight& sight) {
    return read_road(sight, light_of(sight), whole_road(sight), nullptr, SnowCuts{});
}

bool is_of_the_seven(std::string_view word) {
    static const std::array words{"Clear", "Light",        "Moderate", "Heavy",
                                  "Wet",   "Ice Possible", "Unknown"};
    return std::ranges::find(words, word) != words.end();
}

/// A sight of one colour, with noise of this many levels.
Sight plain(int level, int noise) {
    Sight sight;
    sight.full = {1280, 720};
    sight.planes.size = {sight_width, 180};
    std::mt19937 random{7};
    for (std::size_t c = 0; c < 3; ++c)
        for (int i = 0; i < sight_width * 180; ++i) {
            const int sample = c ? 128 : level + static_cast<int>(random() % 1000) * noise / 1000;
            sight.planes.channel[c].push_back(
                static_cast<std::uint8_t>(std::clamp(sample, 0, 255)));
        }
    return sight;
}

} // namespace

TEST_CASE("cuts: three percentages that rise, or grf") {
    CHECK(parse_cuts("10,30,60") == SnowCuts{});
    CHECK(parse_cuts("grf") == grf_cuts);
    CHECK(parse_cuts("1.5, 2 ,100") == SnowCuts{.015, .02, 1});
    for (const char* bad :
         {"", "10", "10,30", "10,30,60,90", "30,10,60", "10,10,60", "0,30,60", "-1,30,60",
          "10,30,101", "a,b,c", "10;30;60", "nan,30,60", "10,30,inf", "10,30,60,", "GRF"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_cuts(bad));
    }
}

TEST_CASE("snow classes: a class begins at its cut") {
    const SnowCuts cuts;
    CHECK(snow_class(0, cuts) == RoadCondition::clear);
    CHECK(snow_class(.0999, cuts) == RoadCondition::clear);
    CHECK(snow_class(.10, cuts) == RoadCondition::light);
    CHECK(snow_class(.30, cuts) == RoadCondition::moderate);
    CHECK(snow_class(.60, cuts) == RoadCondition::heavy);
    CHECK(snow_class(1, cuts) == RoadCondition::heavy);
}

TEST_CASE("conditions: the seven words") {
    for (RoadCondition condition :
         {RoadCondition::clear, RoadCondition::light, RoadCondition::moderate, RoadCondition::heavy,
          RoadCondition::wet, RoadCondition::ice_possible, RoadCondition::unknown})
        CHECK(is_of_the_seven(word_for(condition)));
    CHECK(word_for(RoadCondition::ice_possible) == "Ice Possible");
    CHECK(word_for(Doubt::none).empty());
    CHECK(word_for(Doubt::no_mask) == "no-mask");
}

TEST_CASE("read_road: a bare road is clear, by itself and at any hour of its cars") {
    for (int minute = 0; minute < 20; ++minute) {
        CAPTURE(minute);
        const RoadReading reading =
            seen_alone(scene_sight({}, noon_of_scenes + std::chrono::minutes{minute}));
        CHECK(reading.condition == RoadCondition::clear);
        CHECK(count(reading.snow) == 0);
        CHECK(reading.confidence > .5);
    }
}

TEST_CASE("read_road: a white road has snow, and its picture shows where") {
    for (double snow : {.7, .85, 1.}) {
        CAPTURE(snow);
        const Sight sight = scene_sight({.snow = snow});
        const RoadReading reading = seen_alone(sight);
        const bool snowed = reading.condition == RoadCondition::moderate ||
                            reading.condition == RoadCondition::heavy;
        CHECK(snowed);
        REQUIRE(reading.coverage);
        CHECK(*reading.coverage > .3);
        // What is shown as snow is on the road, and about as much as is said.
        const Region road = whole_road(sight);
        for (std::size_t i = 0; i < road.bitmap.inside.size(); ++i)
            REQUIRE(reading.snow.inside[i] <= road.bitmap.inside[i]);
        const double shown =
            static_cast<double>(count(reading.snow)) / static_cast<double>(count(road.bitmap));
        CHECK(std::abs(shown - *reading.coverage) < .1);
    }
}

TEST_CASE("read_road: brightness times 0.65 to 1.35 leaves a bare road clear") {
    for (std::uint64_t seed : {1U, 2U, 3U})
        for (double factor = .65; factor < 1.36; factor += .1) {
            CAPTURE(seed);
            CAPTURE(factor);
            const RoadReading reading = seen_alone(scene_sight({.seed = seed, .factor = factor}));
            CHECK(reading.condition == RoadCondition::clear);
        }
}

TEST_CASE("read_road: a picture of nothing is the lens, of any brightness") {
    for (int level : {0, 40, 128, 220, 255}) {
        const RoadReading reading = seen_alone(plain(level, 6));
        CAPTURE(level);
        CHECK(reading.condition == RoadCondition::unknown);
        CHECK(reading.doubt == Doubt::lens);
        CHECK_FALSE(reading.coverage);
        CHECK(count(reading.snow) == 0);
    }
}

TEST_CASE("read_road: an empty region is no-mask") {
    const Sight sight = scene_sight({});
    Region nothing;
    nothing.bitmap = Bitmap{sight.planes.size};
    const RoadReading reading = read_road(sight, Light::day, nothing, nullptr, SnowCuts{});
    CHECK(reading.condition == RoadCondition::unknown);
    CHECK(reading.doubt == Doubt::no_mask);
}

TEST_CASE("read_road: by night nothing is said without a reference") {
    const Sight sight = scene_sight({});
    for (Light light : {Light::night, Light::infrared}) {
        const RoadReading reading = read_road(sight, light, whole_road(sight), nullptr, SnowCuts{});
        CHECK(reading.condition == RoadCondition::unknown);
        CHECK(reading.doubt == Doubt::night);
        CHECK(reading.light == light);
    }
    CHECK(seen_alone(scene_sight({.night = 1})).doubt == Doubt::night);
}

TEST_CASE("read_road: noise of any kind gives a coverage and a confidence that are shares") {
    for (int noise : {20, 60, 255}) {
        const RoadReading reading = seen_alone(plain(0, noise));
        CHECK(reading.confidence >= 0);
        CHECK(reading.confidence <= 1);
        if (reading.coverage) {
            CHECK(*reading.coverage >= 0);
            CHECK(*reading.coverage <= 1);
        }
        CHECK((reading.condition == RoadCondition::unknown) == (reading.doubt != Doubt::none));
    }
}

TEST_CASE("read_road: with a reference the coverage is that of the picture") {
    ReferenceMaker maker;
    for (int i = 0; i < 8; ++i)
        maker.add(scene_sight({.cars = 0}, noon_of_scenes + std::chrono::minutes{i}));
    References known;
    known[0] = maker.reference(Light::day);
    for (double snow : {0., .2, .45, .8}) {
        CAPTURE(snow);
        const Sight sight = scene_sight({.snow = snow, .cars = 0});
        const RoadReading reading =
            read_road(sight, Light::day, whole_road(sight), &known, SnowCuts{});
        CHECK(reading.compared);
        REQUIRE(reading.coverage);
        CHECK(std::abs(*reading.coverage - snow) < .09);
        CHECK(reading.condition == snow_class(snow, SnowCuts{}));
    }
}
