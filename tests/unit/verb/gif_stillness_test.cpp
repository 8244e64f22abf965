#include "verb/gif/stillness.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr Size size{96, 64};

/// Deterministic noise of a sensor: the sum of four throws, of about `deviation`.
class Noise {
public:
    explicit Noise(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}
    int next(double deviation) {
        double sum = 0;
        for (int i = 0; i < 4; ++i) {
            state_ = state_ * 1664525 + 1013904223;
            sum += (state_ >> 8) / 16777216.0 - 0.5;
        }
        return static_cast<int>(std::lround(sum * 1.73 * deviation));
    }

private:
    std::uint32_t state_;
};

Picture scene(std::uint32_t seed, double deviation, int level = 100) {
    Picture picture{size, ColorSpace::ycbcr};
    Noise noise{seed};
    for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
        picture.pixels[at] = static_cast<std::uint8_t>(level + noise.next(deviation));
        picture.pixels[at + 1] = static_cast<std::uint8_t>(120 + noise.next(deviation / 3));
        picture.pixels[at + 2] = static_cast<std::uint8_t>(135 + noise.next(deviation / 3));
    }
    return picture;
}

void put_block(Picture& picture, int left, int top, int side, int level) {
    for (int y = top; y < top + side; ++y)
        for (int x = left; x < left + side; ++x)
            picture.row(y)[x * 3] = static_cast<std::uint8_t>(level);
}

double share_marked(const std::vector<std::uint8_t>& marks) {
    return static_cast<double>(std::count(marks.begin(), marks.end(), 1)) /
           static_cast<double>(marks.size());
}

} // namespace

TEST_CASE("Stillness: the first picture is drawn whole, the same again not at all") {
    Stillness stillness{size, 1};
    CHECK(share_marked(stillness.changed(scene(1, 3))) == 1);
    CHECK(share_marked(stillness.changed(scene(1, 3))) == 0);
}

TEST_CASE("Stillness: noise is no change, for quiet and for loud cameras") {
    for (auto [deviation, most] : {std::pair{0.5, 0.01}, {1.0, 0.01}, {2.0, 0.01}, {3.0, 0.1}}) {
        Stillness stillness{size, 1};
        stillness.changed(scene(1, deviation));
        for (std::uint32_t seed = 2; seed < 8; ++seed)
            CHECK(share_marked(stillness.changed(scene(seed, deviation))) < most);
    }
}

TEST_CASE("Stillness: what moves is drawn where it was and where it is, and nothing else is") {
    Stillness stillness{size, 1};
    Picture before = scene(1, 1), after = scene(2, 1);
    put_block(before, 16, 16, 12, 220);
    put_block(after, 56, 32, 12, 220);
    stillness.changed(before);
    const std::vector<std::uint8_t>& marks = stillness.changed(after);
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            auto inside = [&](int left, int top, int margin) {
                return x >= left - margin && x < left + 12 + margin && y >= top - margin &&
                       y < top + 12 + margin;
            };
            bool marked = marks[static_cast<std::size_t>(y * size.width + x)] == 1;
            if (inside(16, 16, 0) || inside(56, 32, 0))
                REQUIRE(marked);
            else if (!inside(16, 16, 4) && !inside(56, 32, 4))
                REQUIRE_FALSE(marked);
        }
}

TEST_CASE("Stillness: a single pixel that flashes is drawn") {
    Stillness stillness{size, 1};
    Picture picture = scene(1, 1);
    stillness.changed(picture);
    put_block(picture, 50, 21, 1, 250);
    const std::vector<std::uint8_t>& marks = stillness.changed(picture);
    CHECK(marks[21 * 96 + 50] == 1);
    CHECK(std::count(marks.begin(), marks.end(), 1) == 1);
}

TEST_CASE("Stillness: a change of colour alone is drawn") {
    Stillness stillness{size, 1};
    Picture picture = scene(1, 1);
    stillness.changed(picture);
    for (int y = 20; y < 32; ++y)
        for (int x = 20; x < 32; ++x)
            picture.row(y)[x * 3 + 1] = static_cast<std::uint8_t>(picture.row(y)[x * 3 + 1] + 20);
    const std::vector<std::uint8_t>& marks = stillness.changed(picture);
    CHECK(std::count(marks.begin(), marks.end(), 1) == 144);
}

TEST_CASE("Stillness: slow change adds up and is drawn in the end") {
    // Dusk: a level less with each frame. What is shown never lags far behind.
    Stillness stillness{size, 1};
    std::vector<int> shown(static_cast<std::size_t>(size.width * size.height));
    for (int level = 180; level >= 100; --level) {
        Picture picture = scene(static_cast<std::uint32_t>(level), 0, level);
        const std::vector<std::uint8_t>& marks = stillness.changed(picture);
        for (std::size_t i = 0; i < shown.size(); ++i)
            if (marks[i])
                shown[i] = picture.pixels[i * 3];
        for (int each : shown)
            REQUIRE(std::abs(each - level) <= 3);
    }
}

TEST_CASE("Stillness: without tolerance every change is drawn") {
    Stillness stillness{size, 0};
    Picture picture = scene(1, 2);
    stillness.changed(picture);
    for (std::size_t at = 0; at < picture.pixels.size(); at += 33)
        ++picture.pixels[at];
    const std::vector<std::uint8_t>& marks = stillness.changed(picture);
    for (std::size_t at = 0; at < picture.pixels.size(); at += 33)
        REQUIRE(marks[at / 3] == 1);
}

TEST_CASE("Stillness: more tolerance draws less") {
    double before = 1.1;
    for (double tolerance : {0.3, 0.7, 1.4}) {
        Stillness stillness{size, tolerance};
        stillness.changed(scene(1, 5));
        double share = share_marked(stillness.changed(scene(2, 5)));
        CHECK(share < before);
        before = share;
    }
}

TEST_CASE("Stillness: pictures smaller than a cell, or cut by the edge, are judged too") {
    for (Size small : {Size{1, 1}, Size{3, 2}, Size{5, 9}, Size{97, 1}}) {
        Stillness stillness{small, 1};
        Picture picture{small, ColorSpace::ycbcr};
        CHECK(share_marked(stillness.changed(picture)) == 1);
        CHECK(share_marked(stillness.changed(picture)) == 0);
        picture.pixels[picture.pixels.size() - 3] = 90;
        const std::vector<std::uint8_t>& marks = stillness.changed(picture);
        CHECK(std::count(marks.begin(), marks.end(), 1) == 1);
        CHECK(marks.back() == 1);
    }
}
