#include "verb/snap/scene.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>

using namespace img;

namespace {

const Instant noon{std::chrono::milliseconds{1'795'262'400'000}};

SceneOptions calm(double snow) {
    SceneOptions options;
    options.size = {640, 360};
    options.snow = snow;
    options.cars = 0;
    options.noise = 0;
    return options;
}

/// Whether a pixel's centre is inside the truth's polygon, by crossing its four edges.
bool inside(const SceneTruth& truth, double x, double y) {
    bool in = false;
    for (std::size_t i = 0, last = 3; i < 4; last = i++) {
        auto [ax, ay] = truth.road[i];
        auto [bx, by] = truth.road[last];
        if ((ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax)
            in = !in;
    }
    return in;
}

} // namespace

TEST_CASE("Scene: the road holds the share of snow that was asked for") {
    for (double snow : {0.0, 0.1, 0.25, 0.5, 0.9, 1.0}) {
        CAPTURE(snow);
        CHECK(Scene{calm(snow)}.truth(noon).snow == doctest::Approx(snow).epsilon(0.001));
    }
}

TEST_CASE("Scene: snow of the truth is white in the picture, inside the road's polygon") {
    Scene bare{calm(0)}, covered{calm(0.4)};
    Picture without = bare.draw(noon, ""), with = covered.draw(noon, "");
    SceneTruth truth = covered.truth(noon);
    int road = 0, white = 0;
    auto [width, height] = with.size;
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            if (!inside(truth, (x + 0.5) / width, (y + 0.5) / height))
                continue;
            ++road;
            auto at = static_cast<std::ptrdiff_t>(x) * 3;
            white += !std::equal(with.row(y) + at, with.row(y) + at + 3, without.row(y) + at);
        }
    REQUIRE(road > 10'000);
    CHECK(static_cast<double>(white) / road == doctest::Approx(0.4).epsilon(0.01));
}

TEST_CASE("Scene: outside the polygon there is grass, not asphalt") {
    Scene scene{calm(0)};
    Picture picture = scene.draw(noon, "");
    SceneTruth truth = scene.truth(noon);
    auto green = [&](double x, double y) {
        const std::uint8_t* pixel = picture.row(static_cast<int>(y * picture.size.height)) +
                                    static_cast<std::ptrdiff_t>(x * picture.size.width) * 3;
        return pixel[1] > pixel[2] + 15;
    };
    for (double y : {0.5, 0.7, 0.9}) {
        double share = (y - truth.road[0][1]) / (truth.road[3][1] - truth.road[0][1]);
        double left = std::lerp(truth.road[0][0], truth.road[3][0], share);
        double right = std::lerp(truth.road[1][0], truth.road[2][0], share);
        CHECK(green(left - 0.02, y));
        CHECK(green(right + 0.02, y));
        CHECK_FALSE(green(left + (right - left) * 0.3, y));
    }
}

TEST_CASE("Scene: the same instant gives the same picture, the next one moves the cars") {
    SceneOptions options = calm(0.2);
    options.cars = 4;
    options.noise = 3;
    Scene scene{options};
    CHECK(scene.draw(noon, "12:00").pixels == Scene{options}.draw(noon, "12:00").pixels);
    Instant later = noon + std::chrono::seconds{1};
    auto places = [&](Instant time) {
        std::vector<int> all;
        for (const SceneCar& car : scene.truth(time).cars)
            all.push_back(car.y);
        return all;
    };
    CHECK(places(noon) != places(later));
}

TEST_CASE("Scene: night is dark, and any size is drawn") {
    SceneOptions options = calm(0);
    auto brightness = [](const Picture& picture) {
        double sum = 0;
        for (std::uint8_t value : picture.pixels)
            sum += value;
        return sum / static_cast<double>(picture.pixels.size());
    };
    double day = brightness(Scene{options}.draw(noon, ""));
    options.night = 1;
    CHECK(brightness(Scene{options}.draw(noon, "")) < day / 3);
    for (Size size : {Size{64, 48}, Size{65, 49}, Size{4000, 60}, Size{64, 2000}}) {
        options.size = size;
        options.cars = 30;
        options.snow = 0.5;
        CHECK(Scene{options}.draw(noon, "2026-11-21 12:00:00.000").size == size);
    }
}
