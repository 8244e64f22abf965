#include "verb/gif.hpp"

#include "../foreign/gif_reader.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "foreign/libjpeg.hpp"

#include <cmath>
#include <cstdlib>
#include <doctest/doctest.h>
#include <unistd.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

constexpr Size size{192, 128};

std::uint8_t byte(double value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

/// A hazy evening: smooth colours, and a sensor's noise that `seed` throws.
Picture evening(std::uint32_t seed, double deviation) {
    Picture picture{size, ColorSpace::rgb};
    std::uint32_t state = seed * 2654435761U + 1;
    auto noise = [&] {
        double sum = 0;
        for (int i = 0; i < 4; ++i) {
            state = state * 1664525 + 1013904223;
            sum += (state >> 8) / 16777216.0 - 0.5;
        }
        return sum * 1.73 * deviation;
    };
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            std::uint8_t* pixel = picture.row(y) + x * 3;
            double grain = noise();
            pixel[0] = byte(60 + y * 0.9 + grain);
            pixel[1] = byte(70 + y * 0.5 + x * 0.2 + grain);
            pixel[2] = byte(140 - y * 0.4 + grain);
        }
    return picture;
}

void put_car(Picture& picture, int left) {
    for (int y = 60; y < 84; ++y)
        for (int x = std::max(left, 0); x < std::min(left + 32, size.width); ++x) {
            std::uint8_t* pixel = picture.row(y) + x * 3;
            pixel[0] = 210;
            pixel[1] = 30;
            pixel[2] = 25;
        }
}

/// The picture as a camera sees it that has turned by `columns`.
Picture turned(const Picture& picture, int columns) {
    Picture out = picture;
    for (int y = 0; y < picture.size.height; ++y)
        std::rotate(out.row(y), out.row(y) + columns * 3, out.row(y) + out.stride());
    return out;
}

/// Frames as files, in a directory that is gone with the test.
class Frames {
public:
    Frames() {
        std::string name = (fs::temp_directory_path() / "gif_make_test.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        directory_ = name;
    }
    ~Frames() { fs::remove_all(directory_); }
    void add(const Picture& picture, std::optional<Instant> time = std::nullopt) {
        add(encode_jpeg(picture, 95), time);
    }
    void add(const Bytes& jpeg, std::optional<Instant> time = std::nullopt) {
        fs::path path = directory_ / str(list.size(), ".jpg");
        write_file(path, jpeg);
        list.add_file(path, time);
    }
    FrameList list;

private:
    fs::path directory_;
};

struct Made {
    Bytes bytes;
    GifSummary summary;
    GifAnimation gif;
};

Made made(const FrameList& frames, const GifOptions& options = {}) {
    Made made;
    made.summary = make_gif(frames, options, [&](ByteView part) {
        made.bytes.insert(made.bytes.end(), part.begin(), part.end());
    });
    made.gif = read_gif(made.bytes);
    CHECK(made.summary.bytes == made.bytes.size());
    return made;
}

/// The mean absolute difference of what the eye sees, as it takes dithering's patterns together:
/// of means of 8 x 8 pixels; and the largest of them.
struct Difference {
    double mean = 0, largest = 0;
};

Difference difference(const Picture& a, const Picture& b) {
    Difference difference;
    REQUIRE(a.size == b.size);
    int blocks = 0;
    for (int top = 0; top + 8 <= a.size.height; top += 8)
        for (int left = 0; left + 8 <= a.size.width; left += 8, ++blocks) {
            double of_block = 0;
            for (int c = 0; c < 3; ++c) {
                double sum = 0;
                for (int y = top; y < top + 8; ++y)
                    for (int x = left; x < left + 8; ++x)
                        sum += a.row(y)[x * 3 + c] - b.row(y)[x * 3 + c];
                of_block = std::max(of_block, std::abs(sum) / 64);
            }
            difference.mean += of_block;
            difference.largest = std::max(difference.largest, of_block);
        }
    difference.mean /= blocks;
    return difference;
}

} // namespace

TEST_CASE(
    "make_gif: a car that drives through leaves no trail, at any quality and number of colours") {
    Frames frames;
    std::vector<Picture> scenes;
    for (int i = 0; i < 9; ++i) {
        scenes.push_back(evening(static_cast<std::uint32_t>(i), 1.5));
        put_car(scenes.back(), -40 + i * 29);
        frames.add(scenes.back());
    }
    for (int colors : {256, 192, 128})
        for (double quality : {95.0, 80.0, 60.0}) {
            GifOptions options;
            options.colors = colors;
            options.quality = quality;
            Made result = made(frames.list, options);
            REQUIRE(result.gif.images.size() == scenes.size());
            for (std::size_t i = 0; i < scenes.size(); ++i) {
                Difference from = difference(result.gif.shown(i + 1), scenes[i]);
                CHECK(from.mean < 2.5);
                CHECK(from.largest < 10);
            }
        }
}

