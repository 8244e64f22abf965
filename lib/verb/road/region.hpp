// Where in its frames a camera sees the road: as told, as seen in one frame, or as roads mostly
// are.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/road_cells.hpp"
#include "verb/road/sight.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace img {

struct Region {
    /// Where it is from, the best first.
    enum class Source { polygon, learned, frame, trapezoid, compat };

    Bitmap bitmap; ///< of the sight's size
    Source source = Source::trapezoid;
    double confidence = 0;         ///< the overlap with the true road (IoU) that may be expected
    std::vector<Polygon> outlines; ///< the largest part's first; up to 12 points
};

/// "polygon", "learned", "frame", "trapezoid", "compat".
std::string_view word_for(Region::Source source);

/// "0.35,0.3 0.65,0.3 1,1 0,1": 4 to 12 points as shares of the upright picture's width and height.
/// Throws Error{usage} that says what is wrong: fewer or more, not numbers, beyond 0 to 1, sides
/// that cross or touch, an area under a thousandth of the picture.
Polygon parse_polygon(std::string_view text);
/// The same as parse_polygon reads.
std::string format_polygon(const Polygon& polygon);

/// What the user outlined.
Region region_of_polygons(const std::vector<Polygon>& polygons, Size size);

/// A road that leads away from below the camera, where nothing better is known: measured IoU 0.45
/// over many cameras.
Region perspective_trapezoid(Size size);

/// The trapezoid that users of the predecessor know, wider above than below.
Region compat_trapezoid(Size size);

/// The road by the look of a single frame of an unknown fixed camera, by day; the perspective
/// trapezoid when there is nothing like a road.
Region region_in_frame(const Sight& sight);

/// The second half of region_in_frame: from how probably each cell is road.
Region region_of_cells(const CellValues& road, Size cells, Size size);

} // namespace img
