// Which samples of a sight are meant: a bitmap, its shapes and their outlines.
#pragma once

#include "base/picture.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// A point of a picture as shares of its width and height, 0 to 1, from the upper left corner.
struct Point {
    double x = 0, y = 0;
    bool operator==(const Point&) const = default;
};
using Polygon = std::vector<Point>;

/// One byte a sample: 1 inside, 0 outside.
struct Bitmap {
    Size size;
    std::vector<std::uint8_t> inside;

    Bitmap() = default;
    explicit Bitmap(Size size_)
        : size(size_),
          inside(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height)) {}
    std::uint8_t* row(int y) {
        return inside.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    }
    const std::uint8_t* row(int y) const {
        return inside.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    }
    bool operator==(const Bitmap&) const = default;
};

std::size_t count(const Bitmap& bitmap);
/// Area in both by area in any of the two, 0 to 1; 1 when both are empty. The sizes are the same.
double intersection_over_union(const Bitmap& one, const Bitmap& other);

/// The samples whose middle is in any of `polygons` (by the nonzero rule). Points may lie outside
/// the picture.
Bitmap filled(const std::vector<Polygon>& polygons, Size size);

/// Dilated: all whose middle is within `radius` samples of the middle of one that is inside.
/// Eroded: without those that are so near to one that is not. Opened is eroded, then dilated, and
/// closed the other way round. The picture goes on beyond its edges as it is there. A pass takes
/// the same time for any radius.
Bitmap dilated(const Bitmap& bitmap, double radius);
Bitmap eroded(const Bitmap& bitmap, double radius);
Bitmap opened(const Bitmap& bitmap, double radius);
Bitmap closed(const Bitmap& bitmap, double radius);

/// A part whose samples touch by their sides or corners.
struct Blob {
    std::size_t samples = 0;
    int left = 0, top = 0, width = 0, height = 0;
};
/// The parts of the bitmap, and for each sample which one it is in, from 1; 0: none.
struct Blobs {
    std::vector<Blob> blobs;
    std::vector<std::uint32_t> labels;
};
Blobs blobs_of(const Bitmap& bitmap);
/// Without parts of fewer than `least` samples; and with the holes of fewer than `least` filled.
/// What touches the picture's edge is no hole.
Bitmap without_small_parts(const Bitmap& bitmap, std::size_t least);
Bitmap without_small_holes(const Bitmap& bitmap, std::size_t least);

/// The outer outline of each part, the largest part first, as polygons with at most `most` (3 or
/// more) points that keep within half a sample of the samples' edges, or as close to them as so
/// many points can (Douglas and Peucker, 1973). Clockwise as the picture is seen.
std::vector<Polygon> outlines(const Bitmap& bitmap, std::size_t most);

/// Between the middles of which two samples a pixel's middle is, when both kinds of row are equally
/// long; before the first and behind the last, they are the same.
struct Between {
    std::size_t first = 0, second = 0;
    float share = 0; ///< of the way from the first to the second
};
std::vector<Between> between(int pixels, int samples);

} // namespace img
