#include "verb/road/comparison.hpp"

#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/snap/scene.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <utility>

using namespace img;

namespace {

const Instant noon{std::chrono::milliseconds{1'795'262'400'000}};

SceneOptions options_with(double snow, double night = 0) {
    SceneOptions options;
    options.size = {960, 540};
    options.snow = snow;
    options.night = night;
    options.cars = 0;
    return options;
}

Sight drawn(const SceneOptions& options, Instant instant = noon) {
    return sight_of(Frame{encode_jpeg(Scene{options}.draw(instant, ""), 90)}, 1);
}

Bitmap road_of(const SceneOptions& options, Size size) {
    Polygon road;
    for (const std::array<double, 2>& corner : Scene{options}.truth(noon).road)
        road.push_back({corner[0], corner[1]});
    return filled({road}, size);
}

Reference bare(double night = 0) {
    ReferenceMaker maker;
    for (int i = 0; i < 3; ++i)
        maker.add(drawn(options_with(0, night), noon + std::chrono::seconds{i}));
    return maker.reference(light_of(drawn(options_with(0, night))));
}

struct Place {
    Reference reference = bare();
    Sight sight = drawn(options_with(0), noon + std::chrono::seconds{9});
    Bitmap road = road_of(options_with(0), sight.planes.size);

    Comparison look(const Sight& changed) const { return compare(changed, reference, road); }
    Comparison look() const { return look(sight); }
};

template <class Tone>
Sight toned(Sight sight, Tone tone) {
    for (std::uint8_t& level : sight.planes.channel[0])
        level = static_cast<std::uint8_t>(std::clamp(tone(level) + 0.5, 0.0, 255.0));
    return sight;
}

Sight shifted(const Sight& sight, int right, int down) {
    Sight moved = sight;
    const Size size = sight.planes.size;
    for (std::size_t c = 0; c < 3; ++c)
        for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x)
                moved.planes.row(c, y)[x] = sight.planes.row(
                    c, std::clamp(y - down, 0,
                                  size.height - 1))[std::clamp(x - right, 0, size.width - 1)];
    return moved;
}

} // namespace

TEST_CASE("compare: a bare road is bare, however it is exposed") {
    const Place place;
    const Comparison found = place.look();
    CHECK(found.coverage < 0.02);
    CHECK(found.wetness < 0.1);
    CHECK(found.visibility > 0.8);
    CHECK(found.alignment > 0.9);
    CHECK_FALSE(found.moved);
    CHECK(found.confidence > 0.8);
    for (double gain : {0.65, 0.8, 1.2, 1.35})
        for (double gamma : {0.8, 1.0, 1.25}) {
            CAPTURE(gain);
            CAPTURE(gamma);
            const Sight changed = toned(place.sight, [&](int level) {
                return 255 * gain * std::pow(level / 255.0, gamma);
            });
            CHECK(place.look(changed).coverage < 0.1);
        }
}

TEST_CASE("compare: snow is seen where it lies, and as much as there is") {
    const Place place;
    for (double snow : {0.1, 0.3, 0.5, 0.8, 1.0}) {
        CAPTURE(snow);
        const Comparison found = place.look(drawn(options_with(snow)));
        CHECK(found.coverage == doctest::Approx(snow).scale(1).epsilon(0.09));
        std::size_t outside = 0;
        for (std::size_t i = 0; i < found.snow.inside.size(); ++i)
            outside += found.snow.inside[i] && !place.road.inside[i];
        CHECK(outside == 0);
    }
}

TEST_CASE("compare: what is snow is brighter than what is not") {
    const Place place;
    const Sight snowy = drawn(options_with(0.5));
    const Comparison found = place.look(snowy);
    double snow = 0, rest = 0;
    std::size_t snows = 0, rests = 0;
    for (std::size_t i = 0; i < found.snow.inside.size(); ++i) {
        if (!place.road.inside[i])
            continue;
        (found.snow.inside[i] ? snow : rest) += snowy.planes.channel[0][i];
        ++(found.snow.inside[i] ? snows : rests);
    }
    CHECK(snow / static_cast<double>(snows) > 1.3 * rest / static_cast<double>(rests));
}

TEST_CASE("compare: vehicles are not snow") {
    const Place place;
    SceneOptions busy = options_with(0);
    busy.cars = 6;
    for (int i = 0; i < 5; ++i)
        CHECK(place.look(drawn(busy, noon + std::chrono::seconds{31 * i})).coverage < 0.1);
    busy.snow = 0.8;
    for (int i = 0; i < 5; ++i)
        CHECK(place.look(drawn(busy, noon + std::chrono::seconds{31 * i})).coverage > 0.6);
}

TEST_CASE("compare: the blue snow of dawn is snow") {
    const Place place;
    Sight dawn = toned(drawn(options_with(1)), [](int level) { return level * 0.7; });
    for (std::uint8_t& cb : dawn.planes.channel[1])
        cb = static_cast<std::uint8_t>(std::min(255, cb + 22));
    for (std::uint8_t& cr : dawn.planes.channel[2])
        cr = static_cast<std::uint8_t>(std::max(0, cr - 12));
    CHECK(place.look(dawn).coverage > 0.6);
}

