#include "verb/gif/drawing.hpp"

#include "../foreign/gif_reader.hpp"
#include "base/processor.hpp"
#include "verb/gif/busyness.hpp"

#include <doctest/doctest.h>
#include <random>

using namespace img;

namespace {

/// A picture of these levels, all of it fresh.
StillPicture picture_of(Size size, const std::vector<int>& luma, const std::vector<int>& blue = {},
                        const std::vector<int>& red = {}) {
    StillPicture picture;
    picture.size = size;
    const auto pixels = static_cast<std::size_t>(size.width * size.height);
    for (std::size_t i = 0; i < pixels; ++i) {
        picture.means[0].push_back(static_cast<std::int16_t>(luma[i] * 8));
        picture.means[1].push_back(static_cast<std::int16_t>((blue.empty() ? 128 : blue[i]) * 8));
        picture.means[2].push_back(static_cast<std::int16_t>((red.empty() ? 128 : red[i]) * 8));
    }
    picture.fresh.assign(static_cast<std::size_t>(picture.blocks_across() * picture.blocks_down()),
                         1);
    return picture;
}

Palette grays(std::initializer_list<int> levels) {
    Palette palette;
    std::vector<Tone> tones;
    for (int level : levels) {
        const auto part = static_cast<std::uint8_t>(level);
        palette.colors.push_back({part, part, part});
        tones.push_back(tone_of(palette.colors.back()));
    }
    palette.tones = ToneTable{tones};
    return palette;
}

Palette random_palette(std::size_t count, std::mt19937& random) {
    Palette palette;
    std::vector<Tone> tones;
    std::uniform_int_distribution<int> part{0, 255};
    for (std::size_t i = 0; i < count; ++i) {
        palette.colors.push_back({static_cast<std::uint8_t>(part(random)),
                                  static_cast<std::uint8_t>(part(random)),
                                  static_cast<std::uint8_t>(part(random))});
        tones.push_back(tone_of(palette.colors.back()));
    }
    palette.tones = ToneTable{tones};
    return palette;
}

std::vector<std::uint8_t> flat_busyness(Size size) {
    return std::vector<std::uint8_t>(static_cast<std::size_t>(size.width * size.height),
                                     static_cast<std::uint8_t>(flat));
}

/// Images drawn one over the other on a canvas, as a GIF has them and as the drawing says.
class Sketch {
public:
    Sketch(Size size, DrawingLimits limits, Instructions instructions)
        : size_(size), drawing_(size, limits, instructions) {}

    Bytes draw(const StillPicture& picture, const Palette& palette, Area area) {
        std::optional<std::uint8_t> transparent;
        if (!parts_.empty())
            transparent = static_cast<std::uint8_t>(palette.colors.size());
        const std::vector<std::uint8_t> busyness = flat_busyness(size_);
        std::vector<Tone> tones(picture.means[0].size());
        to_tones(picture.means[0].data(), picture.means[1].data(), picture.means[2].data(),
                 tones.size(), tones.data());
        DrawnImage image = drawing_.draw({picture, tones, busyness, palette, area, transparent});
        std::vector<Color> colors = palette.colors;
        if (transparent)
            colors.push_back(Color{});
        parts_.push_back({area, transparent, colors, image.codes});
        return image.codes;
    }
    Bytes draw(const StillPicture& picture, const Palette& palette) {
        return draw(picture, palette, {0, 0, size_.width, size_.height});
    }

    /// giflib's decoder shows exactly the canvas.
    void check() const {
        Bytes bytes;
        GifWriter writer{{size_, parts_.front().palette, 0}, [&](ByteView part) {
                             bytes.insert(bytes.end(), part.begin(), part.end());
                         }};
        for (const Part& part : parts_)
            writer.put({part.area, 5, part.transparent, part.palette, part.codes});
        writer.finish();
        const Picture shown = read_gif(bytes).shown(parts_.size());
        std::size_t unlike = 0;
        for (std::size_t i = 0; i < drawing_.canvas().size(); ++i) {
            const std::uint8_t* pixel = &shown.pixels[i * 3];
            unlike += tone_of(Color{pixel[0], pixel[1], pixel[2]}) == drawing_.canvas()[i] ? 0 : 1;
        }
        CHECK(unlike == 0);
    }

    const Drawing& drawing() const { return drawing_; }

private:
    struct Part {
        Area area;
        std::optional<std::uint8_t> transparent;
        std::vector<Color> palette;
        Bytes codes;
    };
    Size size_;
    Drawing drawing_;
    std::vector<Part> parts_;
};

/// Kinds of content that LZW finds hard or easy.
std::vector<int> levels_of(int kind, Size size, std::mt19937& random) {
    std::vector<int> levels;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            levels.push_back(kind == 0   ? static_cast<int>(random() % 256) // noise
                             : kind == 1 ? 77                               // one run
                             : kind == 2 ? (x * 255 / size.width)           // a gradient
                             : kind == 3 ? ((x / 3 + y / 5) % 2 == 0 ? 10 : 240)
                                         : static_cast<int>(random() % 2) * (x + y) % 256);
    return levels;
}

} // namespace

