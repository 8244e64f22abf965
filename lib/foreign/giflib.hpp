// giflib: the container of an animated GIF.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// Where bytes go, in order; may throw.
using ByteSink = std::function<void(ByteView)>;

/// What the whole animation shares.
struct GifCanvas {
    Size size;                  ///< each side 1 to 65535
    std::vector<Color> palette; ///< 1 to 256 colours, of the images without their own
    /// How often it is repeated after the first time; 0 is for ever. Absent: not said, as for one
    /// image.
    std::optional<int> repeats = 0;
};

/// One image, drawn over those before it.
struct GifPart {
    Area area;
    int centiseconds = 0; ///< for which it is shown, 0 to 65535
    /// Which index lets the picture below through.
    std::optional<std::uint8_t> transparent;
    std::vector<Color> palette; ///< its own; empty: the canvas's
    /// LZW codes of area.width x area.height indices, row by row, with the minimum code size that
    /// symbol_bits() says.
    ByteView codes;
};

/// GIF's minimum code size for a palette of so many colours, 2 to 8.
int symbol_bits(std::size_t colors);

/// Writes a GIF89a animation. What is written goes to the sink after each call. giflib's errors are
/// thrown as Error.
class GifWriter {
public:
    /// Writes the header and, for `repeats`, the NETSCAPE2.0 extension.
    GifWriter(const GifCanvas& canvas, ByteSink sink);
    ~GifWriter();
    GifWriter(const GifWriter&) = delete;
    GifWriter& operator=(const GifWriter&) = delete;

    void put(const GifPart& part);
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
