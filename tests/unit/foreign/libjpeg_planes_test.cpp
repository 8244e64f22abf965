#include "../jpeg_maker.hpp"
#include "base/error.hpp"
#include "foreign/libjpeg.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

using namespace img;

namespace {

bool is_ycbcr(const JpegRecipe& recipe) {
    return recipe.color == JpegColor::ycbcr || recipe.color == JpegColor::gray;
}

/// The recipes of small pictures, so that every byte of them can be tried.
std::vector<JpegRecipe> small_recipes() {
    std::vector<JpegRecipe> out;
    for (JpegRecipe recipe : jpeg_recipes()) {
        recipe.size = {33, 20};
        if (recipe.color == JpegColor::gray || recipe.color == JpegColor::ycbcr)
            if (recipe.quality > 80 && recipe.quality < 100)
                out.push_back(std::move(recipe));
    }
    return out;
}

bool has_its_samples(const JpegPlanes& planes) {
    return std::all_of(planes.channels.begin(), planes.channels.end(), [](const auto& channel) {
        const Plane& plane = channel.plane;
        return plane.size.width >= 1 && plane.size.height >= 1 &&
               plane.stride >= static_cast<std::size_t>(plane.size.width) &&
               plane.samples.size() >= plane.stride * static_cast<std::size_t>(plane.size.height);
    });
}

int difference(const Plane& plane, const Picture& picture, std::size_t channel) {
    REQUIRE(plane.size == picture.size);
    int most = 0;
    for (int y = 0; y < plane.size.height; ++y)
        for (std::size_t x = 0; x < static_cast<std::size_t>(plane.size.width); ++x)
            most = std::max(
                most, std::abs(plane.row(y)[x] - picture.row(y)[x * picture.channels() + channel]));
    return most;
}

} // namespace

TEST_CASE("decode_jpeg_planes: Y is what decode_jpeg gives for grey, bit for bit") {
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        if (recipe.color == JpegColor::cmyk || recipe.color == JpegColor::ycck)
            continue;
        Frame frame = make_jpeg(recipe);
        JpegPlanes planes = decode_jpeg_planes(frame.jpeg);
        CHECK(planes.size == recipe.size);
        CHECK(planes.channels.size() == (recipe.color == JpegColor::gray ? 1 : 3));
        CHECK(has_its_samples(planes));
        if (recipe.name == "chroma finer than luma") {
            CHECK(planes.channels[0].across == 0.5);
            CHECK(planes.channels[0].plane.size == Size{47, 35});
            continue;
        }
        CHECK(planes.channels[0].across == 1);
        CHECK(planes.channels[0].down == 1);
        CHECK(difference(planes.channels[0].plane, decode_jpeg(frame.jpeg, ColorSpace::gray), 0) <=
              (is_ycbcr(recipe) ? 0 : 1));
    }
}

TEST_CASE("decode_jpeg_planes: chroma comes as it is stored") {
    for (JpegSampling luma : {JpegSampling{1, 1}, {2, 1}, {2, 2}, {1, 2}, {4, 1}, {3, 1}}) {
        JpegPlanes planes = decode_jpeg_planes(make_jpeg({.sampling = {luma}}).jpeg);
        for (std::size_t c : {1U, 2U}) {
            const JpegChannel& chroma = planes.channels.at(c);
            CHECK(chroma.across == 1.0 / luma.horizontal);
            CHECK(chroma.down == 1.0 / luma.vertical);
            CHECK(chroma.plane.size == Size{(93 + luma.horizontal - 1) / luma.horizontal,
                                            (70 + luma.vertical - 1) / luma.vertical});
        }
    }
    Frame full = make_jpeg({});
    JpegPlanes planes = decode_jpeg_planes(full.jpeg);
    for (std::size_t c = 0; c < 3; ++c)
        CHECK(difference(planes.channels[c].plane, decode_jpeg(full.jpeg, ColorSpace::ycbcr), c) ==
              0);
}

TEST_CASE("decode_jpeg_planes: RGB is converted as JFIF says") {
    Frame frame = make_jpeg({.color = JpegColor::rgb});
    JpegPlanes planes = decode_jpeg_planes(frame.jpeg);
    Picture rgb = decode_jpeg(frame.jpeg, ColorSpace::rgb);
    for (int y = 0; y < rgb.size.height; ++y)
        for (int x = 0; x < rgb.size.width; ++x) {
            double luma = planes.channels[0].plane.row(y)[x];
            double blue = planes.channels[1].plane.row(y)[x],
                   red = planes.channels[2].plane.row(y)[x];
            const std::uint8_t* pixel = rgb.row(y) + 3 * x;
            REQUIRE(std::abs(luma + 1.402 * (red - 128) - pixel[0]) < 1.5);
            REQUIRE(std::abs(luma + 1.772 * (blue - 128) - pixel[2]) < 1.5);
        }
}

