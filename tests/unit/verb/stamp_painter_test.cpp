#include "../painter.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr Color white{255, 255, 255}, black{0, 0, 0}, red{255, 0, 0};

Picture plain(Size size, ColorSpace space, std::uint8_t value) {
    Picture picture{size, space};
    std::fill(picture.pixels.begin(), picture.pixels.end(), value);
    return picture;
}

/// A panel of 4 x 2 at (2, 3); its first column is a letter, its second the letter's outline.
Artwork small_artwork(Color letters, Color panel, double opacity) {
    auto columns = [](int width) {
        Shape shape{0, 2, Coverage{{width, 2}}};
        std::fill(shape.coverage.values.begin(), shape.coverage.values.end(), std::uint8_t{255});
        return std::make_shared<const Shape>(shape);
    };
    return {{{{2, 3, {4, 2}}, panel, opacity}},
            {{columns(2), 2, 5, panel}, {columns(1), 2, 5, letters}}};
}

std::array<int, 3> pixel(const Picture& picture, int x, int y) {
    std::array<int, 3> out{};
    for (std::size_t i = 0; i < picture.channels(); ++i)
        out[i] = picture.row(y)[static_cast<std::size_t>(x) * picture.channels() + i];
    return out;
}

using Pixel = std::array<int, 3>;

} // namespace

TEST_CASE("paint: the letters, their outline and the box, each in its colour") {
    Picture picture = plain({10, 8}, ColorSpace::rgb, 100);
    paint(picture, small_artwork(red, black, .5));
    CHECK(pixel(picture, 2, 3) == Pixel{255, 0, 0});
    CHECK(pixel(picture, 3, 3) == Pixel{0, 0, 0});
    CHECK(pixel(picture, 4, 4) == Pixel{50, 50, 50});
    CHECK(pixel(picture, 5, 4) == Pixel{50, 50, 50});
}

TEST_CASE("paint: nothing is changed outside the box") {
    for (ColorSpace space : {ColorSpace::gray, ColorSpace::ycbcr, ColorSpace::rgb}) {
        Picture picture = plain({10, 8}, space, 100);
        paint(picture, small_artwork(red, white, 1));
        for (int y = 0; y < 8; ++y)
            for (int x = 0; x < 10; ++x) {
                bool boxed = x >= 2 && x < 6 && y >= 3 && y < 5;
                Pixel before{100, space == ColorSpace::gray ? 0 : 100,
                             space == ColorSpace::gray ? 0 : 100};
                CHECK((pixel(picture, x, y) == before) == !boxed);
            }
    }
}

TEST_CASE("paint: an opacity of 0 is no box, of 1 hides what is behind it") {
    Picture picture = plain({10, 8}, ColorSpace::rgb, 100);
    paint(picture, small_artwork(white, red, 0));
    CHECK(pixel(picture, 5, 4) == Pixel{100, 100, 100});
    CHECK(pixel(picture, 2, 3) == Pixel{255, 255, 255});
    paint(picture, small_artwork(white, red, 1));
    CHECK(pixel(picture, 5, 4) == Pixel{255, 0, 0});
}

TEST_CASE("paint: half-covered pixels are half of each") {
    Picture picture = plain({10, 8}, ColorSpace::gray, 0);
    Shape half{0, 1, Coverage{{1, 1}}};
    half.coverage.values[0] = 128;
    paint(picture, {{}, {{std::make_shared<const Shape>(half), 2, 4, white}}});
    CHECK(pixel(picture, 2, 3)[0] == 128);
    CHECK(pixel(picture, 3, 3)[0] == 0);
}

TEST_CASE("paint: what stands outside the picture is not drawn") {
    Picture picture = plain({4, 4}, ColorSpace::rgb, 100);
    paint(picture, {{{{-3, -3, {5, 20}}, black, 1}}, {}});
    CHECK(pixel(picture, 1, 3) == Pixel{0, 0, 0});
    CHECK(pixel(picture, 2, 3) == Pixel{100, 100, 100});
}

TEST_CASE("paint: a colour is the same in every colour space") {
    // Full-range BT.601: pure red is (76, 85, 255).
    Picture ycbcr = plain({10, 8}, ColorSpace::ycbcr, 128),
            gray = plain({10, 8}, ColorSpace::gray, 9);
    paint(ycbcr, small_artwork(red, white, 1));
    paint(gray, small_artwork(red, white, 1));
    CHECK(pixel(ycbcr, 2, 3) == Pixel{76, 85, 255});
    CHECK(pixel(ycbcr, 5, 4) == Pixel{255, 128, 128});
    CHECK(pixel(gray, 2, 3)[0] == 76);
    CHECK(pixel(gray, 5, 4)[0] == 255);
}