TEST_CASE("compare: a brown road in the sun is no snow") {
    const Place place;
    Sight brown = place.sight;
    for (int y = 0; y < brown.planes.size.height; ++y)
        for (int x = 0; x < brown.planes.size.width; ++x)
            if (place.road.row(y)[x]) {
                brown.planes.row(1, y)[x] = 100;
                brown.planes.row(2, y)[x] = 150;
            }
    ReferenceMaker maker;
    maker.add(brown);
    const Reference reference = maker.reference(Light::day);
    Sight sunny = brown;
    for (int y = 0; y < brown.planes.size.height; ++y)
        for (int x = 0; x < brown.planes.size.width / 2; ++x)
            sunny.planes.row(0, y)[x] =
                static_cast<std::uint8_t>(std::min(255, sunny.planes.row(0, y)[x] * 8 / 5));
    CHECK(compare(sunny, reference, place.road).coverage < 0.1);
}

TEST_CASE("compare: a road that is darker than what is beside it and has its marks is wet") {
    const Place place;
    Sight wet = place.sight;
    for (std::size_t i = 0; i < wet.planes.channel[0].size(); ++i)
        if (place.road.inside[i])
            wet.planes.channel[0][i] = static_cast<std::uint8_t>(wet.planes.channel[0][i] * 0.72);
    CHECK(place.look(wet).wetness > 0.5);
    CHECK(place.look(wet).coverage < 0.1);
    const Sight dark = toned(place.sight, [](int level) { return level * 0.72; });
    CHECK(place.look(dark).wetness < 0.2);
}

TEST_CASE("compare: fog lowers visibility, and a covered lens leaves nothing") {
    const Place place;
    std::uint32_t random = 1;
    const auto noisy = [&] {
        random = random * 1664525 + 1013904223;
        return static_cast<int>(random >> 28) - 8;
    };
    const Sight covered = toned(place.sight, [&](int) { return 120 + noisy() / 4; });
    const Comparison found = place.look(covered);
    CHECK(found.visibility < 0.5);
    CHECK(found.occluded > 0.6);
    CHECK(found.contrast < 0.5);
    CHECK(found.confidence < 0.2);
    CHECK(place.look().occluded < 0.1);
    CHECK(place.look().contrast == doctest::Approx(1).epsilon(0.2));
}

TEST_CASE("compare: a camera that was knocked says by how much") {
    const Place place;
    for (const std::pair<int, int>& by : {std::pair{8, 0}, {-12, 4}, {0, -10}, {20, 12}}) {
        const int right = by.first, down = by.second;
        CAPTURE(right);
        CAPTURE(down);
        const Comparison found = place.look(shifted(place.sight, right, down));
        REQUIRE(found.moved);
        CHECK(found.moved->right == doctest::Approx(right / 320.0).scale(1).epsilon(0.006));
        CHECK(found.moved->down == doctest::Approx(down / 320.0).scale(1).epsilon(0.006));
        CHECK(found.confidence < 0.3);
    }
    CHECK_FALSE(place.look(shifted(place.sight, 1, 0)).moved);
    CHECK_FALSE(place.look(drawn(options_with(1))).moved);
}

TEST_CASE("compare: night is compared with night") {
    const Reference night = bare(1);
    const Bitmap road = road_of(options_with(0, 1), {sight_width, 180});
    const Comparison clear =
        compare(drawn(options_with(0, 1), noon + std::chrono::seconds{7}), night, road);
    CHECK(clear.coverage < 0.1);
    CHECK(compare(drawn(options_with(0.3, 1)), night, road).coverage > 0.15);
    const Place place;
    const Comparison other = place.look(drawn(options_with(0, 1)));
    CHECK(other.confidence <= clear.confidence / 2 + 0.01);
}

TEST_CASE("compare: pictures higher than wide are looked at in half the samples") {
    SceneOptions upright = options_with(0);
    upright.size = {360, 640};
    ReferenceMaker maker;
    maker.add(drawn(upright));
    const Reference reference = maker.reference(Light::day);
    CHECK(reference.size.width == 160);
    SceneOptions snowy = upright;
    snowy.snow = 0.6;
    const Sight sight = drawn(snowy);
    const Bitmap road = road_of(upright, sight.planes.size);
    const Comparison found = compare(sight, reference, road);
    CHECK(found.snow.size == sight.planes.size);
    CHECK(found.coverage > 0.45);
    CHECK(found.coverage < 0.75);
    CHECK(compare(drawn(upright), reference, road).coverage < 0.05);
}

TEST_CASE("compare: an empty region and the smallest sights are compared, too") {
    Place place;
    place.road = Bitmap(place.sight.planes.size);
    const Comparison none = place.look();
    CHECK(none.coverage == 0);
    CHECK(count(none.snow) == 0);
    SceneOptions flat = options_with(0);
    flat.size = {1000, 60};
    ReferenceMaker maker;
    maker.add(drawn(flat));
    const Sight sight = drawn(flat);
    CHECK(sight.planes.size.height == 32);
    Bitmap all(sight.planes.size);
    std::fill(all.inside.begin(), all.inside.end(), std::uint8_t{1});
    CHECK(compare(sight, maker.reference(Light::day), all).coverage < 0.1);
}

TEST_CASE("compare: regions and references of another size are refused") {
    const Place place;
    CHECK_THROWS_AS(compare(place.sight, place.reference, Bitmap({320, 240})), Error);
    Reference reference = place.reference;
    reference.size = {320, 240};
    CHECK_THROWS_AS(compare(place.sight, reference, place.road), Error);
}
