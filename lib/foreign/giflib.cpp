// giflib: the container of an animated GIF.

#include "foreign/giflib.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <utility>

#include <gif_lib.h>

namespace img {

namespace {

[[noreturn]] void fail(int code) {
    const char* text = GifErrorString(code);
    throw Error(str("GIF: ", text ? text : "unknown error of giflib"));
}

struct FreeMap {
    void operator()(ColorMapObject* map) const { GifFreeMapObject(map); }
};

std::unique_ptr<ColorMapObject, FreeMap> color_map(const std::vector<Color>& palette) {
    std::array<GifColorType, 256> colors{};
    for (std::size_t i = 0; i < palette.size(); ++i)
        colors[i] = {palette[i].red, palette[i].green, palette[i].blue};
    // A table's size is a power of two; what is left over stays black.
    int count = 1 << GifBitSize(static_cast<int>(palette.size()));
    std::unique_ptr<ColorMapObject, FreeMap> map{GifMakeMapObject(count, colors.data())};
    if (!map)
        throw std::bad_alloc{};
    return map;
}

} // namespace

/// giflib's handle, and the bytes it has written since they were last taken.
struct GifWriter::File {
    GifFileType* handle = nullptr;
    Bytes written;

    File() {
        int code = 0;
        handle = EGifOpen(this, &File::on_write, &code);
        if (!handle)
            fail(code);
    }
    ~File() {
        if (handle)
            EGifCloseFile(handle, nullptr);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    void check(int result) const {
        if (result == GIF_ERROR)
            fail(handle->Error);
    }

    // Called from C: an exception must not pass through. giflib reports a short write itself.
    static int on_write(GifFileType* handle, const GifByteType* bytes, int count) noexcept try {
        Bytes& written = static_cast<File*>(handle->UserData)->written;
        written.insert(written.end(), bytes, bytes + count);
        return count;
    } catch (const std::bad_alloc&) {
        return 0;
    }

    /// The Netscape application extension: a sub-block that says how often to repeat.
    void put_repeats(int count) const {
        std::array<GifByteType, 3> repeats{1, static_cast<GifByteType>(count & 0xFF),
                                           static_cast<GifByteType>(count >> 8)};
        check(EGifPutExtensionLeader(handle, APPLICATION_EXT_FUNC_CODE));
        check(EGifPutExtensionBlock(handle, 11, "NETSCAPE2.0"));
        check(EGifPutExtensionBlock(handle, repeats.size(), repeats.data()));
        check(EGifPutExtensionTrailer(handle));
    }

    /// In sub-blocks, whose first byte is their length; an empty one is the last. giflib has
    /// written the minimum code size.
    void put_codes(ByteView codes) const {
        std::array<GifByteType, 256> block{};
        while (!codes.empty()) {
            const std::size_t length = std::min<std::size_t>(codes.size(), 255);
            block[0] = static_cast<GifByteType>(length);
            std::copy_n(codes.data(), length, block.data() + 1);
            check(EGifPutCodeNext(handle, block.data()));
            codes = codes.subspan(length);
        }
        check(EGifPutCodeNext(handle, nullptr));
    }

    void flush(const ByteSink& sink) {
        sink(written);
        written.clear();
    }
};

int symbol_bits(std::size_t colors) {
    return std::max(2, GifBitSize(static_cast<int>(colors)));
}

GifWriter::GifWriter(const GifCanvas& canvas, ByteSink sink)
    : file_(std::make_unique<File>()), sink_(std::move(sink)) {
    assert(!canvas.palette.empty() && canvas.palette.size() <= 256);
    File& file = *file_;
    EGifSetGifVersion(file.handle, true);
    auto map = color_map(canvas.palette);
    file.check(
        EGifPutScreenDesc(file.handle, canvas.size.width, canvas.size.height, 8, 0, map.get()));

    if (canvas.repeats)
        file.put_repeats(*canvas.repeats);
    file.flush(sink_);
}

GifWriter::~GifWriter() = default;

void GifWriter::put(const GifPart& part) {
    assert(part.centiseconds >= 0 && part.centiseconds <= 65535);
    File& file = *file_;
    GraphicsControlBlock control{DISPOSE_DO_NOT, false, part.centiseconds,
                                 part.transparent ? *part.transparent : NO_TRANSPARENT_COLOR};
    std::array<GifByteType, 4> block{};
    std::size_t length = EGifGCBToExtension(&control, block.data());
    file.check(EGifPutExtension(file.handle, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(length),
                                block.data()));
    std::unique_ptr<ColorMapObject, FreeMap> own;
    if (!part.palette.empty())
        own = color_map(part.palette);
    file.check(EGifPutImageDesc(file.handle, part.area.left, part.area.top, part.area.width,
                                part.area.height, false, own.get()));
    file.put_codes(part.codes);
    file.flush(sink_);
}

void GifWriter::comment(const std::string& text) {
    file_->check(EGifPutComment(file_->handle, text.c_str()));
    file_->flush(sink_);
}

void GifWriter::finish() {
    int code = 0;
    // The handle is gone afterwards, whatever the result.
    if (EGifCloseFile(std::exchange(file_->handle, nullptr), &code) == GIF_ERROR)
        fail(code);
    file_->flush(sink_);
}

} // namespace img