TEST_CASE("decode_jpeg_planes: gives the smallest of four sizes that covers what is wanted") {
    Bytes jpeg = make_jpeg({.size = {161, 90}, .sampling = {{2, 2}}}).jpeg;
    auto decoded = [&](Size least) { return decode_jpeg_planes(jpeg, least); };
    auto luma = [&](Size least) { return decoded(least).channels[0].plane.size; };
    CHECK(luma({1, 1}) == Size{21, 12});
    CHECK(luma({21, 12}) == Size{21, 12});
    CHECK(luma({22, 12}) == Size{41, 23});
    CHECK(luma({41, 24}) == Size{81, 45});
    CHECK(luma({82, 45}) == Size{161, 90});
    CHECK(luma({5000, 1}) == Size{161, 90});
    for (Size least : {Size{1, 1}, Size{41, 23}, Size{81, 45}}) {
        JpegPlanes planes = decoded(least);
        CHECK(planes.size == Size{161, 90});
        CHECK(has_its_samples(planes));
        const JpegChannel& y = planes.channels[0];
        CHECK(std::ceil(161 * y.across) == y.plane.size.width);
        CHECK(difference(y.plane, decode_jpeg(jpeg, ColorSpace::gray, least), 0) == 0);
        CHECK(planes.channels[1].plane.size == y.plane.size); // half of chroma's stays whole
        CHECK(planes.channels[1].across == y.across);
    }
}

TEST_CASE("decode_jpeg_planes: a picture that is cut off anywhere is an Error") {
    for (const JpegRecipe& recipe : small_recipes()) {
        CAPTURE(recipe.name);
        Bytes jpeg = make_jpeg(recipe).jpeg;
        for (std::size_t length = 0; length + 2 < jpeg.size(); ++length) {
            CAPTURE(length);
            // Exactly as long as the cut, so that a read past its end is caught.
            Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length));
            CHECK_THROWS_AS(decode_jpeg_planes(cut), Error);
        }
    }
}

TEST_CASE("decode_jpeg_planes: any byte that is changed gives whole planes or an Error") {
    for (const JpegRecipe& recipe : small_recipes()) {
        CAPTURE(recipe.name);
        Bytes jpeg = make_jpeg(recipe).jpeg;
        int decoded = 0;
        for (std::size_t at = 0; at < jpeg.size(); ++at)
            for (std::uint8_t flip : {std::uint8_t{0xFF}, std::uint8_t{0x01}, std::uint8_t{0x80}}) {
                Bytes changed = jpeg;
                changed[at] ^= flip;
                try {
                    JpegPlanes planes = decode_jpeg_planes(changed, {17, 1});
                    REQUIRE(has_its_samples(planes));
                    ++decoded;
                } catch (const Error& error) {
                    REQUIRE(std::string{error.what()}.starts_with("JPEG: "));
                }
            }
        CHECK(decoded > 0);
    }
}

TEST_CASE("decode_jpeg_planes: refuses the damage that decode_jpeg refuses") {
    Bytes jpeg = make_jpeg({.size = {33, 20}, .sampling = {{2, 2}}}).jpeg;
    auto refused = [](auto decode) {
        try {
            decode();
            return false;
        } catch (const Error&) {
            return true;
        }
    };
    int both = 0;
    for (std::size_t at = jpeg.size() / 2; at < jpeg.size(); ++at) {
        Bytes changed = jpeg;
        changed[at] ^= 0xFF;
        bool one = refused([&] { decode_jpeg(changed, ColorSpace::ycbcr); });
        REQUIRE(one == refused([&] { decode_jpeg_planes(changed); }));
        both += one ? 1 : 0;
    }
    CHECK(both > 0);
}

TEST_CASE("decode_jpeg_planes: four components are refused") {
    for (JpegColor color : {JpegColor::cmyk, JpegColor::ycck})
        CHECK_THROWS_WITH_AS(decode_jpeg_planes(make_jpeg({.color = color}).jpeg),
                             "JPEG: 4 components (CMYK) are not supported", Error);
}
