// What the files of libjpeg's room share: owned handles, and its errors. Not for others.
#pragma once

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>

#include <jerror.h>

namespace img {

/// libjpeg reports by calling back. Its C frames are left by longjmp, never by an exception: not
/// every platform can unwind them.
class JpegErrors {
public:
    JpegErrors() {
        jpeg_std_error(&manager_);
        manager_.error_exit = on_error;
        manager_.emit_message = on_message;
    }
    jpeg_error_mgr* manager() { return &manager_; }

    /// Runs `step`, which calls libjpeg and holds nothing that has a destructor; turns libjpeg's
    /// errors into ours.
    template <class Step>
    void guard(Step step) {
        if (!attempt(step))
            throw Error(str("JPEG: ", text_.data()));
    }
    /// As guard, but says whether libjpeg did it.
    template <class Step>
    bool attempt(Step step) {
        if (setjmp(jump_) != 0)
            return false;
        step();
        return true;
    }
    /// Throws Error when a warning said that picture data is missing or wrong.
    void refuse_damage() const {
        if (damaged_)
            throw Error(str("JPEG: ", text_.data()));
    }

private:
    static JpegErrors& of(j_common_ptr common) {
        return *reinterpret_cast<JpegErrors*>(common->err);
    }
    [[noreturn]] static void on_error(j_common_ptr common) {
        JpegErrors& errors = of(common);
        errors.manager_.format_message(common, errors.text_.data());
        std::longjmp(errors.jump_, 1);
    }
    static void on_message(j_common_ptr common, int level) {
        JpegErrors& errors = of(common);
        if (level >= 0)
            return;
        switch (errors.manager_.msg_code) {
        case JWRN_EXTRANEOUS_DATA: // bytes between segments
        case JWRN_JFIF_MAJOR:
        case JWRN_ADOBE_XFORM:
            return;
        default:
            if (!errors.damaged_)
                errors.manager_.format_message(common, errors.text_.data());
            errors.damaged_ = true;
        }
    }

    jpeg_error_mgr manager_{}; // first, so that libjpeg's pointer to it is a pointer to us
    std::jmp_buf jump_{};
    bool damaged_ = false;
    std::array<char, JMSG_LENGTH_MAX> text_{};
};

/// A decompressor behind the header of `jpeg`, which must outlive it.
class JpegReader {
public:
    /// Throws Error for a broken header, and for pictures of more than 16384 pixels a side or 64 Mi
    /// pixels in all.
    explicit JpegReader(ByteView jpeg) {
        raw.err = errors.manager();
        errors.guard([&] { jpeg_create_decompress(&raw); });
        try {
            errors.guard([&] {
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
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&raw); }

    jpeg_decompress_struct raw{};
    JpegErrors errors;

private:
    static constexpr unsigned longest_side = 16384;
    static constexpr unsigned long most_pixels = 64UL << 20;
};

/// A compressor into memory.
class JpegWriter {
public:
    JpegWriter() {
        raw.err = errors.manager();
        errors.guard([&] { jpeg_create_compress(&raw); });
        try {
            errors.guard([&] { jpeg_mem_dest(&raw, &out_, &out_size_); });
        } catch (...) {
            jpeg_destroy_compress(&raw);
            throw;
        }
    }
    JpegWriter(const JpegWriter&) = delete;
    JpegWriter& operator=(const JpegWriter&) = delete;
    ~JpegWriter() {
        jpeg_destroy_compress(&raw);
        std::free(out_);
    }

    /// What was written, behind jpeg_finish_compress; as long as this object lives.
    ByteView written() const { return {out_, out_size_}; }

    jpeg_compress_struct raw{};
    JpegErrors errors;

private:
    unsigned char* out_ = nullptr;
    unsigned long out_size_ = 0;
};

} // namespace img
