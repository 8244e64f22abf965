#include "verb/gif/tone.hpp"

#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <vector>

using namespace img;

TEST_CASE("tone_of, color_of: every colour there and back is itself, but for rounding") {
    for (int red = 0; red < 256; red += 15)
        for (int green = 0; green < 256; green += 15)
            for (int blue = 0; blue < 256; blue += 15) {
                const Color color{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                                  static_cast<std::uint8_t>(blue)};
                const Color back = color_of(tone_of(color));
                // Where chroma is bent most, a step is most of a level.
                CHECK(std::abs(back.red - color.red) <= 2);
                CHECK(std::abs(back.green - color.green) <= 1);
                CHECK(std::abs(back.blue - color.blue) <= 2);
            }
}

TEST_CASE("tone_of: greys have no chroma, and every one comes back") {
    for (int level = 0; level < 256; ++level) {
        const auto part = static_cast<std::uint8_t>(level);
        const Tone tone = tone_of(Color{part, part, part});
        CHECK(tone == Tone{static_cast<std::int16_t>(level * tone_steps), 0, 0});
        CHECK(color_of(tone) == Color{part, part, part});
    }
}

TEST_CASE("distance: the same difference of chroma counts less among colourful tones") {
    auto apart = [](int cb) {
        std::vector<std::int16_t> y(2, 1000),
            blue{static_cast<std::int16_t>((128 + cb) * 8),
                 static_cast<std::int16_t>((136 + cb) * 8)},
            red(2, 1024);
        std::vector<Tone> tones(2);
        to_tones(y.data(), blue.data(), red.data(), 2, tones.data());
        return distance(tones[0], tones[1]);
    };
    CHECK(apart(0) > apart(20));
    CHECK(apart(20) > apart(60));
    CHECK(apart(60) > 0);
    // Near grey 8 levels of chroma are 1.2 times 8 levels.
    CHECK(std::sqrt(apart(0)) / tone_steps == doctest::Approx(1.2 * 8).epsilon(0.15));
}

TEST_CASE("to_tones: a pixel's tone is that of its colour") {
    const std::vector<std::int16_t> y{76 * 8, 29 * 8, 255 * 8}, cb{85 * 8, 255 * 8, 128 * 8},
        cr{255 * 8, 107 * 8, 128 * 8};
    std::vector<Tone> tones(3);
    to_tones(y.data(), cb.data(), cr.data(), 3, tones.data());
    const Color colors[]{{254, 0, 0}, {0, 0, 254}, {255, 255, 255}};
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(distance(tones[i], tone_of(colors[i])) < 2 * 64);
}
