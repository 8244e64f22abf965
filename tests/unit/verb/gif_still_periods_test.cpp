#include "verb/gif/still_periods.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

constexpr double price = 2;

/// A grey frame with a sensor's noise.
Planes noisy(Size size, int level, double deviation, std::mt19937& random) {
    Planes planes{size};
    std::normal_distribution<double> noise{static_cast<double>(level), deviation};
    for (std::uint8_t& sample : planes.channel[0])
        sample = static_cast<std::uint8_t>(std::lround(std::clamp(noise(random), 0.0, 255.0)));
    for (std::size_t c : {1U, 2U})
        planes.channel[c].assign(planes.channel[0].size(), 128);
    return planes;
}

std::vector<StillPicture> shown_of(const std::vector<Planes>& frames, double at_price = price) {
    StillPeriods periods{frames.front().size, at_price};
    std::vector<StillPicture> shown;
    for (const Planes& frame : frames) {
        periods.add(frame);
        if (periods.full())
            shown.push_back(periods.next());
    }
    while (!periods.empty())
        shown.push_back(periods.next());
    return shown;
}

std::size_t fresh_blocks(const StillPicture& picture) {
    return picture.fresh.size() -
           static_cast<std::size_t>(std::count(picture.fresh.begin(), picture.fresh.end(), 0));
}

double mean_error(const StillPicture& picture, int level) {
    double sum = 0;
    for (std::int16_t mean : picture.means[0])
        sum += std::abs(mean / 8.0 - level);
    return sum / static_cast<double>(picture.means[0].size());
}

} // namespace

TEST_CASE("StillPeriods: noise is drawn once, and cleaner than any frame") {
    std::mt19937 random{1};
    std::vector<Planes> frames;
    for (int i = 0; i < 20; ++i)
        frames.push_back(noisy({64, 48}, 100, 1, random));
    const std::vector<StillPicture> shown = shown_of(frames);
    REQUIRE(shown.size() == 20);
    CHECK(fresh_blocks(shown[0]) == 48);
    std::size_t later = 0;
    for (std::size_t i = 1; i < 20; ++i)
        later += fresh_blocks(shown[i]);
    CHECK(later < 912 / 30); // of 19 times 48
    CHECK(mean_error(shown[19], 100) < 0.5);
    for (std::uint8_t frames_long : shown[0].fresh)
        CHECK(frames_long == StillPeriods::reach);
}

TEST_CASE("StillPeriods: each picture brings its frame's luma along") {
    std::mt19937 random{2};
    std::vector<Planes> frames;
    for (int i = 0; i < 9; ++i)
        frames.push_back(noisy({24, 16}, 40 + i, 1, random));
    const std::vector<StillPicture> shown = shown_of(frames);
    for (std::size_t i = 0; i < frames.size(); ++i)
        CHECK(shown[i].luma == frames[i].channel[0]);
}

TEST_CASE("StillPeriods: what passes is shown while it is there, and not before or after") {
    for (Size size : {Size{64, 48}, {61, 43}}) {
        std::mt19937 random{3};
        std::vector<Planes> frames;
        for (int i = 0; i < 12; ++i) {
            frames.push_back(noisy(size, 100, 1, random));
            if (i == 7) // a lamp of four pixels, at the edge
                for (int y = size.height - 2; y < size.height; ++y)
                    for (int x = size.width - 2; x < size.width; ++x)
                        frames.back().channel[0][static_cast<std::size_t>(y * size.width + x)] =
                            200;
        }
        const std::vector<StillPicture> shown = shown_of(frames);
        for (std::size_t i = 0; i < shown.size(); ++i)
            CHECK(std::abs(shown[i].means[0].back() / 8 - (i == 7 ? 200 : 100)) < 8);
    }
}

TEST_CASE("StillPeriods: a change of colour alone is seen") {
    std::mt19937 random{4};
    std::vector<Planes> frames(8, noisy({16, 16}, 90, 0, random));
    for (std::size_t i = 4; i < 8; ++i)
        frames[i].channel[2].assign(256, 140);
    const std::vector<StillPicture> shown = shown_of(frames);
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(shown[i].means[2][0] == (i < 4 ? 128 : 140) * 8);
        CHECK(fresh_blocks(shown[i]) == (i == 0 || i == 4 ? 4 : 0));
    }
}

TEST_CASE("StillPeriods: light that fades is followed, never more than a step behind") {
    std::mt19937 random{5};
    std::vector<Planes> frames;
    for (int i = 0; i < 40; ++i)
        frames.push_back(noisy({32, 32}, 200 - i, 0.5, random));
    const std::vector<StillPicture> shown = shown_of(frames);
    for (std::size_t i = 0; i < shown.size(); ++i)
        CHECK(mean_error(shown[i], 200 - static_cast<int>(i)) < 2.5);
}

TEST_CASE("StillPeriods: one block and one pixel are pictures, too") {
    std::mt19937 random{6};
    for (Size size : {Size{1, 1}, {8, 8}, {9, 1}}) {
        std::vector<Planes> frames{noisy(size, 50, 0, random), noisy(size, 50, 0, random),
                                   noisy(size, 99, 0, random)};
        const std::vector<StillPicture> shown = shown_of(frames);
        CHECK(shown[1].means[0].back() == 50 * 8);
        CHECK(shown[2].means[0].back() == 99 * 8);
        CHECK(fresh_blocks(shown[1]) == 0);
    }
}

TEST_CASE("StillPeriods: a higher price draws less") {
    std::mt19937 random{7};
    std::vector<Planes> frames;
    for (int i = 0; i < 20; ++i)
        frames.push_back(noisy({64, 64}, 100, 2.5, random));
    std::size_t before = 64 * 20 + 1;
    for (double at : {0.05, 4.0, 30.0}) {
        std::size_t fresh = 0;
        for (const StillPicture& picture : shown_of(frames, at))
            fresh += fresh_blocks(picture);
        CHECK(fresh < before);
        before = fresh;
    }
}
