// Makes an animated GIF of camera frames.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "frame/frame_list.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

namespace img {

/// How hard to save bytes: colours of the palette, and how much of the camera's noise is passed on.
enum class GifLevel { low, balanced, aggressive };
enum class GifDither { ordered, diffusion, none };

struct GifOptions {
    GifLevel level = GifLevel::balanced;
    Size size{1280, 720}; ///< pictures are shrunk to fit into this, never enlarged
    GifDither dither = GifDither::ordered;
    Duration delay{1000};        ///< of each frame; rounded to GIF's 10 ms, at least 20 ms
    std::optional<double> speed; ///< delays from the frames' own times, this many times faster
    int repeats = 0;             ///< after the first time, up to 65535; 0 is for ever
    Zone zone;                   ///< of names and dates without an offset
};

struct GifSummary {
    std::size_t frames = 0;  ///< that are shown
    std::size_t dropped = 0; ///< that did not decode
    Size size;
    std::size_t colors = 0; ///< in the palette
    std::uint64_t bytes = 0;
    Duration duration{0}; ///< of one time through
};

/// Reads each frame twice, once for the palette and once to draw it, and holds a few pictures at a
/// time. The bytes go to `sink` in order. A frame that cannot be read is named on stderr and
/// dropped; one of another size than the first is fitted into it. Throws Error "no frames" before
/// anything was written when none is left, Error naming a frame without a time when `speed` needs
/// it, and Error{unavailable} when a stop was requested (base/stop.hpp).
GifSummary
make_gif(const FrameList& frames, const GifOptions& options,
         const std::function<void(ByteView)>& sink,
         const std::function<void(std::size_t done, std::size_t total)>& progress = nullptr);

} // namespace img
