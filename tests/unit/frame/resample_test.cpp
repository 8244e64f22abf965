#include "frame/resample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

Picture noise(Size size, ColorSpace space, int low = 40, int high = 215) {
    Picture picture{size, space};
    std::uint32_t state = 1;
    for (std::uint8_t& value : picture.pixels) {
        state = state * 1664525 + 1013904223;
        value =
            static_cast<std::uint8_t>(low + static_cast<int>((state >> 16) % 65536) % (high - low));
    }
    return picture;
}

double mean(const Picture& picture) {
    double sum = 0;
    for (std::uint8_t value : picture.pixels)
        sum += value;
    return sum / static_cast<double>(picture.pixels.size());
}

Picture mirrored(const Picture& picture) {
    Picture out{picture.size, picture.space};
    for (int y = 0; y < picture.size.height; ++y)
        for (int x = 0; x < picture.size.width; ++x)
            for (std::size_t c = 0; c < picture.channels(); ++c) {
                auto across = static_cast<std::size_t>(picture.size.width - 1 - x);
                out.row(picture.size.height - 1 - y)[across * picture.channels() + c] =
                    picture.row(y)[static_cast<std::size_t>(x) * picture.channels() + c];
            }
    return out;
}

int largest_difference(const Picture& a, const Picture& b) {
    int largest = 0;
    for (std::size_t i = 0; i < a.pixels.size(); ++i)
        largest = std::max(largest, std::abs(a.pixels[i] - b.pixels[i]));
    return largest;
}

const Size targets[] = {{1, 1},   {2, 3},    {13, 50},  {50, 37},
                        {99, 73}, {101, 75}, {160, 90}, {400, 1}};

} // namespace

TEST_CASE("fit_into: pictures are shrunk with their aspect, and never enlarged") {
    CHECK(fit_into({1920, 1080}, {1280, 720}) == Size{1280, 720});
    CHECK(fit_into({1600, 1200}, {1280, 720}) == Size{960, 720});
    CHECK(fit_into({1080, 1920}, {1280, 720}) == Size{405, 720});
    CHECK(fit_into({2704, 1520}, {1280, 720}) == Size{1280, 720});
    CHECK(fit_into({640, 480}, {1280, 720}) == Size{640, 480});
    CHECK(fit_into({1280, 720}, {1280, 720}) == Size{1280, 720});
}

TEST_CASE("fit_into: a picture is enlarged when that is allowed") {
    CHECK(fit_into({64, 48}, {1280, 720}, Enlarge::allowed) == Size{960, 720});
    CHECK(fit_into({90, 160}, {160, 90}, Enlarge::allowed) == Size{51, 90});
}

TEST_CASE("fit_into: no side is lost, however flat the picture") {
    CHECK(fit_into({16384, 1}, {1280, 720}) == Size{1280, 1});
    CHECK(fit_into({1, 16384}, {1280, 720}) == Size{1, 720});
    CHECK(fit_into({16384, 16384}, {1, 1}) == Size{1, 1});
    CHECK(fit_into({65535, 65535}, {65535, 3}) == Size{3, 3});
}

TEST_CASE("fit_into: the result is inside the box and touches it") {
    for (int width = 1; width < 3000; width = width * 3 / 2 + 1)
        for (int height = 1; height < 3000; height = height * 3 / 2 + 1)
            for (Size box : {Size{1, 1}, Size{7, 500}, Size{640, 360}}) {
                Size size = fit_into({width, height}, box, Enlarge::allowed);
                REQUIRE((size.width >= 1 && size.height >= 1));
                REQUIRE((size.width <= box.width && size.height <= box.height));
                REQUIRE((size.width == box.width || size.height == box.height));
            }
}

TEST_CASE("resample: one colour stays exactly that colour, in any size") {
    for (int level : {0, 1, 127, 254, 255}) {
        Picture picture{{100, 74}, ColorSpace::ycbcr};
        for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
            picture.pixels[at] = static_cast<std::uint8_t>(level);
            picture.pixels[at + 1] = static_cast<std::uint8_t>(255 - level);
            picture.pixels[at + 2] = 77;
        }
        for (Size size : targets) {
            Picture out = resample(picture, size);
            REQUIRE(out.size == size);
            CHECK(out.space == ColorSpace::ycbcr);
            for (std::size_t at = 0; at < out.pixels.size(); at += 3) {
                REQUIRE(out.pixels[at] == level);
                REQUIRE(out.pixels[at + 1] == 255 - level);
                REQUIRE(out.pixels[at + 2] == 77);
            }
        }
    }
}

TEST_CASE("resample: the mean is kept") {
    Picture picture = noise({120, 90}, ColorSpace::rgb);
    for (Size size : {Size{60, 45}, Size{37, 61}, Size{119, 89}, Size{240, 180}, Size{12, 9}})
        CHECK(std::abs(mean(resample(picture, size)) - mean(picture)) < 1.5);
}

TEST_CASE("resample: a mirrored picture gives the mirrored result") {
    for (ColorSpace space : {ColorSpace::gray, ColorSpace::rgb}) {
        Picture picture = noise({100, 74}, space, 0, 256);
        for (Size size : targets)
            CHECK(largest_difference(resample(mirrored(picture), size),
                                     mirrored(resample(picture, size))) <= 1);
    }
}

TEST_CASE("resample: the same size is the same picture") {
    Picture picture = noise({33, 21}, ColorSpace::rgb);
    CHECK(resample(picture, picture.size).pixels == picture.pixels);
}

TEST_CASE("resample: a gradient stays a gradient, with its ends") {
    Picture picture{{256, 4}, ColorSpace::gray};
    for (int y = 0; y < 4; ++y)
        for (int x = 0; x < 256; ++x)
            picture.row(y)[x] = static_cast<std::uint8_t>(x);
    Picture out = resample(picture, {64, 2});
    for (int x = 1; x < 63; ++x)
        CHECK(std::abs(out.row(1)[x] - (4 * x + 1.5)) <= 1);
    CHECK(static_cast<int>(out.row(0)[0]) <= 3);
    CHECK(static_cast<int>(out.row(0)[63]) >= 252);
}

TEST_CASE("resample: what is finer than the result becomes grey, not a pattern") {
    Picture picture{{256, 256}, ColorSpace::gray};
    for (int y = 0; y < 256; ++y)
        for (int x = 0; x < 256; ++x)
            picture.row(y)[x] = (x + y) % 2 == 0 ? 255 : 0;
    for (std::uint8_t value : resample(picture, {96, 96}).pixels)
        REQUIRE(std::abs(value - 127.5) < 12);
}

TEST_CASE("resample: edges do not ring beyond black and white") {
    Picture picture{{40, 40}, ColorSpace::gray};
    for (int y = 0; y < 40; ++y)
        for (int x = 20; x < 40; ++x)
            picture.row(y)[x] = 255;
    for (Size size : {Size{23, 23}, Size{80, 80}}) {
        Picture out = resample(picture, size);
        for (int y = 0; y < size.height; ++y) {
            CHECK(static_cast<int>(out.row(y)[0]) == 0);
            CHECK(static_cast<int>(out.row(y)[size.width - 1]) == 255);
            // Clamped, not wrapped: dark stays dark beside the edge, bright stays bright.
            CHECK(static_cast<int>(out.row(y)[size.width / 4]) < 30);
            CHECK(static_cast<int>(out.row(y)[size.width * 3 / 4]) > 225);
            CHECK(static_cast<int>(out.row(y)[size.width / 2 - 3]) < 60);
            CHECK(static_cast<int>(out.row(y)[size.width / 2 + 2]) > 195);
        }
    }
}
