#include "frame/planes.hpp"

#include "../jpeg_maker.hpp"
#include "base/error.hpp"
#include "foreign/libjpeg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// The largest difference of a channel of `planes` from that of an interleaved picture.
int largest_difference(const Planes& planes, const Picture& picture, std::size_t channel) {
    REQUIRE(planes.size == picture.size);
    int most = 0;
    for (int y = 0; y < picture.size.height; ++y)
        for (std::size_t x = 0; x < static_cast<std::size_t>(picture.size.width); ++x)
            most = std::max(most, std::abs(planes.row(channel, y)[x] -
                                           picture.row(y)[x * picture.channels() + channel]));
    return most;
}

bool has_its_samples(const Planes& planes) {
    const auto samples =
        static_cast<std::size_t>(planes.size.width) * static_cast<std::size_t>(planes.size.height);
    return std::all_of(planes.channel.begin(), planes.channel.end(),
                       [&](const auto& channel) { return channel.size() == samples; });
}

/// Brightness rises by 1 a pixel to the right, from `offset`; no colour.
Frame slope(Size size, int offset) {
    Picture picture{size, ColorSpace::gray};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            picture.row(y)[x] = static_cast<std::uint8_t>(std::min(255, offset + x));
    return {encode_jpeg(picture, 100)};
}

} // namespace

TEST_CASE("decode_planes: at full size it is what libjpeg gives at full chroma") {
    for (JpegSampling luma : {JpegSampling{1, 1}, {2, 1}, {2, 2}, {1, 2}})
        for (Size size : {Size{93, 70}, Size{96, 64}, Size{6, 5}, Size{1, 1}, Size{17, 7}}) {
            CAPTURE(luma.horizontal);
            CAPTURE(luma.vertical);
            CAPTURE(size.width);
            Frame frame = make_jpeg({.size = size, .sampling = {luma}});
            Planes planes = decode_planes(frame, size);
            Picture picture = decode_jpeg(frame.jpeg, ColorSpace::ycbcr);
            CHECK(largest_difference(planes, picture, 0) == 0);
            CHECK(largest_difference(planes, picture, 1) <= 1);
            CHECK(largest_difference(planes, picture, 2) <= 1);
        }
}

TEST_CASE("decode_planes: every kind of JPEG in any size") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        Frame frame = make_jpeg(recipe);
        for (Size size : {Size{1, 1}, Size{11, 50}, Size{62, 47}, Size{93, 70}, Size{200, 90}}) {
            if (recipe.color == JpegColor::cmyk || recipe.color == JpegColor::ycck) {
                CHECK_THROWS_AS(decode_planes(frame, size), Error);
                continue;
            }
            Planes planes = decode_planes(frame, size);
            CHECK(planes.size == size);
            REQUIRE(has_its_samples(planes));
        }
    }
}

TEST_CASE("decode_planes: grey has no colour") {
    Planes planes = decode_planes(make_jpeg({.color = JpegColor::gray}), {40, 30});
    for (std::size_t c : {1U, 2U})
        CHECK(std::all_of(planes.channel.at(c).begin(), planes.channel.at(c).end(),
                          [](std::uint8_t value) { return value == 128; }));
}

TEST_CASE("decode_planes: brightness and colour stay in their places in any size") {
    // Luma and chroma have the same slope, so wherever they are sampled they must agree.
    const Size own{161, 90};
    Picture picture{own, ColorSpace::ycbcr};
    for (int y = 0; y < own.height; ++y)
        for (int x = 0; x < own.width; ++x)
            std::fill_n(picture.row(y) + 3 * x, 3, static_cast<std::uint8_t>(40 + x));
    Frame frame{encode_jpeg(picture, 100)};
    for (Size size :
         {Size{161, 90}, Size{107, 60}, Size{81, 45}, Size{40, 22}, Size{20, 11}, Size{300, 90}}) {
        CAPTURE(size.width);
        Planes planes = decode_planes(frame, size);
        const double scale = 161.0 / size.width;
        for (int x = size.width / 8; x < size.width * 7 / 8; ++x)
            for (std::size_t c = 0; c < 3; ++c)
                REQUIRE(std::abs(planes.row(c, size.height / 2)[x] -
                                 (40 + (x + 0.5) * scale - 0.5)) < 2);
    }
}

