// libjpeg-turbo: JPEG bytes to pixels and back.

#include "foreign/libjpeg.hpp"

#include "foreign/libjpeg_handles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace img {

namespace {

/// Samples a side of what becomes of a block of 8 x 8; the same both ways.
int block_side(const jpeg_component_info& component) {
#if JPEG_LIB_VERSION >= 70
    return component.DCT_h_scaled_size;
#else
    return component.DCT_scaled_size;
#endif
}

/// JFIF's conversion.
std::array<std::uint8_t, 3> ycbcr_of(const std::uint8_t* rgb) {
    double r = rgb[0], g = rgb[1], b = rgb[2];
    double y = 0.299 * r + 0.587 * g + 0.114 * b;
    auto rounded = [](double value) {
        return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    };
    return {rounded(y), rounded(128 + (b - y) / 1.772), rounded(128 + (r - y) / 1.402)};
}

class Decompressor : public JpegReader {
public:
    using JpegReader::JpegReader;

    JpegHeader header() const {
        JpegHeader header;
        header.size = {static_cast<int>(raw.image_width), static_cast<int>(raw.image_height)};
        header.components = raw.num_components;
        header.space = raw.jpeg_color_space == JCS_GRAYSCALE ? ColorSpace::gray
                       : raw.jpeg_color_space == JCS_RGB     ? ColorSpace::rgb
                                                             : ColorSpace::ycbcr;
        return header;
    }

    Picture decode(ColorSpace space, Size least) {
        if (raw.num_components != 1 && raw.num_components != 3)
            throw Error(str("JPEG: ", raw.num_components, " components (CMYK) are not supported"));
        raw.out_color_space = space == ColorSpace::gray  ? JCS_GRAYSCALE
                              : space == ColorSpace::rgb ? JCS_RGB
                                                         : JCS_YCbCr;
        scale_to({1, 2, 3, 4, 5, 6, 7, 8}, least);
        errors.guard([&] { jpeg_start_decompress(&raw); });
        Picture picture{{static_cast<int>(raw.output_width), static_cast<int>(raw.output_height)},
                        space};
        errors.guard([&] {
            while (raw.output_scanline < raw.output_height) {
                JSAMPROW row = picture.row(static_cast<int>(raw.output_scanline));
                jpeg_read_scanlines(&raw, &row, 1);
            }
            jpeg_finish_decompress(&raw);
        });
        errors.refuse_damage();
        return picture;
    }

    JpegPlanes decode_planes(Size least) {
        JpegPlanes planes{header().size, {}};
        // Of the others, four components are refused by decode.
        if (raw.jpeg_color_space != JCS_YCbCr && raw.jpeg_color_space != JCS_GRAYSCALE) {
            split(least, planes);
            return planes;
        }
        raw.raw_data_out = TRUE;
        scale_to({1, 2, 4, 8}, least);
        errors.guard([&] { jpeg_start_decompress(&raw); });
        for (int c = 0; c < raw.num_components; ++c)
            planes.channels.push_back(room_for(raw.comp_info[c]));
        errors.guard([&] {
            while (raw.output_scanline < raw.output_height)
                read_row_of_blocks(planes);
            jpeg_finish_decompress(&raw);
        });
        errors.refuse_damage();
        return planes;
    }

private:
    /// Chooses the first of `eighths` in which the picture covers `least`; the last is the full
    /// size.
    void scale_to(std::initializer_list<unsigned> eighths, Size least) {
        raw.scale_denom = 8;
        for (unsigned scale : eighths) {
            raw.scale_num = scale;
            errors.guard([&] { jpeg_calc_output_dimensions(&raw); });
            if (static_cast<int>(raw.output_width) >= least.width &&
                static_cast<int>(raw.output_height) >= least.height)
                break;
        }
    }

