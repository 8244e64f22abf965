// The styles as they looked when a person last looked at them: tests/data/stamp/STYLE.jpg.
//
// After a wanted change: IMGSEQ_MAKE_GOLDEN=1 unit_tests --test-case='golden*', in tests/, and look
// at the pictures.

#include "base/error.hpp"
#include "base/file.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/stamp.hpp"
#include "verb/stamp/fonts.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr Size sheet{640, 360};

/// The pictures are in DejaVu Sans 2.37: its shapes are told by how wide its characters are.
bool have_font() {
    constexpr int advances_of_ascii = 115527; // of "!" to "~", in units of the font
    try {
        FontList list = open_fonts("");
        Font& font = list.fonts.front();
        font.set_size(2048);
        int sum = 0;
        for (char32_t character = U'!'; character <= U'~'; ++character)
            sum += font.advance(font.glyph_of(character)) / 64;
        if (font.name() == "DejaVuSans.ttf" && sum == advances_of_ascii)
            return true;
        MESSAGE("skipped: the font is ", font.name(), " of other measures (", sum,
                "), the pictures are in DejaVu Sans 2.37");
    } catch (const Error& error) {
        MESSAGE("skipped: ", std::string{error.what()});
    }
    return false;
}

/// From dark blue-gray to light sand: letters stand on all of it.
Frame gradient() {
    Picture picture{sheet, ColorSpace::rgb};
    std::size_t at = 0;
    for (int y = 0; y < sheet.height; ++y)
        for (int x = 0; x < sheet.width; ++x)
            for (int base : {40, 50, 70})
                picture.pixels[at++] = static_cast<std::uint8_t>(
                    base + 80 * x / sheet.width + (200 - 2 * base) * y / sheet.height);
    return Frame{encode_jpeg(picture, 85)};
}

/// The gradient with all there is to say.
Bytes stamped(Style style) {
    StampOptions options;
    options.style = style;
    options.zone = Zone{std::chrono::minutes{120}};
    options.time = TimeSource::name;
    options.camera = "Highway 720, north";
    options.fields = {"condition=Heavy", "temperature=-3.5", "alerts=Winter Storm Warning"};
    if (style == Style::plain)
        options.text = {"{camera}", "%Y-%m-%d %H:%M:%S", "{condition}, {temperature} °C, {alerts}"};
    const FrameOrigin origin{"north-20261121T120509.000Z.jpg", std::nullopt, Instant{}};
    return Stamper{options}.stamp(gradient(), origin).frame.jpeg;
}

fs::path golden_of(const std::string& style) {
    return fs::path{"data/stamp"} / (style + ".jpg");
}

struct Difference {
    double mean = 0;  ///< of all samples, in levels
    double large = 0; ///< part of the pixels with a sample that differs by over 64
};

Difference difference(ByteView one, ByteView other) {
    Picture a = decode_jpeg(one, ColorSpace::rgb), b = decode_jpeg(other, ColorSpace::rgb);
    REQUIRE(a.size == b.size);
    double sum = 0, large = 0;
    for (std::size_t i = 0; i < a.pixels.size(); i += 3) {
        int most = 0;
        for (std::size_t sample = i; sample < i + 3; ++sample) {
            int levels = std::abs(a.pixels[sample] - b.pixels[sample]);
            sum += levels;
            most = std::max(most, levels);
        }
        large += most > 64;
    }
    auto samples = static_cast<double>(a.pixels.size());
    return {sum / samples, 3 * large / samples};
}

bool alike(const Difference& difference) {
    return difference.mean < 1 && difference.large <= .005;
}

/// All but `none`, which draws nothing.
Words<Style> drawn_styles() {
    Words<Style> styles = style_words();
    std::erase_if(styles, [](const auto& word) { return word.second == Style::none; });
    return styles;
}

} // namespace

TEST_CASE("golden pictures: every style looks as it did when it was last looked at") {
    if (!have_font())
        return;
    const bool make = std::getenv("IMGSEQ_MAKE_GOLDEN");
    for (const auto& word : drawn_styles()) {
        const std::string& name = word.first;
        CAPTURE(name);
        Bytes now = stamped(word.second);
        if (make) {
            fs::create_directories(golden_of(name).parent_path());
            write_file(golden_of(name), now);
            MESSAGE("made: ", golden_of(name).string());
            continue;
        }
        Difference change = difference(now, read_file(golden_of(name)));
        CAPTURE(change.mean);
        CAPTURE(change.large);
        CHECK(alike(change));
    }
}

TEST_CASE("golden pictures: no two styles are alike, nor is one and the bare picture") {
    if (!have_font())
        return;
    std::vector<Bytes> pictures{gradient().jpeg};
    for (const auto& [name, style] : drawn_styles())
        pictures.push_back(stamped(style));
    for (std::size_t i = 0; i < pictures.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            CAPTURE(i);
            CAPTURE(j);
            CHECK_FALSE(alike(difference(pictures[i], pictures[j])));
        }
}
