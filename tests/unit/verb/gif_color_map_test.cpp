#include "verb/gif/color_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

std::uint8_t byte(float value) {
    return static_cast<std::uint8_t>(std::lround(std::min(value, 255.0F)));
}

ColorMixture mixture_for(ColorMap& map, Color color) {
    Tone tone = tone_of(color);
    return map.mixture(byte(tone.luma), byte(tone.blue / chroma_weight + 128),
                       byte(tone.red / chroma_weight + 128));
}

std::vector<Color> greys(int step) {
    std::vector<Color> palette;
    for (int level = 0; level < 256; level += step) {
        auto value = static_cast<std::uint8_t>(level);
        palette.push_back({value, value, value});
    }
    return palette;
}

const std::vector<Color> colors{{0, 0, 0},     {0, 0, 255},   {255, 0, 0},    {0, 200, 0},
                                {0, 200, 200}, {200, 200, 0}, {255, 255, 255}};

} // namespace

TEST_CASE("ColorMap: a colour of the palette is itself") {
    ColorMap map{colors};
    for (std::size_t i = 0; i < colors.size(); ++i)
        CHECK(mixture_for(map, colors[i]).nearest() == i);
}

TEST_CASE("ColorMap: a grey of the palette is drawn without a pattern") {
    std::vector<Color> palette = greys(5);
    ColorMap map{palette};
    for (std::size_t i = 0; i < palette.size(); ++i) {
        ColorMixture mixture = map.mixture(palette[i].red, 128, 128);
        CHECK(mixture.nearest() == i);
        CHECK((mixture.share == 0 || mixture.share == 255 || mixture.first == mixture.second));
    }
}

TEST_CASE("ColorMap: a grey between two of the palette is their mixture, near one it is that one") {
    ColorMap map{greys(17)};
    for (int level = 0; level < 256; ++level) {
        ColorMixture mixture = map.mixture(static_cast<std::uint8_t>(level), 128, 128);
        double brightness =
            17 * mixture.first + 17.0 * (mixture.second - mixture.first) * mixture.share / 255;
        // Where a fifth of the step at most would be won, the grain of a mixture is not worth it.
        int beside = std::min(level % 17, 17 - level % 17);
        CHECK(std::abs(brightness - level) <= (beside <= 3 ? beside + 0.1 : 0.1));
        CHECK(mixture.second - mixture.first <= 1);
    }
}

TEST_CASE("ColorMap: mixtures name the darker colour first, for every colour there is") {
    ColorMap map{colors};
    for (int y = 0; y < 256; y += 5)
        for (int cb = 0; cb < 256; cb += 5)
            for (int cr = 0; cr < 256; cr += 5) {
                ColorMixture mixture =
                    map.mixture(static_cast<std::uint8_t>(y), static_cast<std::uint8_t>(cb),
                                static_cast<std::uint8_t>(cr));
                REQUIRE(mixture.first <= mixture.second);
                REQUIRE(mixture.second < colors.size());
            }
}

TEST_CASE("ColorMap: the nearer of a mixture's two is the nearest of the palette") {
    ColorMap map{colors};
    ToneTable table{map.tones()};
    for (int y = 0; y < 256; y += 5)
        for (int cb = 0; cb < 256; cb += 4)
            for (int cr = 0; cr < 256; cr += 4) {
                auto luma = static_cast<std::uint8_t>(y);
                Tone wanted = tone_of(luma, static_cast<float>(cb), static_cast<float>(cr));
                ColorMixture mixture =
                    map.mixture(luma, static_cast<std::uint8_t>(cb), static_cast<std::uint8_t>(cr));
                auto distance = [&](std::size_t i) {
                    Tone tone = map.tones()[i];
                    return std::hypot(tone.luma - wanted.luma, tone.blue - wanted.blue,
                                      tone.red - wanted.red);
                };
                REQUIRE(distance(mixture.nearest()) <= distance(table.nearest(wanted)) + 0.5F);
            }
}

TEST_CASE("ColorMap: a palette of one colour draws everything with it") {
    ColorMap map{{{90, 90, 90}}};
    for (int y = 0; y < 256; ++y) {
        ColorMixture mixture = map.mixture(static_cast<std::uint8_t>(y), 128, 60);
        CHECK(mixture.first == 0);
        CHECK(mixture.second == 0);
    }
}

TEST_CASE("ColorMap: an answer does not depend on what was asked before") {
    ColorMap asked{colors}, fresh{colors};
    for (int y = 0; y < 256; ++y)
        asked.mixture(static_cast<std::uint8_t>(y), 90, 160);
    ColorMixture first = asked.mixture(77, 90, 160), second = fresh.mixture(77, 90, 160);
    CHECK(first.first == second.first);
    CHECK(first.second == second.second);
    CHECK(first.share == second.share);
}
