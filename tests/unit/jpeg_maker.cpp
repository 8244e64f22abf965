// JPEGs of every kind for tests, of one picture that needs no file.

#include "jpeg_maker.hpp"

#include "foreign/libjpeg_handles.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>

namespace img {

namespace {

/// Samples in the file's own colours: what they mean does not matter to the coder.
std::vector<std::uint8_t> picture_row(const JpegRecipe& recipe, int y, int channels) {
    std::vector<std::uint8_t> row;
    for (int x = 0; x < recipe.size.width; ++x)
        for (int channel = 0; channel < channels; ++channel) {
            int gradient = 40 + 120 * x / recipe.size.width + 50 * y / recipe.size.height;
            int edge = (x / 11 + y / 7 + channel) % 3 == 0 ? 45 : 0;
            // A hash of the place: the last steps of MurmurHash3.
            auto noise = static_cast<std::uint32_t>(x * 4099 + y * 65537 + channel * 257);
            noise = (noise ^ noise >> 16) * 0x85EBCA6BU;
            noise = (noise ^ noise >> 13) * 0xC2B2AE35U;
            row.push_back(
                static_cast<std::uint8_t>(gradient + edge + static_cast<int>(noise >> 28)));
        }
    return row;
}

Bytes without_huffman_tables(const Bytes& jpeg) {
    Bytes out;
    std::size_t kept = 0;
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (segment.marker == 0xC4) {
            out.insert(out.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(kept),
                       jpeg.begin() + static_cast<std::ptrdiff_t>(segment.offset));
            kept = segment.end();
        }
    out.insert(out.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(kept), jpeg.end());
    return out;
}

J_COLOR_SPACE space_of(JpegColor color) {
    switch (color) {
    case JpegColor::gray:
        return JCS_GRAYSCALE;
    case JpegColor::ycbcr:
        return JCS_YCbCr;
    case JpegColor::rgb:
        return JCS_RGB;
    case JpegColor::cmyk:
        return JCS_CMYK;
    case JpegColor::ycck:
        return JCS_YCCK;
    }
    return JCS_UNKNOWN;
}

} // namespace

Frame make_jpeg(const JpegRecipe& recipe) {
    bool progressive = recipe.coding == JpegCoding::progressive ||
                       recipe.coding == JpegCoding::arithmetic_progressive;
    bool arithmetic = recipe.coding == JpegCoding::arithmetic ||
                      recipe.coding == JpegCoding::arithmetic_progressive;
    int channels = recipe.color == JpegColor::gray ? 1 : recipe.color < JpegColor::cmyk ? 3 : 4;
    std::vector<jpeg_scan_info> script(static_cast<std::size_t>(channels));
    for (int i = 0; i < channels; ++i)
        script[static_cast<std::size_t>(i)] = {1, {i}, 0, DCTSIZE2 - 1, 0, 0};

    JpegWriter writer;
    jpeg_compress_struct& raw = writer.raw;
    writer.errors.guard([&] {
        raw.image_width = static_cast<JDIMENSION>(recipe.size.width);
        raw.image_height = static_cast<JDIMENSION>(recipe.size.height);
        raw.input_components = channels;
        raw.in_color_space = space_of(recipe.color);
        jpeg_set_defaults(&raw);
        jpeg_set_colorspace(&raw, space_of(recipe.color));
        jpeg_set_quality(&raw, recipe.quality, FALSE);
        for (int i = 0; i < channels; ++i) {
            auto index = static_cast<std::size_t>(i);
            JpegSampling factors =
                index < recipe.sampling.size() ? recipe.sampling[index] : JpegSampling{};
            raw.comp_info[i].h_samp_factor = factors.horizontal;
            raw.comp_info[i].v_samp_factor = factors.vertical;
        }
        raw.restart_interval = static_cast<unsigned>(recipe.restart);
        raw.arith_code = arithmetic ? TRUE : FALSE;
        raw.optimize_coding = recipe.tables == JpegHuffman::optimised ? TRUE : FALSE;
        if (progressive)
            jpeg_simple_progression(&raw);
        else if (recipe.scans == JpegScans::one_a_component) {
            raw.scan_info = script.data();
            raw.num_scans = channels;
        }
        jpeg_start_compress(&raw, TRUE);
    });
    for (int y = 0; y < recipe.size.height; ++y) {
        std::vector<std::uint8_t> samples = picture_row(recipe, y, channels);
        JSAMPROW row = samples.data();
        writer.errors.guard([&] { jpeg_write_scanlines(&raw, &row, 1); });
    }
    writer.errors.guard([&] { jpeg_finish_compress(&raw); });
    Bytes jpeg(writer.written().begin(), writer.written().end());
    return Frame{recipe.tables == JpegHuffman::none ? without_huffman_tables(jpeg) : jpeg};
}

const std::vector<JpegRecipe>& jpeg_recipes() {
    using enum JpegColor;
    using enum JpegCoding;
    using enum JpegHuffman;
    using enum JpegScans;
    static const std::vector<JpegRecipe> recipes{
        {.name = "4:4:4"},
        {.name = "4:2:2", .sampling = {{2, 1}}},
        {.name = "4:2:0", .sampling = {{2, 2}}},
        {.name = "4:4:0", .sampling = {{1, 2}}},
        {.name = "4:1:1", .sampling = {{4, 1}}},
        {.name = "4:1:0", .sampling = {{4, 2}}},
        {.name = "3x1", .sampling = {{3, 1}}},
        {.name = "1x3", .sampling = {{1, 3}}},
        {.name = "chroma that differs", .sampling = {{2, 2}, {1, 2}, {2, 1}}},
        {.name = "2x1 everywhere", .sampling = {{2, 1}, {2, 1}, {2, 1}}},
        {.name = "chroma finer than luma", .sampling = {{1, 1}, {2, 2}, {2, 2}}},
        {.name = "gray", .color = gray},
        {.name = "gray 2x2", .color = gray, .sampling = {{2, 2}}},
        {.name = "gray with restarts", .color = gray, .restart = 5},
        {.name = "RGB", .color = rgb},
        {.name = "CMYK", .color = cmyk},
        {.name = "YCCK", .color = ycck, .sampling = {{2, 2}, {1, 1}, {1, 1}, {2, 2}}},
        {.name = "one block", .size = {8, 8}},
        {.name = "one pixel", .size = {1, 1}, .sampling = {{2, 2}}},
        {.name = "whole MCUs", .size = {96, 64}, .sampling = {{2, 2}}},
        {.name = "a row of restarts", .sampling = {{2, 2}}, .restart = 6},
        {.name = "restarts across rows", .sampling = {{2, 2}}, .restart = 7},
        {.name = "a restart each MCU", .sampling = {{2, 1}}, .restart = 1},
        {.name = "more restarts than MCUs", .restart = 10000},
        {.name = "optimised tables", .sampling = {{2, 2}}, .tables = optimised},
        {.name = "no tables", .sampling = {{2, 1}}, .tables = none},
        {.name = "quality 1", .sampling = {{2, 2}}, .quality = 1},
        {.name = "quality 100", .sampling = {{2, 2}}, .quality = 100},
        {.name = "progressive", .sampling = {{2, 2}}, .coding = progressive},
        {.name = "progressive 4:4:4 with restarts", .restart = 7, .coding = progressive},
        {.name = "progressive gray", .color = gray, .coding = progressive},
        {.name = "progressive RGB", .color = rgb, .coding = progressive},
        {.name = "progressive CMYK", .color = cmyk, .coding = progressive},
        {.name = "progressive quality 1", .quality = 1, .coding = progressive},
        {.name = "arithmetic", .sampling = {{2, 2}}, .coding = arithmetic},
        {.name = "arithmetic gray with restarts",
         .color = gray,
         .restart = 4,
         .coding = arithmetic},
        {.name = "arithmetic YCCK", .color = ycck, .coding = arithmetic},
        {.name = "arithmetic progressive",
         .sampling = {{2, 2}},
         .restart = 9,
         .coding = arithmetic_progressive},
        {.name = "a scan a component", .sampling = {{2, 2}}, .scans = one_a_component},
        {.name = "a scan a component with restarts",
         .sampling = {{2, 1}},
         .restart = 5,
         .tables = optimised,
         .scans = one_a_component},
        {.name = "a scan a component of CMYK", .color = cmyk, .scans = one_a_component},
        {.name = "a scan a component, arithmetic", .coding = arithmetic, .scans = one_a_component},
    };
    return recipes;
}

} // namespace img
