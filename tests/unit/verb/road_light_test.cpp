#include "verb/road/light.hpp"

#include "road_frame_maker.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

Sight of_levels(int luma, int blue, int red, int noise = 0) {
    Sight sight;
    sight.full = {1280, 720};
    sight.planes = Planes{{sight_width, 180}};
    std::mt19937 random{3};
    auto noisy = [&](int level) {
        const int off =
            noise ? static_cast<int>(random() % static_cast<unsigned>(2 * noise + 1)) - noise : 0;
        return static_cast<std::uint8_t>(level + off);
    };
    for (std::size_t i = 0; i < sight.planes.channel[0].size(); ++i) {
        sight.planes.channel[0][i] = static_cast<std::uint8_t>(luma);
        sight.planes.channel[1][i] = noisy(blue);
        sight.planes.channel[2][i] = noisy(red);
    }
    return sight;
}

} // namespace

TEST_CASE("light: by its middle brightness a coloured picture is of night, dusk or day") {
    CHECK(light_of(of_levels(20, 140, 120)) == Light::night);
    CHECK(light_of(of_levels(44, 140, 120)) == Light::night);
    CHECK(light_of(of_levels(45, 140, 120)) == Light::dusk);
    CHECK(light_of(of_levels(74, 140, 120)) == Light::dusk);
    CHECK(light_of(of_levels(75, 140, 120)) == Light::day);
    CHECK(light_of(of_levels(255, 140, 120)) == Light::day);
}

TEST_CASE("light: a picture without colour is infrared, however bright, and with noise in it") {
    for (int luma : {0, 40, 60, 120, 250}) {
        CHECK(light_of(of_levels(luma, 128, 128)) == Light::infrared);
        CHECK(light_of(of_levels(luma, 128, 128, 3)) == Light::infrared);
    }
}

TEST_CASE("light: a small coloured thing makes a picture one in colour") {
    Sight sight = of_levels(120, 128, 128);
    for (std::size_t i = 0; i < sight.planes.channel[2].size() / 20; ++i)
        sight.planes.channel[2][i] = 170;
    CHECK(light_of(sight) == Light::day);
}

TEST_CASE("light: the test camera's scene is of day, of night, and infrared when it is grey") {
    CHECK(light_of(scene_sight({})) == Light::day);
    CHECK(light_of(scene_sight({.snow = 1})) == Light::day);
    CHECK(light_of(scene_sight({.night = 1})) == Light::night);
    Picture grey = decode_jpeg(scene_frame({}).jpeg, ColorSpace::gray);
    CHECK(light_of(sight_of({encode_jpeg(grey, 85)}, 1)) == Light::infrared);
}

TEST_CASE("light: brightness times 0.65 to 1.35 makes no night of the day") {
    for (double factor : {.65, .8, 1.2, 1.35}) {
        const Light light = light_of(scene_sight({.factor = factor}));
        CHECK((light == Light::day || light == Light::dusk));
    }
}