TEST_CASE("make_gif: a still scene costs little, however its noise changes") {
    Frames one, still, driving, panned;
    one.add(evening(0, 1.5));
    for (std::uint32_t i = 0; i < 8; ++i) {
        Picture picture = evening(i, 1.5);
        still.add(picture);
        panned.add(turned(picture, static_cast<int>(i) * 24));
        put_car(picture, static_cast<int>(i) * 20);
        driving.add(picture);
    }
    std::size_t first = made(one.list).bytes.size();
    std::size_t of_noise = made(still.list).bytes.size() - first;
    std::size_t of_car = made(driving.list).bytes.size() - first;
    std::size_t of_pan = made(panned.list).bytes.size() - first;
    // Of seven more pictures each.
    CHECK(of_noise < 7 * first / 15);
    CHECK(of_noise < of_pan / 10);
    CHECK(of_noise < of_car);
    CHECK(of_car < of_pan / 5);
}

TEST_CASE("make_gif: the same frame again is shown for longer and drawn once") {
    Frames frames;
    for (int i = 0; i < 5; ++i)
        frames.add(evening(1, 2));
    Made result = made(frames.list);
    REQUIRE(result.gif.images.size() == 1);
    CHECK(result.gif.images[0].centiseconds == 500);
    CHECK(result.summary.frames == 5);
    CHECK(result.summary.duration == 5s);
}

TEST_CASE("make_gif: merged delays keep the total, also beyond a delay's 16 bits") {
    Frames frames;
    for (int i = 0; i < 14; ++i) {
        Picture picture = evening(1, 2);
        if (i == 13)
            put_car(picture, 50);
        frames.add(picture);
    }
    GifOptions options;
    options.delay = 60s;
    Made result = made(frames.list, options);
    REQUIRE(result.gif.images.size() == 3);
    CHECK(result.gif.images[0].centiseconds == 65535);
    CHECK(result.gif.images[1].centiseconds == 78000 - 65535);
    CHECK(result.gif.images[2].centiseconds == 6000);
    CHECK(result.gif.duration() == 84000);
    CHECK(result.summary.duration == 840s);
    // What goes on waiting is not seen.
    CHECK(result.gif.images[1].area == Area{0, 0, 1, 1});
    CHECK(result.gif.shown(2).pixels == result.gif.shown(1).pixels);
}

TEST_CASE("make_gif: only the part that changed is in an image") {
    Frames frames;
    Picture picture = evening(1, 0);
    frames.add(picture);
    put_car(picture, 80);
    frames.add(picture);
    Made result = made(frames.list);
    REQUIRE(result.gif.images.size() == 2);
    Area area = result.gif.images[1].area;
    CHECK(area.left >= 64);
    CHECK(area.top >= 44);
    CHECK(area.left + area.width <= 128);
    CHECK(area.top + area.height <= 100);
}

TEST_CASE("make_gif: grey frames give a grey GIF") {
    Frames frames;
    Picture picture{size, ColorSpace::gray};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        picture.pixels[i] = static_cast<std::uint8_t>(40 + i % 192 / 2);
    frames.add(picture);
    Made result = made(frames.list);
    for (Color color : result.gif.palette) {
        CHECK(color.red == color.green);
        CHECK(color.green == color.blue);
    }
}

TEST_CASE("make_gif: colours are bounded, and save bytes in their order") {
    Frames frames;
    for (std::uint32_t i = 0; i < 3; ++i) {
        Picture picture = evening(i, 4);
        put_car(picture, static_cast<int>(i) * 60);
        frames.add(picture);
    }
    std::size_t before = static_cast<std::size_t>(-1);
    for (auto [colors, most] : {std::pair{256, 256U}, {192, 192U}, {128, 128U}}) {
        GifOptions options;
        options.colors = colors;
        Made result = made(frames.list, options);
        CHECK(result.summary.colors <= most);
        CHECK(result.summary.colors > most / 2);
        CHECK(result.bytes.size() < before);
        before = result.bytes.size();
    }
}

TEST_CASE("make_gif: what is broken is dropped, and its time is not shown") {
    Frames frames;
    Bytes torn = encode_jpeg(evening(1, 2), 90);
    torn.erase(torn.begin() + 1500, torn.end() - 2);
    frames.add(torn);
    Picture picture = evening(1, 2);
    frames.add(picture);
    frames.add(Bytes{});
    put_car(picture, 40);
    frames.add(picture);
    Made result = made(frames.list);
    CHECK(result.summary.frames == 2);
    CHECK(result.summary.dropped == 2);
    CHECK(result.gif.duration() == 200);
}

