// Frames and sights for tests of roads: of the test camera's scene, or of one colour.
#pragma once

#include "foreign/libjpeg.hpp"
#include "verb/road/bitmap.hpp"
#include "verb/road/sight.hpp"
#include "verb/snap/scene.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace img {

inline const Instant noon_of_scenes{std::chrono::milliseconds{1'795'262'400'000}};

/// What of a scene is not as usual.
struct SceneChange {
    Size size{640, 360};
    double snow = 0, night = 0;
    int cars = 4;
    std::uint64_t seed = 1;
    double factor = 1; ///< of all levels
};

inline SceneOptions options_of(const SceneChange& change) {
    SceneOptions options;
    options.size = change.size;
    options.snow = change.snow;
    options.night = change.night;
    options.cars = change.cars;
    options.seed = change.seed;
    return options;
}

inline Frame scene_frame(const SceneChange& change, Instant at = noon_of_scenes) {
    Picture picture = Scene{options_of(change)}.draw(at, "12:00:00");
    for (std::uint8_t& level : picture.pixels)
        level = static_cast<std::uint8_t>(std::clamp(level * change.factor, 0., 255.));
    return {encode_jpeg(picture, 90)};
}

inline Sight scene_sight(const SceneChange& change, Instant at = noon_of_scenes) {
    return sight_of(scene_frame(change, at), 1);
}

/// The road of every scene.
inline Polygon scene_road() {
    Polygon road;
    for (const std::array<double, 2>& corner : Scene{SceneOptions{}}.truth(noon_of_scenes).road)
        road.push_back({corner[0], corner[1]});
    return road;
}

inline Frame plain_frame(Size size, Color color) {
    Picture picture{size, ColorSpace::rgb};
    for (std::size_t i = 0; i < picture.pixels.size(); i += 3) {
        picture.pixels[i] = color.red;
        picture.pixels[i + 1] = color.green;
        picture.pixels[i + 2] = color.blue;
    }
    return {encode_jpeg(picture, 95)};
}

} // namespace img
