#include "foreign/libjpeg.hpp"

#include "base/error.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include <cstdio>

// Most kinds of pictures are not made by our own encoder.
#include <jpeglib.h>

using namespace img;

namespace {

struct Kind {
    std::string name;
    bool gray = false, progressive = false;
    int across = 1, down = 1; ///< luma samples for one of chroma
    int restart = 0;          ///< blocks between restart markers
};

const std::vector<Kind> kinds{
    {"gray", true, false, 1, 1, 0},
    {"4:4:4", false, false, 1, 1, 0},
    {"4:2:2", false, false, 2, 1, 0},
    {"4:2:0", false, false, 2, 2, 0},
    {"4:2:0 with restarts", false, false, 2, 2, 3},
    {"4:4:0", false, false, 1, 2, 0},
    {"progressive", false, true, 2, 2, 0},
    {"progressive gray", true, true, 1, 1, 0},
};

/// Smooth in both directions, so that it survives coding.
Picture ramp(Size size, ColorSpace space) {
    Picture picture{size, space};
    std::size_t channels = picture.channels();
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            for (std::size_t i = 0; i < channels; ++i)
                picture.row(y)[static_cast<std::size_t>(x) * channels + i] =
                    static_cast<std::uint8_t>(i == 0
                                                  ? 40 + 150 * x / size.width + 50 * y / size.height
                                                  : 110 + 20 * static_cast<int>(i));
    return picture;
}

Bytes jpeg_of(const Kind& kind, Size size) {
    Picture picture = ramp(size, kind.gray ? ColorSpace::gray : ColorSpace::ycbcr);
    jpeg_compress_struct raw{};
    jpeg_error_mgr errors{};
    raw.err = jpeg_std_error(&errors);
    jpeg_create_compress(&raw);
    unsigned char* out = nullptr;
    unsigned long length = 0;
    jpeg_mem_dest(&raw, &out, &length);
    raw.image_width = static_cast<JDIMENSION>(size.width);
    raw.image_height = static_cast<JDIMENSION>(size.height);
    raw.input_components = kind.gray ? 1 : 3;
    raw.in_color_space = kind.gray ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&raw);
    jpeg_set_quality(&raw, 83, TRUE);
    raw.comp_info[0].h_samp_factor = kind.across;
    raw.comp_info[0].v_samp_factor = kind.down;
    raw.restart_interval = static_cast<unsigned>(kind.restart);
    if (kind.progressive)
        jpeg_simple_progression(&raw);
    jpeg_start_compress(&raw, TRUE);
    while (raw.next_scanline < raw.image_height) {
        JSAMPROW row = picture.row(static_cast<int>(raw.next_scanline));
        jpeg_write_scanlines(&raw, &row, 1);
    }
    jpeg_finish_compress(&raw);
    jpeg_destroy_compress(&raw);
    Bytes jpeg(out, out + length);
    std::free(out);
    return jpeg;
}

int largest_difference(const Picture& one, const Picture& other) {
    REQUIRE(one.pixels.size() == other.pixels.size());
    int most = 0;
    for (std::size_t i = 0; i < one.pixels.size(); ++i)
        most = std::max(most, std::abs(one.pixels[i] - other.pixels[i]));
    return most;
}

std::vector<Bytes> segments_of(const Bytes& jpeg, std::uint8_t code) {
    std::vector<Bytes> out;
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (segment.marker == code)
            out.emplace_back(segment.payload.begin(), segment.payload.end());
    return out;
}

/// `jpeg` with the sides that its header claims replaced.
Bytes claiming(Bytes jpeg, Size size) {
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (segment.marker == 0xC0 || segment.marker == 0xC2) {
            std::uint8_t* at = jpeg.data() + segment.offset + 5;
            at[0] = static_cast<std::uint8_t>(size.height >> 8);
            at[1] = static_cast<std::uint8_t>(size.height);
            at[2] = static_cast<std::uint8_t>(size.width >> 8);
            at[3] = static_cast<std::uint8_t>(size.width);
        }
    return jpeg;
}

} // namespace

TEST_CASE("decode_jpeg: every kind of picture gives its pixels") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        ColorSpace space = kind.gray ? ColorSpace::gray : ColorSpace::ycbcr;
        Bytes jpeg = jpeg_of(kind, {50, 38});
        JpegHeader header = read_jpeg_header(jpeg);
        CHECK(header.size == Size{50, 38});
        CHECK(header.components == (kind.gray ? 1 : 3));
        CHECK(header.space == space);
        CHECK(largest_difference(decode_jpeg(jpeg, space), ramp({50, 38}, space)) <= 8);
        CHECK(decode_jpeg(jpeg, ColorSpace::gray).channels() == 1);
        CHECK(decode_jpeg(jpeg, ColorSpace::rgb).channels() == 3);
    }
}

