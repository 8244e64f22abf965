#include "foreign/giflib.hpp"

#include "base/error.hpp"
#include "gif_reader.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

const std::vector<Color> three{{10, 20, 30}, {200, 100, 0}, {255, 255, 255}};

Bytes written(const GifCanvas& canvas, const std::vector<ReadImage>& images) {
    Bytes bytes;
    GifWriter writer{canvas,
                     [&](ByteView part) { bytes.insert(bytes.end(), part.begin(), part.end()); }};
    for (const ReadImage& image : images) {
        const Bytes codes = lzw_codes(image.indices, image.palette.empty() ? canvas.palette.size()
                                                                           : image.palette.size());
        writer.put({image.area, image.centiseconds, image.transparent, image.palette, codes});
    }
    writer.finish();
    return bytes;
}

ReadImage image(Area area, int centiseconds, Bytes indices,
                std::optional<std::uint8_t> transparent = std::nullopt) {
    return {area, centiseconds, -1, transparent, std::move(indices)};
}

/// One pixel of colour 1 of three.
void put_pixel(GifWriter& writer, Area area = {0, 0, 1, 1}) {
    const auto pixels = static_cast<std::size_t>(area.width * area.height);
    const Bytes codes = lzw_codes(Bytes(pixels, 1), 3);
    writer.put({area, 7, std::nullopt, {}, codes});
}

} // namespace

TEST_CASE("GifWriter: areas, delays, pixels and colours are read back as they were written") {
    GifAnimation gif = read_gif(written({{4, 3}, three, 0}, {image({0, 0, 4, 3}, 100, Bytes(12, 1)),
                                                             image({1, 1, 2, 2}, 0, {0, 2, 2, 1}),
                                                             image({3, 2, 1, 1}, 65535, {0})}));
    CHECK(gif.size == Size{4, 3});
    CHECK(gif.palette == std::vector<Color>{three[0], three[1], three[2], Color{}});
    REQUIRE(gif.images.size() == 3);
    CHECK(gif.images[0].area == Area{0, 0, 4, 3});
    CHECK(gif.images[1].area == Area{1, 1, 2, 2});
    CHECK(gif.images[2].area == Area{3, 2, 1, 1});
    CHECK(gif.images[0].centiseconds == 100);
    CHECK(gif.images[1].centiseconds == 0);
    CHECK(gif.images[2].centiseconds == 65535);
    CHECK(gif.images[0].indices == Bytes(12, 1));
    CHECK(gif.images[1].indices == Bytes{0, 2, 2, 1});
    CHECK(gif.images[2].indices == Bytes{0});
}

TEST_CASE("GifWriter: images stay below the next, which lets them through where transparent") {
    GifAnimation gif =
        read_gif(written({{2, 1}, three, 0}, {image({0, 0, 2, 1}, 1, {0, 1}, std::uint8_t{2}),
                                              image({0, 0, 2, 1}, 1, {2, 0}, std::uint8_t{2})}));
    for (const ReadImage& each : gif.images) {
        CHECK(each.disposal == DISPOSE_DO_NOT);
        CHECK(each.transparent == std::uint8_t{2});
    }
    Picture shown = gif.shown(2);
    CHECK(shown.pixels == std::vector<std::uint8_t>{10, 20, 30, 10, 20, 30});
}

TEST_CASE("GifWriter: without a transparent colour none is declared") {
    GifAnimation gif = read_gif(written({{1, 1}, three, 0}, {image({0, 0, 1, 1}, 7, {2})}));
    CHECK_FALSE(gif.images[0].transparent.has_value());
    CHECK(gif.images[0].centiseconds == 7);
}

TEST_CASE("GifWriter: the count of repeats has 16 bits") {
    for (int repeats : {0, 1, 255, 256, 65535}) {
        GifAnimation gif =
            read_gif(written({{1, 1}, three, repeats}, {image({0, 0, 1, 1}, 7, {2})}));
        CHECK(gif.repeats == repeats);
    }
}

TEST_CASE("GifWriter: one image need not say how often it is repeated") {
    Bytes bytes = written({{1, 1}, three, std::nullopt}, {image({0, 0, 1, 1}, 7, {2})});
    CHECK_FALSE(read_gif(bytes).repeats.has_value());
    CHECK(text_of(bytes).find("NETSCAPE") == std::string_view::npos);
}

TEST_CASE("GifWriter: a comment stands before the next image") {
    Bytes bytes;
    GifWriter writer{{{1, 1}, three, 0},
                     [&](ByteView part) { bytes.insert(bytes.end(), part.begin(), part.end()); }};
    const std::string comments[]{"first", std::string(600, 'x')};
    for (const std::string& comment : comments) {
        writer.comment(comment);
        put_pixel(writer);
    }
    writer.finish();
    GifAnimation gif = read_gif(bytes);
    REQUIRE(gif.images.size() == 2);
    for (std::size_t i = 0; i < 2; ++i)
        CHECK(gif.images[i].comment == comments[i]);
}

TEST_CASE("GifWriter: palettes of any size and pictures of any content are read back") {
    for (std::size_t colors : {1U, 2U, 3U, 128U, 129U, 256U}) {
        GifCanvas canvas{{300, 200}, {}, 0};
        for (std::size_t i = 0; i < colors; ++i)
            canvas.palette.push_back({static_cast<std::uint8_t>(i), 5, 9});
        Bytes indices(60000);
        std::uint32_t random = 1;
        for (std::uint8_t& index : indices) {
            random = random * 1664525 + 1013904223;
            index = static_cast<std::uint8_t>((random >> 16) % colors);
        }
        GifAnimation gif = read_gif(written(canvas, {image({0, 0, 300, 200}, 1, indices)}));
        CHECK(gif.images[0].indices == indices);
        for (std::size_t i = 0; i < colors; ++i)
            CHECK(gif.palette[i] == canvas.palette[i]);
    }
}

TEST_CASE("GifWriter: an image may have a palette of its own") {
    const std::vector<Color> own{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}, {13, 14, 15}};
    ReadImage second = image({0, 0, 2, 1}, 1, {4, 3}, std::uint8_t{3});
    second.palette = own;
    GifAnimation gif =
        read_gif(written({{2, 1}, three, 0}, {image({0, 0, 2, 1}, 1, {0, 1}), second}));
    REQUIRE(gif.images[1].palette.size() == 8);
    CHECK(std::equal(own.begin(), own.end(), gif.images[1].palette.begin()));
    CHECK(gif.shown(2).pixels == std::vector<std::uint8_t>{13, 14, 15, 200, 100, 0});
}

TEST_CASE("GifWriter: bytes reach the sink image by image") {
    std::size_t written = 0;
    GifWriter writer{{{2, 2}, three, 0}, [&](ByteView part) { written += part.size(); }};
    std::size_t before = written;
    CHECK(before > 13 + 12);
    put_pixel(writer, {0, 0, 2, 2});
    CHECK(written > before + 10);
    before = written;
    writer.finish();
    CHECK(written == before + 1);
}

TEST_CASE("GifWriter: what the sink throws reaches the caller") {
    bool full = false;
    GifWriter writer{{{2, 2}, three, 0}, [&](ByteView) {
                         if (full)
                             throw Error("disk: full", Exit::unavailable);
                     }};
    full = true;
    CHECK_THROWS_WITH_AS(put_pixel(writer, {0, 0, 2, 2}), "disk: full", Error);
}
