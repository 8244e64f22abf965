#include "verb/road/sight.hpp"

#include "../jpeg_maker.hpp"
#include "base/error.hpp"
#include "road_frame_maker.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// Dark above, bright below; red at the left, blue at the right.
Frame quarters(Size size) {
    Picture picture{size, ColorSpace::rgb};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const std::uint8_t level = y < size.height / 2 ? 60 : 180;
            const bool left = x < size.width / 2;
            std::uint8_t* pixel = picture.row(y) + 3 * x;
            pixel[0] = static_cast<std::uint8_t>(left ? level + 60 : level);
            pixel[1] = level;
            pixel[2] = static_cast<std::uint8_t>(left ? level : level + 60);
        }
    return {encode_jpeg(picture, 95)};
}

int sample(const Sight& sight, std::size_t channel, double x, double y) {
    const Size size = sight.planes.size;
    return sight.planes.row(channel,
                            static_cast<int>(y * size.height))[static_cast<int>(x * size.width)];
}

} // namespace

TEST_CASE("sight: always of one width, the height by the aspect and within limits") {
    for (auto [full, height] : {std::pair{Size{1280, 720}, 180},
                                {Size{640, 480}, 240},
                                {Size{320, 320}, 320},
                                {Size{1, 1}, 320},
                                {Size{8, 8}, 320},
                                {Size{2000, 8}, 32},
                                {Size{8, 2000}, 640}}) {
        const Sight sight = sight_of(plain_frame(full, {90, 90, 90}), 1);
        CAPTURE(full.width);
        CAPTURE(full.height);
        CHECK(sight.full == full);
        CHECK(sight.planes.size == Size{sight_width, height});
        for (const std::vector<std::uint8_t>& channel : sight.planes.channel)
            CHECK(channel.size() == static_cast<std::size_t>(sight_width * height));
        CHECK(std::abs(sample(sight, 0, .5, .5) - 90) <= 2);
        CHECK(std::abs(sample(sight, 1, .5, .5) - 128) <= 2);
    }
}

TEST_CASE("sight: a frame of the largest width is seen") {
    const Sight sight = sight_of(plain_frame({16384, 16}, {200, 10, 10}), 1);
    CHECK(sight.full == Size{16384, 16});
    CHECK(sight.planes.size == Size{sight_width, 32});
    CHECK(sample(sight, 2, .5, .5) > 180);
}

TEST_CASE("sight: upright, whatever EXIF says of how the picture is stored") {
    const Frame frame = quarters({640, 360});
    // The corner of the upright picture that the stored upper left one is shown in.
    struct {
        int orientation;
        double x, y;
    } corners[] = {{1, .1, .1}, {2, .9, .1}, {3, .9, .9}, {4, .1, .9},
                   {5, .1, .1}, {6, .9, .1}, {7, .9, .9}, {8, .1, .9}};
    for (const auto& corner : corners) {
        CAPTURE(corner.orientation);
        const Sight sight = sight_of(frame, corner.orientation);
        const bool turned = corner.orientation > 4;
        CHECK(sight.full == (turned ? Size{360, 640} : Size{640, 360}));
        CHECK(sight.planes.size == Size{sight_width, turned ? 569 : 180});
        CHECK(sample(sight, 0, corner.x, corner.y) < 110);         // dark
        CHECK(sample(sight, 0, 1 - corner.x, 1 - corner.y) > 150); // bright
        CHECK(sample(sight, 2, corner.x, corner.y) > 145);         // red
        CHECK(sample(sight, 1, 1 - corner.x, 1 - corner.y) > 140); // blue
    }
}

TEST_CASE("sight: every kind of JPEG shows the same, or is refused in words") {
    const Sight plain = sight_of(make_jpeg(jpeg_recipes().front()), 1);
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        try {
            const Sight sight = sight_of(make_jpeg(recipe), 1);
            CHECK(sight.planes.size.width == sight_width);
            CHECK((recipe.color == JpegColor::gray || recipe.color == JpegColor::ycbcr ||
                   recipe.color == JpegColor::rgb));
            if (recipe.color == JpegColor::gray) {
                for (std::uint8_t chroma : sight.planes.channel[1])
                    REQUIRE(chroma == 128);
                continue;
            }
            if (recipe.color == JpegColor::rgb || recipe.quality < 50 ||
                recipe.size != jpeg_recipes().front().size)
                continue;
            double apart = 0;
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t i = 0; i < plain.planes.channel[c].size(); ++i)
                    apart += std::abs(plain.planes.channel[c][i] - sight.planes.channel[c][i]);
            CHECK(apart / static_cast<double>(3 * plain.planes.channel[0].size()) < 12);
        } catch (const Error& error) {
            CHECK((recipe.color == JpegColor::cmyk || recipe.color == JpegColor::ycck));
            CHECK_FALSE(std::string{error.what()}.empty());
        }
    }
}

TEST_CASE("sight: what does not decode is an error") {
    CHECK_THROWS_AS(sight_of(Frame{}, 1), Error);
    CHECK_THROWS_AS(sight_of(Frame{{0xFF, 0xD8, 0xFF, 0xD9}}, 1), Error);
}
