// libjpeg-turbo: JPEG bytes to pixels and back.

#include "foreign/libjpeg.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include <jerror.h>

namespace img {

namespace {

constexpr unsigned longest_side = 16384;
constexpr unsigned long most_pixels = 64UL << 20;

/// libjpeg reports by calling back. Its C frames are left by longjmp, never by an exception: not
/// every platform can unwind them.
struct ErrorState {
    jpeg_error_mgr manager; // first, so that libjpeg's pointer to it is a pointer to us
    std::jmp_buf jump;
    bool damaged; ///< a warning said that picture data is missing or wrong
    std::array<char, JMSG_LENGTH_MAX> text;
};

ErrorState& state_of(j_common_ptr common) {
    return *reinterpret_cast<ErrorState*>(common->err);
}

[[noreturn]] void on_error(j_common_ptr common) {
    ErrorState& state = state_of(common);
    state.manager.format_message(common, state.text.data());
    std::longjmp(state.jump, 1);
}

void on_message(j_common_ptr common, int level) {
    ErrorState& state = state_of(common);
    if (level >= 0)
        return;
    switch (state.manager.msg_code) {
    case JWRN_EXTRANEOUS_DATA: // bytes between segments
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
        return;
    default:
        if (!state.damaged)
            state.manager.format_message(common, state.text.data());
        state.damaged = true;
    }
}

void prepare(ErrorState& state) {
    jpeg_std_error(&state.manager);
    state.manager.error_exit = on_error;
    state.manager.emit_message = on_message;
    state.damaged = false;
    state.text[0] = '\0';
}

/// Runs `step`, which calls libjpeg and holds nothing that has a destructor; turns libjpeg's
/// errors into ours.
template <class Step>
void guarded(ErrorState& state, Step step) {
    if (setjmp(state.jump) != 0)
        throw Error(str("JPEG: ", state.text.data()));
    step();
}

class Decompressor {
public:
    explicit Decompressor(ByteView jpeg) {
        prepare(state_);
        raw.err = &state_.manager;
        guarded(state_, [&] { jpeg_create_decompress(&raw); });
        try {
            guarded(state_, [&] {
                jpeg_mem_src(&raw, jpeg.data(), static_cast<unsigned long>(jpeg.size()));
                jpeg_read_header(&raw, TRUE);
            });
            if (raw.image_width > longest_side || raw.image_height > longest_side ||
                static_cast<unsigned long>(raw.image_width) * raw.image_height > most_pixels)
                throw Error(str("JPEG: ", raw.image_width, "x", raw.image_height,
                                " is too large; at most ", longest_side, " pixels a side and ",
                                most_pixels >> 20, " Mi pixels"));
        } catch (...) {
            jpeg_destroy_decompress(&raw);
            throw;
        }
    }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;
    ~Decompressor() { jpeg_destroy_decompress(&raw); }

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
            guarded(state_, [&] { jpeg_calc_output_dimensions(&raw); });
            if (static_cast<int>(raw.output_width) >= least.width &&
                static_cast<int>(raw.output_height) >= least.height)
                break;
        }
        guarded(state_, [&] { jpeg_start_decompress(&raw); });
        Picture picture{{static_cast<int>(raw.output_width), static_cast<int>(raw.output_height)},
                        space};
        guarded(state_, [&] {
            while (raw.output_scanline < raw.output_height) {
                JSAMPROW row = picture.row(static_cast<int>(raw.output_scanline));
                jpeg_read_scanlines(&raw, &row, 1);
            }
            jpeg_finish_decompress(&raw);
        });
        if (state_.damaged)
            throw Error(str("JPEG: ", state_.text.data()));
        return picture;
    }

    jpeg_decompress_struct raw{};

private:
    ErrorState state_{};
};

class Compressor {
public:
    explicit Compressor(Size size, ColorSpace space) {
        prepare(state_);
        raw.err = &state_.manager;
        guarded(state_, [&] { jpeg_create_compress(&raw); });
        guarded(state_, [&] {
            jpeg_mem_dest(&raw, &out_, &out_size_);
            raw.image_width = static_cast<JDIMENSION>(size.width);
            raw.image_height = static_cast<JDIMENSION>(size.height);
            raw.input_components = space == ColorSpace::gray ? 1 : 3;
            raw.in_color_space = space == ColorSpace::gray  ? JCS_GRAYSCALE
                                 : space == ColorSpace::rgb ? JCS_RGB
                                                            : JCS_YCbCr;
            jpeg_set_defaults(&raw);
        });
    }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;
    ~Compressor() {
        jpeg_destroy_compress(&raw);
        std::free(out_);
    }

    void full_chroma(int quality) {
        guarded(state_, [&] {
            jpeg_set_quality(&raw, quality, TRUE);
            raw.comp_info[0].h_samp_factor = raw.comp_info[0].v_samp_factor = 1;
        });
    }

    void like(jpeg_decompress_struct& original) {
        guarded(state_, [&] {
            // Also copies the tables; then the colour space of the file is what the pixels are in.
            jpeg_copy_critical_parameters(&original, &raw);
            raw.optimize_coding = TRUE;
        });
    }

    Bytes encode(const Picture& picture) {
        guarded(state_, [&] {
            jpeg_start_compress(&raw, TRUE);
            while (raw.next_scanline < raw.image_height) {
                auto* row = const_cast<JSAMPROW>(picture.row(static_cast<int>(raw.next_scanline)));
                jpeg_write_scanlines(&raw, &row, 1);
            }
            jpeg_finish_compress(&raw);
        });
        return Bytes(out_, out_ + out_size_);
    }

private:
    jpeg_compress_struct raw{};
    ErrorState state_{};
    unsigned char* out_ = nullptr;
    unsigned long out_size_ = 0;
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

Bytes encode_jpeg_like(ByteView original, const Picture& picture) {
    Decompressor source{original};
    Compressor compressor{picture.size, picture.space};
    compressor.like(source.raw);
    return compressor.encode(picture);
}

} // namespace img
