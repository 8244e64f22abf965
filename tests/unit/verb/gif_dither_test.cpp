#include "verb/gif/dither.hpp"

#include <cmath>
#include <doctest/doctest.h>

using namespace img;

namespace {

const std::vector<Color> five_greys{
    {0, 0, 0}, {64, 64, 64}, {128, 128, 128}, {192, 192, 192}, {255, 255, 255}};

Picture grey(Size size, int level) {
    Picture picture{size, ColorSpace::ycbcr};
    for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
        picture.pixels[at] = static_cast<std::uint8_t>(level);
        picture.pixels[at + 1] = picture.pixels[at + 2] = 128;
    }
    return picture;
}

std::vector<std::uint8_t> drawn(const Picture& picture, GifDither dither) {
    std::vector<std::uint8_t> marks(picture.pixels.size() / 3, 1), indices(marks.size(), 99);
    Drawing{five_greys, dither}.draw(picture, marks, indices);
    return indices;
}

double mean_level(const std::vector<std::uint8_t>& indices) {
    double sum = 0;
    for (std::uint8_t index : indices)
        sum += five_greys.at(index).red;
    return sum / static_cast<double>(indices.size());
}

} // namespace

TEST_CASE("Drawing: a pixel is drawn alike whatever moves beside it, unless errors are diffused") {
    Picture picture = grey({32, 32}, 100);
    for (int x = 0; x < 32; ++x)
        for (int y = 0; y < 32; ++y)
            picture.row(y)[x * 3] = static_cast<std::uint8_t>(x * 8);
    for (GifDither dither : {GifDither::ordered, GifDither::none}) {
        std::vector<std::uint8_t> before = drawn(picture, dither);
        Picture moved = picture;
        for (int x = 0; x < 32; ++x)
            for (int y = 0; y < 16; ++y)
                moved.row(y)[x * 3] = static_cast<std::uint8_t>(255 - x);
        std::vector<std::uint8_t> after = drawn(moved, dither);
        CHECK(std::equal(before.begin() + 512, before.end(), after.begin() + 512));
        CHECK_FALSE(before == after);
    }
}

TEST_CASE("Drawing: pixels that are not marked keep their index") {
    Picture picture = grey({8, 8}, 200);
    for (GifDither dither : {GifDither::ordered, GifDither::diffusion, GifDither::none}) {
        std::vector<std::uint8_t> marks(64, 0), indices(64, 77);
        marks[9] = marks[63] = 1;
        Drawing{five_greys, dither}.draw(picture, marks, indices);
        for (std::size_t i = 0; i < 64; ++i)
            CHECK((indices[i] == 77) == (marks[i] == 0));
    }
}

TEST_CASE("Drawing: without dithering an area of one colour has the nearest one everywhere") {
    CHECK(drawn(grey({16, 16}, 95), GifDither::none) == std::vector<std::uint8_t>(256, 1));
    CHECK(drawn(grey({16, 16}, 97), GifDither::none) == std::vector<std::uint8_t>(256, 2));
}

TEST_CASE("Drawing: colours of the palette are drawn without a pattern in every way") {
    for (GifDither dither : {GifDither::ordered, GifDither::diffusion, GifDither::none})
        for (std::size_t i = 0; i < five_greys.size(); ++i)
            CHECK(drawn(grey({16, 16}, five_greys[i].red), dither) ==
                  std::vector<std::uint8_t>(256, static_cast<std::uint8_t>(i)));
}

TEST_CASE("Drawing: diffusion keeps the mean brightness, an ordered pattern nearly") {
    for (int level = 10; level < 250; level += 9) {
        CHECK(std::abs(mean_level(drawn(grey({64, 64}, level), GifDither::diffusion)) - level) < 1);
        // Next to a colour of the palette no pattern is drawn: up to a fifth of the step is lost.
        CHECK(std::abs(mean_level(drawn(grey({64, 64}, level), GifDither::ordered)) - level) <=
              64 / 5);
    }
    CHECK(std::abs(mean_level(drawn(grey({64, 64}, 96), GifDither::ordered)) - 96) < 1);
}

TEST_CASE("Drawing: an ordered pattern uses two neighbours of the palette, spread evenly") {
    std::vector<std::uint8_t> indices = drawn(grey({16, 16}, 96), GifDither::ordered);
    for (int block = 0; block < 16; ++block) {
        int second = 0;
        for (int i = 0; i < 16; ++i) {
            int x = block % 4 * 4 + i % 4, y = block / 4 * 4 + i / 4;
            std::uint8_t index = indices[static_cast<std::size_t>(y * 16 + x)];
            CHECK((index == 1 || index == 2));
            second += index == 2 ? 1 : 0;
        }
        CHECK(second == 8);
    }
}
