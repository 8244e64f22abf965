#include "verb/gif/inspect.hpp"

#include "../foreign/gif_reader.hpp"

#include "foreign/giflib.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

/// "GIF89a", a canvas of 2 x 2, a palette of four colours.
const Bytes header = Bytes{'G', 'I', 'F', '8', '9', 'a', 2, 0, 2, 0, 0x81, 0, 0} + Bytes(12, 7);
const Bytes area{0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0};
const Bytes control{0x21, 0xF9, 4, 5, 50, 0, 3, 0}; // half a second, 3 is transparent
const Bytes trailer{0x3B};

/// Image data: `codes` of three bits, for two bits a pixel. Four is to clear, five is the end.
Bytes data(const std::vector<unsigned>& codes) {
    unsigned pool = 0, count = 0;
    Bytes packed;
    for (unsigned code : codes) {
        pool |= code << count;
        count += 3;
        for (; count >= 8; count -= 8, pool >>= 8)
            packed.push_back(static_cast<std::uint8_t>(pool));
    }
    if (count > 0)
        packed.push_back(static_cast<std::uint8_t>(pool));
    return Bytes{2, static_cast<std::uint8_t>(packed.size())} + packed + Bytes{0};
}
// Two codes between clearings, so that codes stay three bits long.
const Bytes sound_data = data({4, 0, 1, 4, 0, 1, 5});

std::string fault(const Bytes& bytes) {
    GifFacts facts = inspect_gif(bytes);
    return facts.sound() ? "" : facts.faults[0];
}

/// Noise in `colors` colours, so that the dictionary fills up.
Bytes noisy(Size size, std::size_t colors, int images) {
    Bytes bytes;
    GifCanvas canvas{size, std::vector<Color>(colors), 3};
    GifWriter writer{canvas,
                     [&](ByteView part) { bytes.insert(bytes.end(), part.begin(), part.end()); }};
    std::uint32_t state = 5;
    for (int i = 0; i < images; ++i) {
        Bytes indices(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
        for (std::uint8_t& index : indices) {
            state = state * 1664525 + 1013904223;
            index = static_cast<std::uint8_t>((state >> 16) % colors);
        }
        writer.comment("2026-11-21T14:03:00Z");
        const Bytes codes = lzw_codes(indices, colors);
        writer.put({{0, 0, size.width, size.height}, 10 + i, std::nullopt, {}, codes});
    }
    writer.finish();
    return bytes;
}

} // namespace

TEST_CASE("inspect_gif: a sound GIF, by its figures") {
    Bytes loop{0x21, 0xFF, 11,  'N', 'E', 'T', 'S', 'C', 'A', 'P',
               'E',  '2',  '.', '0', 3,   1,   7,   0,   0};
    GifFacts facts =
        inspect_gif(header + loop + control + area + sound_data + area + sound_data + trailer);
    CHECK(facts.sound());
    CHECK(facts.version == "GIF89a");
    CHECK(facts.canvas == Size{2, 2});
    CHECK(facts.images == 2);
    CHECK(facts.idle_images == 0);
    CHECK(facts.repeats == 7);
    CHECK(facts.shortest == 0ms); // the second has no control extension
    CHECK(facts.longest == 500ms);
    CHECK(facts.duration == 500ms);
    CHECK(facts.global_colors == 4);
    CHECK(facts.local_palettes == 0);
    CHECK(facts.unused_colors == 1); // 0 and 1 are drawn, 3 is the transparent one
    CHECK(facts.wasted() == 3);
}

TEST_CASE("inspect_gif: what giflib writes is sound, in any number of colours") {
    for (std::size_t colors : {2U, 3U, 4U, 16U, 100U, 256U})
        for (Size size : {Size{1, 1}, Size{7, 3}, Size{200, 150}}) {
            CAPTURE(colors);
            Bytes bytes = noisy(size, colors, 3);
            GifFacts facts = inspect_gif(bytes);
            CHECK(fault(bytes) == "");
            CHECK(facts.images == 3);
            CHECK(facts.comments == 3);
            CHECK(facts.repeats == 3);
            CHECK(facts.duration == 330ms);
            CHECK(facts.bytes == bytes.size());
            CHECK(facts.bytes_after_end == 0);
            CHECK(facts.bytes_after_images == 0);
        }
}

