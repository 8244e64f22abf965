// giflib: the container of an animated GIF.

#include "foreign/giflib.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

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
    int transparent = NO_TRANSPARENT_COLOR;

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

    void flush(const ByteSink& sink) {
        sink(written);
        written.clear();
    }
};

GifWriter::GifWriter(const GifCanvas& canvas, ByteSink sink)
    : file_(std::make_unique<File>()), sink_(std::move(sink)) {
    assert(!canvas.palette.empty() && canvas.palette.size() <= 256);
    File& file = *file_;
    if (canvas.transparent)
        file.transparent = *canvas.transparent;
    EGifSetGifVersion(file.handle, true);
    auto map = color_map(canvas.palette);
    file.check(
        EGifPutScreenDesc(file.handle, canvas.size.width, canvas.size.height, 8, 0, map.get()));

    if (canvas.repeats)
        file.put_repeats(*canvas.repeats);
    file.flush(sink_);
}

GifWriter::~GifWriter() = default;

void GifWriter::put(GifArea area, int centiseconds, std::span<const std::uint8_t> indices) {
    assert(centiseconds >= 0 && centiseconds <= 65535);
    assert(indices.size() ==
           static_cast<std::size_t>(area.width) * static_cast<std::size_t>(area.height));
    File& file = *file_;
    GraphicsControlBlock control{DISPOSE_DO_NOT, false, centiseconds, file.transparent};
    std::array<GifByteType, 4> block{};
    std::size_t length = EGifGCBToExtension(&control, block.data());
    file.check(EGifPutExtension(file.handle, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(length),
                                block.data()));
    file.check(EGifPutImageDesc(file.handle, area.left, area.top, area.width, area.height, false,
                                nullptr));
    // giflib masks the pixels where they stand, so each row is copied.
    std::vector<GifPixelType> row(static_cast<std::size_t>(area.width));
    for (std::size_t at = 0; at < indices.size(); at += row.size()) {
        std::copy_n(indices.data() + at, row.size(), row.data());
        file.check(EGifPutLine(file.handle, row.data(), area.width));
    }
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
