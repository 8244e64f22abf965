// giflib: the container of an animated GIF.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace img {

/// Where bytes go, in order; may throw.
using ByteSink = std::function<void(ByteView)>;

/// A rectangle of the canvas.
struct GifArea {
    int left = 0, top = 0, width = 0, height = 0;
    bool operator==(const GifArea&) const = default;
};

/// What the whole animation shares.
struct GifCanvas {
    Size size;                  ///< each side 1 to 65535
    std::vector<Color> palette; ///< 1 to 256 colours
    /// Which index of the palette lets the picture below through.
    std::optional<std::uint8_t> transparent;
    /// How often it is repeated after the first time; 0 is for ever. Absent: not said, as for one
    /// image.
    std::optional<int> repeats = 0;
};

/// Writes a GIF89a animation with one palette. What is written goes to the sink after each call.
/// giflib's errors are thrown as Error.
class GifWriter {
public:
    /// Writes the header and, for `repeats`, the NETSCAPE2.0 extension.
    GifWriter(const GifCanvas& canvas, ByteSink sink);
    ~GifWriter();
    GifWriter(const GifWriter&) = delete;
    GifWriter& operator=(const GifWriter&) = delete;

    /// One image, drawn over those before it. `indices` are area.width x area.height, row by row;
    /// it is shown for `centiseconds`, 0 to 65535.
    void put(GifArea area, int centiseconds, std::span<const std::uint8_t> indices);
    /// A comment extension, which stands before the next image. `text` is 7-bit ASCII.
    void comment(const std::string& text);
    /// Writes the end. Without it the GIF is not whole.
    void finish();

private:
    struct File;
    std::unique_ptr<File> file_;
    ByteSink sink_;
};

} // namespace img
