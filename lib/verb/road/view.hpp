// A frame with its road on it: tinted and outlined, and what is snow in another colour.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/planes.hpp"
#include "frame/frame.hpp"
#include "verb/road/bitmap.hpp"

namespace img {

/// The colours of a boundary picture: kept apart by all who do not see red and green apart.
struct ViewColors {
    Color road{0, 255, 64};
    double road_weight = 0.3; ///< of the colour where the road is, 0 to 1
    Color snow{0, 64, 255};
    double snow_weight = 0.55;
    Color line{0, 240, 80};
    Color casing{0, 0, 0}; ///< on both sides of the line, for roads as light as it
    double casing_weight = 0.65;
};

/// Draws on an upright picture (in YCbCr, as given back). The bitmaps are of the picture's aspect
/// and of any size; their edges are drawn smooth. The line is 2 pixels wide for 1080 lines, and at
/// least 1.
Picture boundary_picture(const Planes& upright, const Bitmap& road, const Bitmap* snow,
                         const ViewColors& colors = {});

/// The same as a JPEG of the frame's full size, upright, of quality 90, without metadata. `snow`
/// may be null. Throws Error when the frame does not decode.
Bytes boundary_view(const Frame& frame, int orientation, const Bitmap& road, const Bitmap* snow);

} // namespace img
