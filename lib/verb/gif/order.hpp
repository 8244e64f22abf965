// In which order the frames of a GIF are shown.
#pragma once

#include <cstddef>
#include <vector>

namespace img {

/// One time through the animation, as indices of the frames in the order in which they were taken.
struct GifOrder {
    std::vector<std::size_t> frames;
    /// How many of them there are up to the one that is held: the last; with a bounce, the one at
    /// which the way back begins.
    std::size_t held = 0;
};

enum class GifWay {
    forward,
    reverse,
    bounce,        ///< forward and back; the frames at both ends are shown once
    reverse_bounce ///< the same, beginning with the newest
};

GifOrder gif_order(std::size_t count, GifWay way);

} // namespace img
