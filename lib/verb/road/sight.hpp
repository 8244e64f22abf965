// A frame as its road is looked at: upright, and always of the same width.
#pragma once

#include "base/planes.hpp"
#include "frame/frame.hpp"

namespace img {

/// All sights are of this width, so that a measure in samples means the same for every camera.
constexpr int sight_width = 320;

struct Sight {
    Size full;     ///< of the picture when it is shown upright, in pixels
    Planes planes; ///< sight_width wide, the height by the picture's aspect, 32 to 640
};

/// `orientation` is EXIF's, 1 to 8. A grey picture has 128 for chroma. Throws Error when the frame
/// does not decode.
Sight sight_of(const Frame& frame, int orientation);

} // namespace img
