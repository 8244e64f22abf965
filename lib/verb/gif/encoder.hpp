// Pictures and the times at which they appear, to an animated GIF.
#pragma once

#include "base/picture.hpp"
#include "foreign/giflib.hpp"
#include "verb/gif.hpp"
#include "verb/gif/dither.hpp"
#include "verb/gif/stillness.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace img {

struct GifEncoding {
    Size size;
    std::vector<Color> palette; ///< 1 to 255 colours from dark to bright
    GifDither dither = GifDither::ordered;
    double tolerance = 1;           ///< of Stillness
    std::optional<int> repeats = 0; ///< 0 is for ever; absent: a single image
    double quality = 80;            ///< 1 to 100
    int colors = 256;               ///< at most, with the transparent one
};

/// Draws only what has changed, on top of what is there. A picture without a change costs nothing:
/// the one before is shown for longer. The durations add up exactly.
class GifEncoder {
public:
    /// What was written for the pictures from number `picture` on, counted from 0 as they were
    /// added; its place and time are not known here.
    using Report = std::function<void(std::size_t picture, const GifImage& image)>;

    GifEncoder(const GifEncoding& encoding, ByteSink sink, Report report = nullptr);

    /// `picture`, in YCbCr and of the size given, appears at `centiseconds` from the start, which
    /// is 0 for the first and grows. `comment`, where not empty, stands before its image.
    void add(const Picture& picture, std::int64_t centiseconds, const std::string& comment = {});
    /// The last picture is shown until `centiseconds`.
    void finish(std::int64_t centiseconds);

private:
    /// An image whose duration is not known yet.
    struct Pending {
        GifArea area;
        std::vector<std::uint8_t> indices;
        std::int64_t start;
        std::size_t picture;
        std::string comment;
    };

    GifArea difference() const;
    std::vector<std::uint8_t> cropped(GifArea area) const;
    void put_pending(std::int64_t end);

    void put(GifArea area, int centiseconds, std::span<const std::uint8_t> indices);

    Size size_;
    std::uint8_t transparent_;
    Report report_;
    std::uint64_t bytes_ = 0; ///< written since the last report
    std::size_t added_ = 0;
    GifWriter writer_;
    Stillness stillness_;
    Drawing drawing_;
    bool first_ = true;
    std::vector<std::uint8_t> shown_; ///< indices on the canvas
    std::vector<std::uint8_t> next_;
    std::optional<Pending> pending_;
};

} // namespace img
