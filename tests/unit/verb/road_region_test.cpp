#include "base/error.hpp"
#include "verb/road/region.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <random>
#include <string>

using namespace img;

namespace {

std::string why_not(const std::string& text) {
    try {
        parse_polygon(text);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::uint8_t level(double value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// Sky, fields with a hedge's texture, and in them a grey road with marks.
Sight drawn_scene(const Polygon& road, Size size, double light = 1) {
    std::mt19937 random{7};
    const auto noise = [&](double deviation) {
        return deviation * (static_cast<double>(random()) / 2147483648.0 - 1) * 1.7;
    };
    Sight sight{size, Planes{size}};
    const Bitmap on = filled({road}, size);
    const int horizon = size.height / 4;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            double luma = 85 + noise(22), blue = -16, red = -8; // a field
            if (y < horizon)
                luma = 215 + noise(2), blue = 6, red = -4;
            else if (on.row(y)[x])
                luma = 118 + noise(3), blue = 1, red = -1;
            sight.planes.row(0, y)[x] = level(luma * light);
            sight.planes.row(1, y)[x] = level(128 + blue * light);
            sight.planes.row(2, y)[x] = level(128 + red * light);
        }
    return sight;
}

const Polygon ahead{{0.47, 0.27}, {0.53, 0.27}, {0.85, 1}, {0.1, 1}};
const Polygon to_the_left{{0.12, 0.27}, {0.2, 0.27}, {0.98, 0.75}, {0.98, 1}, {0.25, 1}};

double found_of(const Sight& sight, const Polygon& road) {
    return intersection_over_union(region_in_frame(sight).bitmap,
                                   filled({road}, sight.planes.size));
}

} // namespace

TEST_CASE("road polygon: four to twelve points are read, and written as they were") {
    CHECK(parse_polygon("0.35,0.3 0.65,0.3 1,1 0,1") ==
          Polygon{{0.35, 0.3}, {0.65, 0.3}, {1, 1}, {0, 1}});
    CHECK(parse_polygon("  0,0  1,0 1,1   0,1 ").size() == 4);
    std::string twelve;
    for (int i = 0; i < 12; ++i)
        twelve += std::to_string(0.5 + 0.4 * std::cos(i * 0.5)) + "," +
                  std::to_string(0.5 + 0.4 * std::sin(i * 0.5)) + " ";
    CHECK(parse_polygon(twelve).size() == 12);
    CHECK(format_polygon({{0.35, 0.3}, {1, 1.0 / 3}}) == "0.35,0.3 1,0.3333");
}

TEST_CASE("road polygon: what is none is refused with its reason") {
    CHECK(holds(why_not(""), "has 0 points, not 4 to 12"));
    CHECK(holds(why_not("0,0 1,0 1,1"), "has 3 points, not 4 to 12"));
    CHECK(holds(why_not("0,0 .1,0 .2,0 .3,0 .4,0 .5,0 .6,0 .7,0 .8,0 .9,0 1,0 1,1 0,1"),
                "has 13 points, not 4 to 12"));
    CHECK(holds(why_not("0,0 1,0 1,1 0,1.2"), "0,1.2 is beyond the picture"));
    CHECK(holds(why_not("-0.1,0 1,0 1,1 0,1"), "-0.1,0 is beyond the picture"));
    CHECK(holds(why_not("0,0 1,0 1,1 nan,1"), "is not two numbers"));
    CHECK(holds(why_not("0,0 1,0 1,1 inf,1"), "is not two numbers"));
    CHECK(holds(why_not("0,0 1,0 1,1 0"), "\"0\" is not x,y"));
    CHECK(holds(why_not("0,0 1,0 1,1 0,1,2"), "\"0,1,2\" is not x,y"));
    CHECK(holds(why_not("0,0 1,0 1,1 a,b"), "is not two numbers"));
    CHECK(holds(why_not("0,0 1,1 1,0 0,1"), "sides cross"));
    CHECK(holds(why_not("0,0 1,0 1,0 1,1 0,1"), "sides cross or touch"));
    CHECK(holds(why_not("0,0 1,0 0.5,0 1,1 0,1"), "sides cross or touch"));
    CHECK(holds(why_not("0,0 1,0 0.5,1 0.5,0 0,1"), "sides cross or touch"));
    CHECK(holds(why_not("0,0 0.01,0 0.01,0.01 0,0.01"), "next to nothing"));
    CHECK(holds(why_not("0.1,0.1 0.2,0.2 0.3,0.3 0.4,0.4"), "touch"));
    CHECK(holds(why_not("\n\x1b[2J"), "\\x1b"));
}

TEST_CASE("road polygon: points on one side are allowed") {
    CHECK(parse_polygon("0,0 0.5,0 1,0 1,1 0,1").size() == 5);
}

TEST_CASE("road region: what the user outlined is it, in full confidence") {
    const Region region = region_of_polygons(
        {{{0, 0}, {0.5, 0}, {0.5, 1}, {0, 1}}, {{0.75, 0}, {1, 0}, {1, 1}}}, {8, 8});
    CHECK(region.source == Region::Source::polygon);
    CHECK(region.confidence == 1);
    CHECK(region.outlines.size() == 2);
    CHECK(count(region.bitmap) > 32);
    CHECK(region.bitmap.row(7)[0] == 1);
    CHECK(region.bitmap.row(7)[5] == 0);
}

TEST_CASE("road region: the trapezoids are where they are said to be") {
    const Region perspective = perspective_trapezoid({320, 240}),
                 compat = compat_trapezoid({320, 240});
    CHECK(perspective.source == Region::Source::trapezoid);
    CHECK(perspective.bitmap.row(239)[1] == 1);
    CHECK(perspective.bitmap.row(73)[160] == 1);
    CHECK(perspective.bitmap.row(73)[100] == 0);
    CHECK(perspective.bitmap.row(71)[160] == 0);
    CHECK(compat.source == Region::Source::compat);
    CHECK(static_cast<double>(count(compat.bitmap)) / (320 * 240) ==
          doctest::Approx(0.14).epsilon(0.02));
    CHECK(compat.bitmap.row(169)[40] == 1);
    CHECK(compat.bitmap.row(214)[40] == 0);
    CHECK(compat.confidence < perspective.confidence);
}

TEST_CASE("road region: each source has a word of its own") {
    CHECK(word_for(Region::Source::polygon) == "polygon");
    CHECK(word_for(Region::Source::learned) == "learned");
    CHECK(word_for(Region::Source::frame) == "frame");
    CHECK(word_for(Region::Source::trapezoid) == "trapezoid");
    CHECK(word_for(Region::Source::compat) == "compat");
}

TEST_CASE("road region: a road between fields is found, wherever it goes") {
    CHECK(found_of(drawn_scene(ahead, {320, 240}), ahead) > 0.8);
    CHECK(found_of(drawn_scene(to_the_left, {320, 240}), to_the_left) > 0.8);
    CHECK(found_of(drawn_scene(ahead, {320, 180}), ahead) > 0.8);
    const Region region = region_in_frame(drawn_scene(ahead, {320, 240}));
    CHECK(region.source == Region::Source::frame);
    CHECK(region.confidence > 0.5);
    REQUIRE(!region.outlines.empty());
    CHECK(intersection_over_union(filled(region.outlines, {320, 240}), region.bitmap) > 0.95);
}

TEST_CASE("road region: less or more light leaves the road where it is") {
    const Bitmap usual = region_in_frame(drawn_scene(ahead, {320, 240})).bitmap;
    for (double light : {0.65, 0.8, 1.15})
        CHECK(intersection_over_union(region_in_frame(drawn_scene(ahead, {320, 240}, light)).bitmap,
                                      usual) > 0.85);
}

TEST_CASE("road region: the mirrored frame has the mirrored road") {
    const Sight sight = drawn_scene(to_the_left, {320, 240});
    Sight mirrored = sight;
    for (std::size_t c = 0; c < 3; ++c)
        for (int y = 0; y < 240; ++y)
            std::reverse(mirrored.planes.row(c, y), mirrored.planes.row(c, y) + 320);
    Bitmap back = region_in_frame(mirrored).bitmap;
    for (int y = 0; y < 240; ++y)
        std::reverse(back.row(y), back.row(y) + 320);
    CHECK(intersection_over_union(back, region_in_frame(sight).bitmap) > 0.9);
}

TEST_CASE("road region: frames of one colour have the trapezoid or little confidence") {
    for (int level : {0, 16, 128, 255}) {
        Sight sight{{320, 240}, Planes{{320, 240}}};
        sight.planes.channel[0].assign(320 * 240, static_cast<std::uint8_t>(level));
        for (std::size_t c : {1U, 2U})
            sight.planes.channel[c].assign(320 * 240, 128);
        const Region region = region_in_frame(sight);
        CAPTURE(level);
        CHECK(region.confidence <= 0.6);
        CHECK(count(region.bitmap) > 0);
    }
}

TEST_CASE(
    "road region: cells that are surely something have no doubt, cells that are nothing none") {
    const Size cells{64, 48}, size{320, 240};
    CellValues road(64 * 48, 0.02F);
    for (std::size_t i = 64 * 30; i < road.size(); ++i)
        road[i] = 0.98F;
    const Region sure = region_of_cells(road, cells, size);
    CHECK(sure.source == Region::Source::frame);
    CHECK(sure.confidence > 0.8);
    CHECK(sure.bitmap.row(160)[100] == 1);
    CHECK(sure.bitmap.row(140)[100] == 0);
    CHECK(region_of_cells(CellValues(64 * 48, 0.02F), cells, size).source ==
          Region::Source::trapezoid);
    CHECK(region_of_cells(CellValues(64 * 48, 0), cells, size).source == Region::Source::trapezoid);
}

TEST_CASE("road region: sights of every height have a region of their size") {
    for (int height : {32, 33, 57, 180, 240, 427, 640}) {
        const Region region = region_in_frame(drawn_scene(ahead, {320, height}));
        CHECK(region.bitmap.size == Size{320, height});
        CHECK(region.bitmap.inside.size() == 320U * static_cast<unsigned>(height));
    }
}
