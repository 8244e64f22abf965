// Draws pictures on a canvas with few colours, in as few LZW codes as their quality allows.
#pragma once

#include "base/bytes.hpp"
#include "base/processor.hpp"
#include "verb/gif/palette.hpp"
#include "verb/gif/still_periods.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace img {

/// How far an image may be from its picture.
struct DrawingLimits {
    /// What it is worth, in squared levels of error, that a code stands for a pixel more, in a flat
    /// area.
    double worth = 0;
    /// What share of a pixel's error its neighbours make up for.
    double diffusion = 0;
};

/// An image of a GIF.
struct DrawnImage {
    Area area;
    Bytes codes;            ///< of GifPart
    std::size_t colors = 0; ///< that it draws with
    bool empty() const { return colors == 0; }
};

/// What is to be drawn.
struct DrawingTask {
    const StillPicture& picture;    ///< but for its means
    const std::vector<Tone>& tones; ///< of its means, where it is fresh
    const std::vector<std::uint8_t>& busyness;
    const Palette& palette;
    Area area; ///< around all that is fresh
    /// The palette's first index without a colour, which is transparent; absent: nothing is below.
    std::optional<std::uint8_t> transparent;
};

/// One pass chooses colours, diffuses their error (Floyd and Steinberg, 1976), decides what of the
/// canvas stays, and finds codes: where a code of the LZW tree is close enough to the pixels that
/// follow, they become what it stands for. A beam search goes down the tree from the colours that
/// are nearest, comparing with the pixels themselves and the error that reaches them.
class Drawing {
public:
    Drawing(Size canvas, const DrawingLimits& limits,
            Instructions instructions = Instructions::best);

    DrawnImage draw(const DrawingTask& task);
    /// What the canvas shows.
    const std::vector<Tone>& canvas() const { return canvas_; }

private:
    DrawingLimits limits_;
    Size size_;
    Instructions instructions_;
    std::vector<Tone> canvas_;
};

} // namespace img