TEST_CASE("decode_jpeg: a picture that is cut off anywhere is an Error") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        Bytes jpeg = jpeg_of(kind, {33, 20});
        for (std::size_t length = 0; length + 2 < jpeg.size(); ++length) {
            CAPTURE(length);
            // Exactly as long as the cut, so that a read past its end is caught.
            Bytes cut(jpeg.begin(), jpeg.begin() + static_cast<std::ptrdiff_t>(length));
            CHECK_THROWS_AS(decode_jpeg(cut, ColorSpace::gray), Error);
        }
    }
}

TEST_CASE("decode_jpeg: any byte that is changed gives a picture of that size or an Error") {
    for (const Kind& kind : kinds) {
        CAPTURE(kind.name);
        Bytes jpeg = jpeg_of(kind, {33, 20});
        int decoded = 0;
        for (std::size_t at = 0; at < jpeg.size(); ++at)
            for (std::uint8_t flip : {std::uint8_t{0xFF}, std::uint8_t{0x01}, std::uint8_t{0x80}}) {
                Bytes changed = jpeg;
                changed[at] ^= flip;
                try {
                    Picture picture = decode_jpeg(changed, ColorSpace::gray, {1, 1});
                    CHECK(picture.pixels.size() ==
                          picture.stride() * static_cast<std::size_t>(picture.size.height));
                    ++decoded;
                } catch (const Error& error) {
                    CHECK(std::string{error.what()}.starts_with("JPEG: "));
                }
            }
        CHECK(decoded > 0);
    }
}

TEST_CASE("decode_jpeg: pictures that claim to be huge are refused before memory is taken") {
    Bytes jpeg = jpeg_of({"4:4:4"}, {16, 16});
    for (Size size : {Size{65500, 1}, {1, 65500}, {16385, 16}, {16000, 16000}, {65500, 65500}}) {
        CAPTURE(size.width);
        CHECK_THROWS_AS(read_jpeg_header(claiming(jpeg, size)), Error);
        CHECK_THROWS_AS(decode_jpeg(claiming(jpeg, size), ColorSpace::gray, {1, 1}), Error);
    }
    CHECK_THROWS_AS(decode_jpeg(claiming(jpeg, {0, 16}), ColorSpace::gray), Error);
    // A size within the limits that the data does not fill is torn, not a picture.
    CHECK_THROWS_AS(decode_jpeg(claiming(jpeg, {4000, 3000}), ColorSpace::gray), Error);
}

TEST_CASE("decode_jpeg: gives the smallest of the eight sizes that covers what is wanted") {
    Bytes jpeg = jpeg_of({"4:2:0", false, false, 2, 2, 0}, {161, 90});
    auto decoded = [&](Size least) { return decode_jpeg(jpeg, ColorSpace::rgb, least).size; };
    CHECK(decoded({1, 1}) == Size{21, 12});
    CHECK(decoded({21, 12}) == Size{21, 12});
    CHECK(decoded({22, 12}) == Size{41, 23});
    CHECK(decoded({21, 13}) == Size{41, 23});
    CHECK(decoded({80, 45}) == Size{81, 45});
    CHECK(decoded({161, 90}) == Size{161, 90});
    CHECK(decoded({5000, 1}) == Size{161, 90});
    Picture small = decode_jpeg(jpeg, ColorSpace::gray, {1, 1});
    CHECK(std::abs(small.row(6)[10] - ramp({161, 90}, ColorSpace::gray).row(52)[84]) <= 4);
}

TEST_CASE("encode_jpeg: full chroma, and the same bytes for the same picture") {
    Picture picture = ramp({50, 38}, ColorSpace::rgb);
    Bytes jpeg = encode_jpeg(picture, 95);
    CHECK(jpeg == encode_jpeg(picture, 95));
    CHECK(encode_jpeg(picture, 30).size() < jpeg.size());
    CHECK(largest_difference(decode_jpeg(jpeg, ColorSpace::rgb), picture) <= 6);
    Bytes header = segments_of(jpeg, 0xC0).at(0);
    CHECK(header.at(7) == 0x11);
}
