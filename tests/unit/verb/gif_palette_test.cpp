#include "verb/gif/palette.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

Tone gray(int level) {
    return {static_cast<std::int16_t>(level * tone_steps), 0, 0};
}

/// More tones than a palette has colours.
std::vector<Tone> many_tones() {
    std::vector<Tone> tones;
    for (int i = 0; i < 40000; ++i)
        tones.push_back({static_cast<std::int16_t>(i * 7 % 2040),
                         static_cast<std::int16_t>(i * 37 % 700 - 350),
                         static_cast<std::int16_t>(i / 60 - 330)});
    return tones;
}

std::vector<Color> palette_of(const std::vector<Tone>& tones, std::size_t most) {
    ToneHistogram histogram;
    for (Tone tone : tones)
        histogram.add(tone, 64);
    return histogram.take_palette(most).colors;
}

int luma(Color color) {
    return 299 * color.red + 587 * color.green + 114 * color.blue;
}

} // namespace

TEST_CASE("take_palette: grey pictures get greys, each exactly") {
    std::vector<Tone> tones;
    for (int level = 0; level < 255; ++level)
        tones.push_back(gray(level));
    const std::vector<Color> palette = palette_of(tones, 256);
    REQUIRE(palette.size() == 255);
    for (std::size_t i = 0; i < palette.size(); ++i) {
        const auto level = static_cast<std::uint8_t>(i);
        CHECK(palette[i] == Color{level, level, level});
    }
}

TEST_CASE("take_palette: more greys than there is room for stay grey, black and white near") {
    std::vector<Tone> tones;
    for (int level = 0; level < 256; ++level)
        tones.push_back(gray(level));
    const std::vector<Color> palette = palette_of(tones, 64);
    CHECK(palette.size() == 64);
    for (Color color : palette) {
        CHECK(color.red == color.green);
        CHECK(color.green == color.blue);
    }
    CHECK(palette.front().red <= 3);
    CHECK(palette.back().red >= 252);
}

TEST_CASE("take_palette: few colours are kept as they are, however rare") {
    const Color blue{0, 0, 254}, red{254, 0, 0}, pale{203, 199, 186};
    ToneHistogram histogram;
    histogram.add(tone_of(pale), 1'000'000);
    histogram.add(tone_of(blue), 1);
    histogram.add(tone_of(red), 1);
    const Palette palette = histogram.take_palette(255);
    CHECK(palette.colors == std::vector<Color>{color_of(tone_of(blue)), color_of(tone_of(red)),
                                               color_of(tone_of(pale))});
    CHECK(palette.tones.count == 3);
    for (std::size_t i = 0; i < 3; ++i)
        CHECK(palette.tones[i] == tone_of(palette.colors[i]));
}

TEST_CASE("take_palette: there are at most as many colours as asked for, from dark to bright") {
    for (std::size_t most : {1U, 2U, 127U, 191U, 255U, 256U}) {
        const std::vector<Color> palette = palette_of(many_tones(), most);
        CHECK(palette.size() <= most);
        CHECK(palette.size() * 10 >= most * 9);
        for (std::size_t i = 1; i < palette.size(); ++i) {
            CHECK_FALSE(palette[i] == palette[i - 1]);
            CHECK(luma(palette[i]) >= luma(palette[i - 1]));
        }
    }
}

TEST_CASE("take_palette: more colours come nearer to the picture") {
    const std::vector<Tone> tones = many_tones();
    double before = 1e18;
    for (std::size_t most : {4U, 32U, 255U}) {
        ToneHistogram histogram;
        for (Tone tone : tones)
            histogram.add(tone, 64);
        const Palette palette = histogram.take_palette(most);
        double error = 0;
        for (Tone tone : tones)
            error += nearest(palette.tones, tone).distance;
        CHECK(error < before / 1.7);
        before = error;
    }
}

TEST_CASE("take_palette: the histogram is empty afterwards") {
    ToneHistogram histogram;
    CHECK(histogram.empty());
    histogram.add(gray(200), 5);
    CHECK_FALSE(histogram.empty());
    histogram.take_palette(256);
    CHECK(histogram.empty());
    histogram.add(gray(7), 5);
    CHECK(histogram.take_palette(256).colors == std::vector<Color>{{7, 7, 7}});
}
