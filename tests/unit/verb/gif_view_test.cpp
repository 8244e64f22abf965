#include "verb/gif/view.hpp"

#include "../foreign/gif_reader.hpp"
#include "../scratch.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/gif.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr Color red{200, 30, 30}, green{30, 160, 30}, blue{40, 40, 200}, white{230, 230, 230};

/// Four quarters of these colours: red and green above blue and white.
Picture quarters(Size size) {
    Picture picture{size, ColorSpace::rgb};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            Color color = y < size.height / 2  ? x < size.width / 2 ? red : green
                          : x < size.width / 2 ? blue
                                               : white;
            std::uint8_t* pixel = picture.row(y) + x * 3;
            pixel[0] = color.red;
            pixel[1] = color.green;
            pixel[2] = color.blue;
        }
    return picture;
}

/// A JPEG of it whose EXIF says no more than this orientation.
Bytes turned_jpeg(Size size, int orientation) {
    Bytes jpeg = encode_jpeg(quarters(size), 95);
    Bytes exif{0xFF,
               0xE1,
               0,
               34,
               'E',
               'x',
               'i',
               'f',
               0,
               0,
               'I',
               'I',
               42,
               0,
               8,
               0,
               0,
               0,
               1,
               0,
               0x12,
               1,
               3,
               0,
               1,
               0,
               0,
               0,
               static_cast<std::uint8_t>(orientation),
               0,
               0,
               0,
               0,
               0,
               0,
               0};
    jpeg.insert(jpeg.begin() + 2, exif.begin(), exif.end());
    return jpeg;
}

char name_at(const Picture& picture, int x, int y) {
    const std::uint8_t* pixel = picture.row(y) + x * 3;
    for (auto [color, name] : {std::pair{red, 'r'}, {green, 'g'}, {blue, 'b'}, {white, 'w'}})
        if (std::abs(pixel[0] - color.red) + std::abs(pixel[1] - color.green) +
                std::abs(pixel[2] - color.blue) <
            60)
            return name;
    return '?';
}

/// The colours of the four quarters of the GIF of this frame, row by row, and its size.
std::string shown(const Bytes& jpeg, const GifOptions& options) {
    Scratch scratch;
    write_file(scratch / "a.jpg", jpeg);
    FrameList frames;
    frames.add_file(scratch / "a.jpg");
    Bytes bytes;
    make_gif(frames, options,
             [&](ByteView part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
    Picture picture = read_gif(bytes).shown(1);
    int right = picture.size.width * 3 / 4, below = picture.size.height * 3 / 4;
    int left = picture.size.width / 4, above = picture.size.height / 4;
    std::string names{name_at(picture, left, above), name_at(picture, right, above),
                      name_at(picture, left, below), name_at(picture, right, below)};
    return str(names, " ", picture.size.width, "x", picture.size.height);
}

} // namespace

TEST_CASE("make_gif: pictures are shown the right way up, whole and made smaller") {
    const char* names[]{"", "rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        Bytes jpeg = turned_jpeg({320, 192}, orientation);
        bool upright = orientation < 5;
        CHECK(shown(jpeg, {}) == str(names[orientation], upright ? " 320x192" : " 192x320"));
        GifOptions options;
        options.size = {80, 80};
        CHECK(shown(jpeg, options) == str(names[orientation], upright ? " 80x48" : " 48x80"));
    }
}

TEST_CASE("make_gif: a crop is of the picture the right way up, before it is made smaller") {
    for (int orientation : {1, 3, 6, 8}) {
        CAPTURE(orientation);
        Bytes jpeg = turned_jpeg({320, 320}, orientation);
        std::string whole = shown(jpeg, {});
        for (Size size : {Size{1280, 720}, {20, 20}}) {
            GifOptions options;
            options.size = size;
            std::string expected = size.width < 100 ? " 20x20" : " 100x100";
            options.crop = Area{30, 40, 100, 100};
            CHECK(shown(jpeg, options) == std::string(4, whole[0]) + expected);
            options.crop = Area{200, 40, 100, 100};
            CHECK(shown(jpeg, options) == std::string(4, whole[1]) + expected);
            options.crop = Area{220, 220, 100, 100};
            CHECK(shown(jpeg, options) == std::string(4, whole[3]) + expected);
            options.crop = Area{110, 110, 100, 100};
            CHECK(shown(jpeg, options) == whole.substr(0, 4) + expected);
        }
    }
}
