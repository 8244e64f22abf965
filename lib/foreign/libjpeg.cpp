// libjpeg-turbo: JPEG bytes to pixels and back.

#include "foreign/libjpeg.hpp"

#include "foreign/libjpeg_handles.hpp"

namespace img {

namespace {

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
        raw.scale_denom = 8;
        for (raw.scale_num = 1; raw.scale_num < 8; ++raw.scale_num) {
            errors.guard([&] { jpeg_calc_output_dimensions(&raw); });
            if (static_cast<int>(raw.output_width) >= least.width &&
                static_cast<int>(raw.output_height) >= least.height)
                break;
        }
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

Bytes encode_jpeg(const Picture& picture, int quality) {
    Compressor compressor{picture.size, picture.space};
    compressor.full_chroma(quality);
    return compressor.encode(picture);
}

} // namespace img