TEST_CASE("decode_planes: an area is what the picture shows there") {
    Frame frame = make_jpeg({.size = {96, 64}, .sampling = {{2, 2}}});
    Planes all = decode_planes(frame, {96, 64});
    Planes part = decode_planes(frame, {40, 30}, Area{16, 8, 40, 30});
    for (int y = 0; y < 30; ++y)
        CHECK(std::equal(part.row(0, y), part.row(0, y) + 40, all.row(0, 8 + y) + 16));
    // Chroma at the border of the area does not see what is outside.
    for (std::size_t c : {1U, 2U})
        for (int y = 1; y < 29; ++y)
            CHECK(std::equal(part.row(c, y) + 1, part.row(c, y) + 39, all.row(c, 8 + y) + 17));
    CHECK(decode_planes(frame, {30, 20}, Area{0, 0, 96, 64}).channel ==
          decode_planes(frame, {30, 20}).channel);
}

TEST_CASE("decode_planes: what is outside the area has no influence") {
    Picture picture{{64, 64}, ColorSpace::gray};
    for (int y = 0; y < 64; ++y)
        std::fill_n(picture.row(y) + 32, 32, std::uint8_t{255});
    Frame frame{encode_jpeg(picture, 100)};
    for (Size size : {Size{32, 64}, Size{20, 40}, Size{7, 3}, Size{90, 80}}) {
        Planes dark = decode_planes(frame, size, Area{0, 0, 32, 64});
        Planes bright = decode_planes(frame, size, Area{32, 0, 32, 64});
        CHECK(*std::max_element(dark.channel[0].begin(), dark.channel[0].end()) <= 2);
        CHECK(*std::min_element(bright.channel[0].begin(), bright.channel[0].end()) >= 253);
    }
}

TEST_CASE("decode_planes: an area begins where it says, in any size") {
    Frame frame = slope({200, 40}, 20);
    for (Size size : {Size{61, 20}, Size{30, 10}, Size{13, 5}, Size{122, 40}}) {
        Planes planes = decode_planes(frame, size, Area{51, 3, 61, 21});
        const double scale = 61.0 / size.width;
        for (int x = 2; x < size.width - 2; ++x)
            REQUIRE(std::abs(planes.row(0, 1)[x] - (20 + 51 + (x + 0.5) * scale - 0.5)) < 2);
    }
}

TEST_CASE("decode_planes: an area that is not on the picture is refused") {
    Frame frame = make_jpeg({.size = {96, 64}});
    for (Area area : {Area{0, 0, 97, 64}, Area{0, 1, 96, 64}, Area{-1, 0, 10, 10},
                      Area{0, -1, 10, 10}, Area{0, 0, 0, 10}, Area{0, 0, 10, 0}, Area{0, 0, 10, -5},
                      Area{2147483647, 0, 2147483647, 1}, Area{0, 2147483647, 1, 2147483647}}) {
        CAPTURE(area.left);
        CHECK_THROWS_AS(decode_planes(frame, {10, 10}, area), Error);
    }
    CHECK_THROWS_WITH_AS(decode_planes(frame, {10, 10}, Area{90, 60, 10, 10}),
                         "the area of 10x10 pixels at 90,60 is not on the picture of 96x64", Error);
}

TEST_CASE("decode_planes: what is broken is an Error") {
    Bytes jpeg = make_jpeg({.size = {33, 20}, .sampling = {{2, 2}}}).jpeg;
    for (std::size_t length = 0; length + 2 < jpeg.size(); length += 7) {
        Frame cut{Bytes(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length))};
        CHECK_THROWS_AS(decode_planes(cut, {10, 10}), Error);
    }
}