TEST_CASE("make_gif: without a frame that decodes there is an error, and nothing was written") {
    Frames frames;
    frames.add(Bytes{1, 2, 3});
    bool written = false;
    auto sink = [&](ByteView) { written = true; };
    CHECK_THROWS_WITH_AS(make_gif(frames.list, {}, sink), "no frames", Error);
    CHECK_THROWS_WITH_AS(make_gif(FrameList{}, {}, sink), "no frames", Error);
    CHECK_FALSE(written);
}

TEST_CASE("make_gif: another size is centred on black, its aspect kept") {
    Frames frames;
    frames.add(evening(1, 0));
    Picture tall{{64, 128}, ColorSpace::rgb};
    std::fill(tall.pixels.begin(), tall.pixels.end(), std::uint8_t{200});
    frames.add(tall);
    Made result = made(frames.list);
    Picture shown = result.gif.shown(2);
    CHECK(shown.size == size);
    for (int x : {0, 20, 60, 131, 170, 191})
        CHECK(static_cast<int>(shown.row(64)[x * 3]) <= 6);
    for (int x : {66, 96, 125})
        CHECK(std::abs(shown.row(64)[x * 3] - 200) <= 6);
}

TEST_CASE("make_gif: progress only grows and ends with all done") {
    Frames frames;
    for (std::uint32_t i = 0; i < 30; ++i)
        frames.add(evening(1, 1));
    std::size_t last = 0, of = 0;
    make_gif(
        frames.list, {}, [](ByteView) {},
        [&](std::size_t done, std::size_t total) {
            CHECK(done >= last);
            last = done;
            of = total;
        });
    CHECK(of == 30);
    CHECK(last == of);
}

TEST_CASE("make_gif: each image is reported with its frame, time, area and bytes") {
    Frames frames;
    Picture picture = evening(1, 0);
    Instant noon = parse_iso_time("2026-11-21T12:00:00Z").value();
    frames.add(picture, noon);
    frames.add(picture, noon + 1s); // still: it prolongs the first
    put_car(picture, 80);
    frames.add(picture, noon + 2500ms);
    GifOptions options;
    options.hold_last = 3s;
    Made result = made(frames.list, options);
    REQUIRE(result.summary.images.size() == 2);
    const GifImage &first = result.summary.images[0], &last = result.summary.images[1];
    CHECK(first.place == frames.list.place(0));
    CHECK(first.time == noon);
    CHECK(first.delay == 2s);
    CHECK(first.area == Area{0, 0, size.width, size.height});
    CHECK(last.place == frames.list.place(2));
    CHECK(last.time == noon + 2500ms);
    CHECK(last.delay == 3s);
    CHECK(last.area == result.gif.images[1].area);
    CHECK(last.colors >= 1);
    CHECK(last.colors < first.colors);
    CHECK(first.bytes + last.bytes < result.bytes.size());
    CHECK(first.bytes + last.bytes + 13 + 768 + 19 + 1 == result.bytes.size());
    CHECK(result.gif.images[0].comment == "2026-11-21T12:00:00Z");
    CHECK(result.gif.images[1].comment == "2026-11-21T12:00:02.500Z");
    options.no_times = true;
    CHECK(made(frames.list, options).gif.images[0].comment == "");
}

TEST_CASE("make_gif: there and back, each frame is decoded anew and shown as it was") {
    Frames frames;
    for (int i = 0; i < 3; ++i) {
        Picture picture = evening(1, 0);
        put_car(picture, i * 60);
        frames.add(picture);
    }
    GifOptions options;
    options.bounce = true;
    Made result = made(frames.list, options);
    REQUIRE(result.gif.images.size() == 4);
    CHECK(result.summary.frames == 3);
    CHECK(difference(result.gif.shown(4), result.gif.shown(2)).largest < 3);
    CHECK(result.gif.duration() == 400);
}

TEST_CASE("fitting_quality: what it finds fits, and what never fits is told") {
    Frames frames;
    for (std::uint32_t i = 0; i < 3; ++i)
        frames.add(evening(i, 6));
    GifOptions options;
    options.quality = 1;
    std::size_t least = made(frames.list, options).bytes.size();
    options.quality = 100;
    std::size_t most = made(frames.list, options).bytes.size();
    REQUIRE(least < most);
    options.max_bytes = (least + most) / 2;
    int trials = 0;
    options.quality =
        fitting_quality(frames.list, options, [&](int trial, std::size_t done, std::size_t total) {
            CHECK(trial >= trials);
            CHECK(done <= total);
            trials = trial;
        });
    CHECK(trials <= 7);
    CHECK(made(frames.list, options).bytes.size() <= *options.max_bytes);
    options.max_bytes = least - 1;
    CHECK_THROWS_WITH_AS(
        fitting_quality(frames.list, options),
        str("does not fit into ", least - 1, " bytes: quality 1 takes ", least).c_str(), Error);
}
