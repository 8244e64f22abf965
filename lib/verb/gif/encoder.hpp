// Pictures and the times at which they appear, to an animated GIF.
#pragma once

#include "base/picture.hpp"
#include "foreign/giflib.hpp"
#include "verb/gif/dither.hpp"
#include "verb/gif/stillness.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace img {

struct GifEncoding {
    Size size;
    std::vector<Color> palette; ///< 1 to 255 colours from dark to bright
    GifDither dither = GifDither::ordered;
    double tolerance = 1; ///< of Stillness
    int repeats = 0;      ///< 0 is for ever
};

/// Draws only what has changed, on top of what is there. A picture without a change costs nothing:
/// the one before is shown for longer. The durations add up exactly.
class GifEncoder {
public:
    GifEncoder(const GifEncoding& encoding, ByteSink sink);

    /// `picture`, in YCbCr and of the size given, appears at `centiseconds` from the start, which
    /// is 0 for the first and grows.
    void add(const Picture& picture, std::int64_t centiseconds);
    /// The last picture is shown until `centiseconds`.
    void finish(std::int64_t centiseconds);

private:
    /// An image whose duration is not known yet.
    struct Pending {
        GifArea area;
        std::vector<std::uint8_t> indices;
        std::int64_t start;
    };

    GifArea difference() const;
    std::vector<std::uint8_t> cropped(GifArea area) const;
    void put_pending(std::int64_t end);

    Size size_;
    std::uint8_t transparent_;
    GifWriter writer_;
    Stillness stillness_;
    Drawing drawing_;
    bool first_ = true;
    std::vector<std::uint8_t> shown_; ///< indices on the canvas
    std::vector<std::uint8_t> next_;
    std::optional<Pending> pending_;
};

} // namespace img
