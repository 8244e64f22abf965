// The built-in test camera's picture: a road scene drawn from its parameters and the time.
#pragma once

#include "base/picture.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace img {

struct SceneOptions {
    Size size{1280, 720};
    double snow = 0;  ///< share of the road's pixels under snow, 0 to 1
    double night = 0; ///< 0 is noon, 1 is a night with street light
    int cars = 4;
    double noise = 3; ///< standard deviation of the sensor's noise, in 8-bit steps
    std::uint64_t seed = 1;
};

/// Where a car is in the picture, in pixels.
struct SceneCar {
    int x, y, width, height;
};

/// What is really in a picture.
struct SceneTruth {
    /// The road's corners as shares of width and height: far left, far right, near right, near
    /// left.
    std::array<std::array<double, 2>, 4> road;
    double snow; ///< share of the road's pixels under snow, cars left out
    std::vector<SceneCar> cars;
};

/// A fixed camera over a two-lane road. The same options and instant give the same picture.
class Scene {
public:
    explicit Scene(const SceneOptions& options);
    /// `clock` is what the camera's own clock shows, at the top left.
    Picture draw(Instant instant, const std::string& clock) const;
    SceneTruth truth(Instant instant) const;

private:
    struct Car {
        SceneCar box;
        bool oncoming;
        Color paint;
        double nearness; ///< 0 at the horizon, 1 at the camera
    };

    void draw_ground();
    void draw_sky();
    void draw_marks();
    void lay_snow();
    void darken(Picture& picture) const;
    std::vector<Car> cars_at(Instant instant) const;
    void draw_car(Picture& picture, const Car& car) const;
    void draw_lamps(Picture& picture, const Car& car) const;
    void draw_clock(Picture& picture, const std::string& text) const;
    void add_noise(Picture& picture, Instant instant) const;
    bool on_road(int x, int y) const;
    int horizon() const;

    SceneOptions options_;
    Picture still_;                    ///< all that does not move, by day
    std::vector<std::uint8_t> snowed_; ///< a byte a pixel: whether the road is covered there
};

} // namespace img
