#include "verb/road/appearance.hpp"

#include "road_frame_maker.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <string>

using namespace img;

namespace {

Appearance look_at(const Sight& sight) {
    return appearance_of(sight, filled({scene_road()}, sight.planes.size));
}

double value(const Appearance& appearance, std::string_view name) {
    const auto* found = std::ranges::find(Appearance::names, name);
    REQUIRE(found != Appearance::names.end());
    return double{appearance.values[static_cast<std::size_t>(found - Appearance::names.begin())]};
}

} // namespace

TEST_CASE("appearance: all measures are finite, of any picture and any road") {
    const Size size{sight_width, 180};
    std::vector<Bitmap> roads{filled({scene_road()}, size),
                              filled({{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, size)};
    roads.emplace_back(size); // one sample
    roads.back().inside[5000] = 1;
    for (int level : {0, 1, 128, 255})
        for (int chroma : {0, 128, 255})
            for (const Bitmap& road : roads) {
                Sight sight;
                sight.full = size;
                sight.planes = Planes{size};
                sight.planes.channel[0].assign(road.inside.size(),
                                               static_cast<std::uint8_t>(level));
                for (std::size_t c : {1U, 2U})
                    sight.planes.channel[c].assign(road.inside.size(),
                                                   static_cast<std::uint8_t>(chroma));
                for (float one : appearance_of(sight, road).values)
                    REQUIRE(std::isfinite(one));
            }
}

TEST_CASE("appearance: what is measured does not hang on the exposure") {
    const Appearance usual = look_at(scene_sight({}));
    for (double factor : {.65, .8, 1.1}) {
        const Appearance other = look_at(scene_sight({.factor = factor}));
        CAPTURE(factor);
        for (std::string_view name : {"road_50", "verge_50", "road_to_verge", "road_spread"})
            CHECK(std::abs(value(other, name) - value(usual, name)) < .25);
        for (std::string_view name : {"road_colour", "verge_colour", "green"})
            CHECK(std::abs(value(other, name) - value(usual, name)) < .1);
    }
}

TEST_CASE("appearance: snow brings the road nearer to white, and takes its colour") {
    const Appearance bare = look_at(scene_sight({})), snow = look_at(scene_sight({.snow = 1}));
    CHECK(value(snow, "road_50") > value(bare, "road_50") + .5);
    CHECK(value(snow, "road_pale_16") > value(bare, "road_pale_16") + .3);
}

TEST_CASE("appearance: quantiles rise, and shares are shares") {
    for (double snow : {0., .3, 1.}) {
        const Appearance appearance = look_at(scene_sight({.snow = snow}));
        for (std::size_t i = 1; i < 7; ++i)
            CHECK(appearance.values[i] >= appearance.values[i - 1]);
        for (std::string_view name : {"road_colour", "verge_pale", "rest_pale", "road_pale_05",
                                      "modes", "modes_share", "green", "warm", "snow_18"}) {
            CHECK(value(appearance, name) >= 0);
            CHECK(value(appearance, name) <= 1.001);
        }
    }
}