TEST_CASE("inspect_gif: each way to be broken has its name") {
    Bytes good = header + area + sound_data + trailer;
    CHECK(fault(good) == "");
    CHECK(fault({}) == "is not a GIF");
    CHECK(fault({'G', 'I', 'F'}) == "is not a GIF");
    CHECK(fault({'G', 'I', 'F', '9', '0', 'a', 0, 0}) == "is not a GIF");
    CHECK(fault({'G', 'I', 'F', '8', '9', 'a', 2, 0}) == "is cut off in its header");
    CHECK(fault(header + trailer) == "there are no images");
    CHECK(fault(header + area + sound_data) == "is cut off: there is no end marker");
    CHECK(fault(header + area) == "frame 1: is cut off");
    CHECK(fault(header + Bytes{0x21, 0xFE, 9, 'x'}) == "is cut off in an extension");
    CHECK(fault(header + Bytes{0x7F}) == "at byte 25 there is no block, but 127");
    CHECK(fault(header + Bytes{0x21, 0xF9, 1, 0, 0} + area + sound_data + trailer) ==
          "frame 1: its control extension has a wrong length");
    auto of_data = [&](const std::vector<unsigned>& codes) {
        return fault(header + area + data(codes) + trailer);
    };
    CHECK(of_data({4, 0, 1, 5}) == "frame 1: image data ends after 2 of 4 pixels");
    CHECK(of_data({4, 0}) == "frame 1: image data ends early");
    CHECK(of_data({4, 0, 1, 4, 0, 1, 4, 4}) == "frame 1: image data has no end code");
    CHECK(of_data({4, 0, 1, 4, 0, 1, 4, 2, 5}) == "frame 1: image data has more than 4 pixels");
    CHECK(of_data({4, 6, 5}) == "frame 1: image data has the code 6, which means nothing there");
    CHECK(of_data({4, 0, 7, 5}) == "frame 1: image data has the code 7, which means nothing there");
    CHECK(fault(header + area + Bytes{9, 0} + trailer) ==
          "frame 1: a code size of 9 is not possible");
    CHECK(fault(header + area + Bytes{1, 0} + trailer) ==
          "frame 1: a code size of 1 is not possible");
    CHECK(fault(header + area + Bytes{2, 9, 1}) == "frame 1: is cut off in its image data");
    CHECK(fault(header + Bytes{0x2C, 1, 0, 0, 0, 2, 0, 2, 0, 0} + sound_data + trailer) ==
          "frame 1: reaches outside the canvas");
    CHECK(fault(header + Bytes{0x2C, 0, 0, 0, 0, 0, 0, 2, 0, 0} + data({4, 5}) + trailer) ==
          "frame 1: has no pixels");
    CHECK(fault(Bytes{'G', 'I', 'F', '8', '7', 'a', 2, 0, 2, 0, 0, 0, 0} + area + sound_data +
                trailer) == "frame 1: has no palette");
    CHECK(fault(Bytes{'G', 'I', 'F', '8', '7', 'a', 0, 0, 2, 0, 0, 0, 0}) == "the canvas is 0x2");
}

TEST_CASE("inspect_gif: a colour beyond the palette is a fault") {
    Bytes local{0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0x80};
    Bytes two(6, 1);
    CHECK(fault(header + local + two + sound_data + trailer) == "");
    CHECK(fault(header + local + two + data({4, 0, 2, 4, 0, 1, 5}) + trailer) ==
          "frame 1: uses color 2 of a palette of 2");
    GifFacts facts = inspect_gif(header + local + two + sound_data + trailer);
    CHECK(facts.local_palettes == 1);
    CHECK(facts.largest_local == 2);
    CHECK(facts.unused_colors == 4); // the global ones
}

TEST_CASE("inspect_gif: a string counts for all of its pixels and colours") {
    // 0, then "the last one and its first again": three pixels by two codes; then 1.
    GifFacts facts = inspect_gif(header + area + data({4, 0, 6, 4, 1, 5}) + trailer);
    CHECK(facts.sound());
    CHECK(facts.unused_colors == 2);
}

TEST_CASE("inspect_gif: waste is told") {
    Bytes late = data({4, 0, 1, 4, 0, 1, 5});
    late.pop_back(); // the terminator
    GifFacts facts = inspect_gif(header + area + late + Bytes{3, 9, 9, 9, 0} + trailer + Bytes(5));
    CHECK(facts.sound());
    CHECK(facts.bytes_after_images == 4);
    CHECK(facts.bytes_after_end == 5);
    CHECK(facts.wasted() == 9 + 2 * 3);
    facts = inspect_gif(header + control + area + data({4, 3, 3, 4, 3, 3, 5}) + trailer);
    CHECK(facts.idle_images == 1);
}

TEST_CASE("inspect_gif: many faults are counted, the first ones named") {
    Bytes bytes = header;
    for (int i = 0; i < 20; ++i)
        bytes = bytes + area + data({4, 0, 5});
    GifFacts facts = inspect_gif(bytes + trailer);
    CHECK(facts.images == 20);
    CHECK(facts.faults.size() == 8);
    CHECK(facts.more_faults == 12);
}

TEST_CASE("inspect_gif: cut anywhere it is broken, and at no place more than that") {
    Bytes bytes = noisy({40, 30}, 50, 2);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        CAPTURE(length);
        CHECK_FALSE(inspect_gif(ByteView{bytes}.first(length)).sound());
    }
}