TEST_CASE("Drawing: giflib reads what was drawn, whatever content, size, palette and limits") {
    std::mt19937 random{11};
    const Size sizes[]{{1, 1}, {1, 300}, {300, 1}, {9, 7}, {70, 41}};
    for (Size size : sizes)
        for (int kind = 0; kind < 5; ++kind)
            for (std::size_t colors : {1U, 2U, 3U, 16U, 200U, 255U}) {
                CAPTURE(size.width);
                CAPTURE(kind);
                CAPTURE(colors);
                const DrawingLimits limits{kind % 2 == 0 ? 0.01 : 40.0, 0.6};
                Sketch sketch{size, limits, Instructions::best},
                    plain{size, limits, Instructions::portable};
                for (int image = 0; image < 3; ++image) {
                    StillPicture picture = picture_of(size, levels_of(kind, size, random),
                                                      levels_of((kind + image) % 5, size, random),
                                                      levels_of(1, size, random));
                    if (image > 0) // some of it stays
                        for (std::uint8_t& fresh : picture.fresh)
                            fresh = static_cast<std::uint8_t>(random() % 2);
                    const Palette palette = random_palette(colors, random);
                    CHECK(sketch.draw(picture, palette) == plain.draw(picture, palette));
                }
                sketch.check();
            }
}

TEST_CASE("Drawing: a tree that is full is used on, and forgotten when it no longer fits") {
    std::mt19937 random{12};
    const Size size{250, 200};
    std::vector<int> levels = levels_of(0, size, random);
    std::fill(levels.begin(), levels.begin() + 15000, 50);
    for (std::size_t i = 30000; i < levels.size(); ++i)
        levels[i] = static_cast<int>(i / 7 % 256);
    for (double worth : {0.01, 8.0}) {
        Sketch sketch{size, {worth, 0.5}, Instructions::best};
        sketch.draw(picture_of(size, levels), random_palette(256, random));
        sketch.check();
    }
}

TEST_CASE("Drawing: what is not fresh stays what it was") {
    const Size size{40, 24};
    Sketch sketch{size, {8, 0.5}, Instructions::best};
    const Palette palette = grays({0, 60, 120, 180, 240});
    sketch.draw(picture_of(size, std::vector<int>(960, 60)), palette);
    StillPicture second = picture_of(size, std::vector<int>(960, 240));
    second.fresh.assign(second.fresh.size(), 0);
    second.fresh[7] = 1; // x 16 to 23, y 8 to 15
    sketch.draw(second, palette, {8, 8, 24, 8});
    sketch.check();
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const bool drawn = x >= 16 && x < 24 && y >= 8 && y < 16;
            CHECK(sketch.drawing().canvas()[static_cast<std::size_t>(y * 40 + x)].luma ==
                  (drawn ? 240 : 60) * tone_steps);
        }
}

TEST_CASE("Drawing: the mean of a dithered area is what it should be, but for what is damped") {
    // A part of the error that is rounded down at each pixel would darken all.
    const Size size{256, 256};
    for (int level : {101, 110, 127, 140, 149}) {
        Sketch sketch{size, {0.01, 1}, Instructions::best};
        sketch.draw(picture_of(size, std::vector<int>(65536, level)), grays({100, 150}));
        double sum = 0;
        for (Tone tone : sketch.drawing().canvas())
            sum += tone.luma / 8.0;
        CHECK(sum / 65536 == doctest::Approx(level).epsilon(0.004));
    }
}

TEST_CASE("Drawing: no pixel of a flat picture is farther off than the limit") {
    std::mt19937 random{13};
    const Size size{200, 150};
    const std::vector<int> levels = levels_of(2, size, random);
    Palette palette = grays({});
    std::vector<Tone> tones;
    for (int level = 0; level < 256; level += 2) {
        const auto part = static_cast<std::uint8_t>(level);
        palette.colors.push_back({part, part, part});
        tones.push_back(tone_of(palette.colors.back()));
    }
    palette.tones = ToneTable{tones};
    Sketch sketch{size, {9, 0}, Instructions::best};
    sketch.draw(picture_of(size, levels), palette);
    int worst = 0;
    for (std::size_t i = 0; i < levels.size(); ++i)
        worst = std::max(worst, std::abs(sketch.drawing().canvas()[i].luma - levels[i] * 8));
    CHECK(worst > 8);
    CHECK(worst <= 8 * 4); // the square root of 1.5 x 9, and of twice what the palette lacks
}

TEST_CASE("measure_busyness: 1 where all is smooth, more among edges, the same at the borders") {
    const Size size{32, 20};
    std::vector<std::int16_t> luma(640, 100 * 8);
    for (int y = 0; y < 20; ++y)
        for (int x = 16; x < 32; ++x)
            luma[static_cast<std::size_t>(y * 32 + x)] =
                static_cast<std::int16_t>(((x + y) % 2) * 800);
    std::vector<std::uint8_t> busyness(640);
    measure_busyness(luma, size, 0, 20, 1, busyness);
    for (int y = 0; y < 20; ++y) {
        CHECK(busyness[static_cast<std::size_t>(y * 32)] == flat);
        CHECK(busyness[static_cast<std::size_t>(y * 32 + 13)] == flat);
        // A chequer of 0 and 100 deviates by 50: 1 + 50 / 4 times.
        CHECK(busyness[static_cast<std::size_t>(y * 32 + 25)] ==
              doctest::Approx(16 * 13.5).epsilon(0.03));
    }
    measure_busyness(luma, size, 0, 20, 0, busyness);
    for (std::uint8_t value : busyness)
        CHECK(value == flat);
}
