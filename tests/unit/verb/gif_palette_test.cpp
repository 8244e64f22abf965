#include "verb/gif/palette.hpp"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// A picture in YCbCr whose pixel i is what `pixel` says for i.
template <class Function>
Picture picture_of(Size size, Function pixel) {
    Picture picture{size, ColorSpace::ycbcr};
    for (std::size_t i = 0; i * 3 < picture.pixels.size(); ++i) {
        std::array<int, 3> value = pixel(static_cast<int>(i));
        for (std::size_t c = 0; c < 3; ++c)
            picture.pixels[i * 3 + c] = static_cast<std::uint8_t>(value[c]);
    }
    return picture;
}

ColorHistogram histogram_of(const Picture& picture) {
    ColorHistogram histogram;
    histogram.add(picture);
    return histogram;
}

/// Every luma, and every chroma in steps: more colours than a palette has.
Picture many_colors() {
    return picture_of({256, 256}, [](int i) {
        return std::array{i % 256, i / 256 * 37 % 256, i / 256 * 101 % 256};
    });
}

int luma(Color color) {
    return 299 * color.red + 587 * color.green + 114 * color.blue;
}

} // namespace

TEST_CASE("make_palette: grey pictures get greys, each exactly") {
    ColorHistogram histogram = histogram_of(picture_of({100, 100}, [](int i) {
        return std::array{i % 100 + 30, 128, 128};
    }));
    std::vector<Color> palette = make_palette(histogram, 255);
    REQUIRE(palette.size() == 100);
    for (std::size_t i = 0; i < palette.size(); ++i) {
        auto level = static_cast<std::uint8_t>(i + 30);
        CHECK(palette[i] == Color{level, level, level});
    }
}

TEST_CASE("make_palette: more greys than there is room for stay grey, black and white near") {
    ColorHistogram histogram = histogram_of(picture_of({256, 16}, [](int i) {
        return std::array{i % 256, 128, 128};
    }));
    std::vector<Color> palette = make_palette(histogram, 64);
    CHECK(palette.size() == 64);
    for (Color color : palette) {
        CHECK(color.red == color.green);
        CHECK(color.green == color.blue);
    }
    CHECK(palette.front().red <= 3);
    CHECK(palette.back().red >= 252);
}

TEST_CASE("make_palette: few colours are kept as they are, however rare") {
    // One pixel in a hundred is red, one is blue.
    ColorHistogram histogram = histogram_of(picture_of({100, 100}, [](int i) {
        return i % 100 == 7    ? std::array{76, 85, 255}
               : i % 100 == 50 ? std::array{29, 255, 107}
                               : std::array{200, 120, 130};
    }));
    std::vector<Color> palette = make_palette(histogram, 255);
    CHECK(palette == std::vector<Color>{color_of(tone_of(29, 255, 107)),
                                        color_of(tone_of(76, 85, 255)),
                                        color_of(tone_of(200, 120, 130))});
}

TEST_CASE("make_palette: there are at most as many colours as asked for, all different") {
    ColorHistogram histogram = histogram_of(many_colors());
    for (std::size_t most : {1U, 2U, 127U, 191U, 255U, 256U}) {
        std::vector<Color> palette = make_palette(histogram, most);
        CHECK(palette.size() <= most);
        CHECK(palette.size() * 10 >= most * 9);
        for (std::size_t i = 1; i < palette.size(); ++i)
            CHECK_FALSE(palette[i] == palette[i - 1]);
    }
}

TEST_CASE("make_palette: colours go from dark to bright") {
    std::vector<Color> palette = make_palette(histogram_of(many_colors()), 191);
    CHECK(std::is_sorted(palette.begin(), palette.end(),
                         [](Color a, Color b) { return luma(a) < luma(b); }));
}

TEST_CASE("make_palette: more colours come nearer to the picture") {
    Picture picture = many_colors();
    double before = 1e9;
    for (std::size_t most : {4U, 32U, 255U}) {
        std::vector<Tone> tones;
        for (Color color : make_palette(histogram_of(picture), most))
            tones.push_back(tone_of(color));
        ToneTable table{tones};
        double error = 0;
        for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
            Tone tone = tone_of(picture.pixels[at], picture.pixels[at + 1], picture.pixels[at + 2]);
            Tone near = tones[table.nearest(tone)];
            error += std::abs(tone.luma - near.luma) + std::abs(tone.blue - near.blue) +
                     std::abs(tone.red - near.red);
        }
        CHECK(error < before / 1.3);
        before = error;
    }
}

TEST_CASE("ColorHistogram: a colour that is added counts, grey pictures and black stay grey") {
    ColorHistogram histogram = histogram_of(picture_of({10, 10}, [](int) {
        return std::array{90, 128, 128};
    }));
    CHECK_FALSE(histogram.empty());
    histogram.add(Color{}, 0.02);
    CHECK(make_palette(histogram, 255) == std::vector<Color>{{0, 0, 0}, {90, 90, 90}});
    CHECK(ColorHistogram{}.empty());
}

TEST_CASE("tone_of, color_of: every colour there and back is itself, but for rounding") {
    for (int red = 0; red < 256; red += 15)
        for (int green = 0; green < 256; green += 15)
            for (int blue = 0; blue < 256; blue += 15) {
                Color color{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                            static_cast<std::uint8_t>(blue)};
                REQUIRE(color_of(tone_of(color)) == color);
            }
}

TEST_CASE("ToneTable: the nearest tone is found in tables of any size") {
    for (std::size_t count : {1U, 15U, 16U, 17U, 256U}) {
        std::vector<Tone> tones;
        for (std::size_t i = 0; i < count; ++i)
            tones.push_back({static_cast<float>(i * 53 % 256), static_cast<float>(i % 90) - 45, 5});
        ToneTable table{tones};
        for (std::size_t i = 0; i < count; ++i)
            CHECK(table.nearest({tones[i].luma + 0.2F, tones[i].blue, 5.3F}) == i);
    }
}
