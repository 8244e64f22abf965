#include "../jpeg_maker.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/road/view.hpp"

#include "base/error.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

Frame grey_frame(Size size, std::uint8_t level) {
    Picture picture{size, ColorSpace::rgb};
    picture.pixels.assign(picture.pixels.size(), level);
    return {encode_jpeg(picture, 95)};
}

Bitmap left_half(Size size) {
    return filled({{{0, 0}, {0.5, 0}, {0.5, 1}, {0, 1}}}, size);
}

Color color_at(const Picture& rgb, int x, int y) {
    const std::uint8_t* pixel = rgb.row(y) + 3 * x;
    return {pixel[0], pixel[1], pixel[2]};
}

Picture shown(const Bytes& jpeg) {
    return decode_jpeg(jpeg, ColorSpace::rgb);
}

int apart(Color one, Color other) {
    return std::abs(one.red - other.red) + std::abs(one.green - other.green) +
           std::abs(one.blue - other.blue);
}

} // namespace

TEST_CASE("road view: the road is green, and what is not road is as it was") {
    const Picture view =
        shown(boundary_view(grey_frame({640, 360}, 100), 1, left_half({320, 180}), nullptr));
    CHECK(view.size == Size{640, 360});
    const Color road = color_at(view, 100, 200), rest = color_at(view, 500, 200);
    // 0.3 of the tint, in the order red, green, blue
    CHECK(std::abs(road.red - 70) <= 3);
    CHECK(std::abs(road.green - 146) <= 3);
    CHECK(std::abs(road.blue - 89) <= 3);
    CHECK(apart(rest, {100, 100, 100}) <= 6);
}

TEST_CASE("road view: a line with a dark casing stands on the edge, and none at the picture's") {
    for (int level : {30, 120, 250}) {
        const Picture view =
            shown(boundary_view(grey_frame({1920, 1080}, static_cast<std::uint8_t>(level)), 1,
                                left_half({320, 180}), nullptr));
        const Color line = color_at(view, 960, 500);
        CAPTURE(level);
        CHECK(line.green > 170);
        CHECK(line.green > line.red + 90);
        int darkest = 255;
        for (int x = 961; x < 968; ++x)
            darkest = std::min<int>(darkest, color_at(view, x, 500).green);
        CHECK(darkest < level * 0.75);
        CHECK(apart(color_at(view, 970, 500), color_at(view, 1900, 500)) < 12);
        CHECK(apart(color_at(view, 1, 500), color_at(view, 300, 500)) < 12);
        CHECK(apart(color_at(view, 300, 1), color_at(view, 300, 500)) < 12);
    }
}

TEST_CASE("road view: snow is blue on white and on asphalt, and told from the road on both") {
    Bitmap snow = filled({{{0, 0.5}, {0.5, 0.5}, {0.5, 1}, {0, 1}}}, {320, 180});
    for (int level : {90, 245}) {
        const Picture view =
            shown(boundary_view(grey_frame({640, 360}, static_cast<std::uint8_t>(level)), 1,
                                left_half({320, 180}), &snow));
        const Color white = color_at(view, 100, 300), road = color_at(view, 100, 60);
        CAPTURE(level);
        CHECK(white.blue > white.green + 40);
        CHECK(white.blue > white.red + 60);
        CHECK(road.green > road.blue + 40);
        CHECK(apart(white, road) > 120);
        CHECK(apart(white, color_at(view, 600, 300)) > 120);
    }
}

TEST_CASE("road view: a slanted edge has no steps of the bitmap's samples") {
    const Size size{1920, 1080};
    Planes grey{size};
    for (std::vector<std::uint8_t>& channel : grey.channel)
        channel.assign(channel.size(), 128);
    // From the middle above to the right below: 0.4 of the width.
    const Bitmap road = filled({{{0, 0}, {0.5, 0}, {0.9, 1}, {0, 1}}}, {320, 180});
    ViewColors plain;
    plain.casing_weight = 0;
    plain.line = plain.road;
    plain.road_weight = 1;
    const Picture view = boundary_picture(grey, road, nullptr, plain);
    const std::uint8_t middle = 150; // between 128 and the tint's Y of 157
    double worst = 0;
    for (int y = 60; y < 1020; ++y) {
        int x = 0;
        while (x < size.width && view.row(y)[3 * x] >= middle)
            ++x;
        const double wanted = (0.5 + 0.4 * (y + 0.5) / size.height) * size.width;
        worst = std::max(worst, std::abs(x - wanted));
    }
    CHECK(worst < 4); // a sample is 6 pixels
}

TEST_CASE("road view: pictures that are stored turned are shown upright") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const Size stored{64, 48};
        const bool swapped = orientation >= 5;
        const Size upright = swapped ? Size{48, 64} : stored;
        const Picture view = shown(
            boundary_view(grey_frame(stored, 100), orientation, left_half({32, 32}), nullptr));
        CHECK(view.size == upright);
        CHECK(color_at(view, upright.width / 4, 20).green > 130);
        CHECK(color_at(view, upright.width * 3 / 4, 20).green < 110);
    }
}

TEST_CASE("road view: JPEGs of every kind that decodes have a view, others are refused") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        const Frame frame = make_jpeg(recipe);
        CAPTURE(recipe.name);
        if (recipe.color == JpegColor::cmyk || recipe.color == JpegColor::ycck)
            CHECK_THROWS_AS(boundary_view(frame, 1, left_half({32, 24}), nullptr), Error);
        else
            CHECK(shown(boundary_view(frame, 1, left_half({32, 24}), nullptr)).size == recipe.size);
    }
    CHECK_THROWS_AS(boundary_view(Frame{{0xFF, 0xD8}}, 1, left_half({32, 24}), nullptr), Error);
}

TEST_CASE("road view: bitmaps of one sample and pictures of one pixel are drawn") {
    Bitmap one{{1, 1}};
    one.inside[0] = 1;
    const Picture view = shown(boundary_view(grey_frame({1, 1}, 100), 1, one, &one));
    CHECK(view.size == Size{1, 1});
    CHECK(color_at(view, 0, 0).blue > 150);
}