    /// Whole blocks are decoded, so the plane has room for them behind its last column and row.
    JpegChannel room_for(const jpeg_component_info& component) const {
        double side = block_side(component);
        JpegChannel channel;
        channel.across = component.h_samp_factor * side / (raw.max_h_samp_factor * 8);
        channel.down = component.v_samp_factor * side / (raw.max_v_samp_factor * 8);
        channel.plane.size = {static_cast<int>(component.downsampled_width),
                              static_cast<int>(component.downsampled_height)};
        auto blocks = static_cast<std::size_t>(block_side(component));
        channel.plane.stride = component.width_in_blocks * blocks;
        channel.plane.samples.resize(channel.plane.stride * raw.total_iMCU_rows * blocks *
                                     static_cast<std::size_t>(component.v_samp_factor));
        return channel;
    }

    void read_row_of_blocks(JpegPlanes& planes) {
        std::array<std::array<JSAMPROW, MAX_SAMP_FACTOR * DCTSIZE>, 3> rows;
        std::array<JSAMPARRAY, 3> channels{};
        for (std::size_t c = 0; c < planes.channels.size(); ++c) {
            Plane& plane = planes.channels[c].plane;
            auto high = static_cast<std::size_t>(raw.comp_info[c].v_samp_factor *
                                                 block_side(raw.comp_info[c]));
            for (std::size_t y = 0; y < high; ++y)
                rows[c][y] = plane.samples.data() + (raw.output_iMCU_row * high + y) * plane.stride;
            channels[c] = rows[c].data();
        }
        jpeg_read_raw_data(&raw, channels.data(), MAX_SAMP_FACTOR * DCTSIZE);
    }

    void split(Size least, JpegPlanes& planes) {
        Picture picture = decode(ColorSpace::rgb, least);
        double scale = raw.scale_num / 8.0;
        Plane plane{picture.size, static_cast<std::size_t>(picture.size.width), {}};
        plane.samples.resize(picture.pixels.size() / 3);
        planes.channels.assign(3, {plane, scale, scale});
        for (std::size_t i = 0; i < plane.samples.size(); ++i) {
            std::array<std::uint8_t, 3> pixel = ycbcr_of(&picture.pixels[3 * i]);
            for (std::size_t c = 0; c < 3; ++c)
                planes.channels[c].plane.samples[i] = pixel[c];
        }
    }
};

class Compressor : public JpegWriter {
public:
    Compressor(Size size, ColorSpace space) {
        errors.guard([&] {
            raw.image_width = static_cast<JDIMENSION>(size.width);
            raw.image_height = static_cast<JDIMENSION>(size.height);
            raw.input_components = space == ColorSpace::gray ? 1 : 3;
            raw.in_color_space = space == ColorSpace::gray  ? JCS_GRAYSCALE
                                 : space == ColorSpace::rgb ? JCS_RGB
                                                            : JCS_YCbCr;
            jpeg_set_defaults(&raw);
        });
    }

    void full_chroma(int quality) {
        errors.guard([&] {
            jpeg_set_quality(&raw, quality, TRUE);
            raw.comp_info[0].h_samp_factor = raw.comp_info[0].v_samp_factor = 1;
        });
    }

    Bytes encode(const Picture& picture) {
        errors.guard([&] {
            jpeg_start_compress(&raw, TRUE);
            while (raw.next_scanline < raw.image_height) {
                auto* row = const_cast<JSAMPROW>(picture.row(static_cast<int>(raw.next_scanline)));
                jpeg_write_scanlines(&raw, &row, 1);
            }
            jpeg_finish_compress(&raw);
        });
        ByteView jpeg = written();
        return Bytes(jpeg.begin(), jpeg.end());
    }
};

} // namespace

JpegHeader read_jpeg_header(ByteView jpeg) {
    return Decompressor{jpeg}.header();
}

Picture decode_jpeg(ByteView jpeg, ColorSpace space, Size least) {
    return Decompressor{jpeg}.decode(space, least);
}

JpegPlanes decode_jpeg_planes(ByteView jpeg, Size least) {
    return Decompressor{jpeg}.decode_planes(least);
}

Bytes encode_jpeg(const Picture& picture, int quality) {
    Compressor compressor{picture.size, picture.space};
    compressor.full_chroma(quality);
    return compressor.encode(picture);
}

} // namespace img
