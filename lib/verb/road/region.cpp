// Where in its frames a camera sees the road: as told, as seen in one frame, or as roads mostly
// are.

#include "verb/road/region.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace img {

namespace {

constexpr std::size_t least_points = 4, most_points = 12;
/// What the trapezoid is worth where the look of a frame says too little: 0.45 over all cameras.
constexpr double trapezoid_confidence = 0.3;

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
    throw Error(str("polygon \"", printable(text), "\": ", why), Exit::usage);
}

Point parse_point(std::string_view text, std::string_view polygon) {
    const std::vector<std::string_view> parts = split(text, ',');
    if (parts.size() != 2)
        refuse(polygon, str("\"", printable(text), "\" is not x,y"));
    const std::optional<double> x = parse_double(parts[0]), y = parse_double(parts[1]);
    if (!x || !y || !std::isfinite(*x) || !std::isfinite(*y))
        refuse(polygon, str("\"", printable(text), "\" is not two numbers"));
    if (*x < 0 || *x > 1 || *y < 0 || *y > 1)
        refuse(polygon, str(printable(text), " is beyond the picture, which is from 0 to 1"));
    return {*x, *y};
}

/// Above 0 when `c` is on the right hand on the way from `a` to `b`, in a picture.
double side_of(const Point& a, const Point& b, const Point& c) {
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool is_between(const Point& a, const Point& b, const Point& on_line) {
    return on_line.x >= std::min(a.x, b.x) && on_line.x <= std::max(a.x, b.x) &&
           on_line.y >= std::min(a.y, b.y) && on_line.y <= std::max(a.y, b.y);
}

bool meet(const Point& a, const Point& b, const Point& c, const Point& d) {
    const double of_c = side_of(a, b, c), of_d = side_of(a, b, d);
    const double of_a = side_of(c, d, a), of_b = side_of(c, d, b);
    if (of_c * of_d < 0 && of_a * of_b < 0)
        return true;
    return (of_c == 0 && is_between(a, b, c)) || (of_d == 0 && is_between(a, b, d)) ||
           (of_a == 0 && is_between(c, d, a)) || (of_b == 0 && is_between(c, d, b));
}

/// Whether two sides have a point in common that is not the corner between them.
bool crosses_itself(const Polygon& polygon) {
    const std::size_t size = polygon.size();
    for (std::size_t i = 0; i < size; ++i) {
        const Point& a = polygon[i];
        const Point& b = polygon[(i + 1) % size];
        const Point& next = polygon[(i + 2) % size];
        const bool turns_back = side_of(a, b, next) == 0 &&
                                (b.x - a.x) * (next.x - b.x) + (b.y - a.y) * (next.y - b.y) < 0;
        if (a == b || turns_back)
            return true;
        for (std::size_t k = i + 2; k < size && (k + 1) % size != i; ++k)
            if (meet(a, b, polygon[k], polygon[(k + 1) % size]))
                return true;
    }
    return false;
}

double area_of(const Polygon& polygon) {
    double twice = 0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point& next = polygon[(i + 1) % polygon.size()];
        twice += polygon[i].x * next.y - next.x * polygon[i].y;
    }
    return std::abs(twice) / 2;
}

Region region_of(std::vector<Polygon> polygons, Size size, Region::Source source,
                 double confidence) {
    return {filled(polygons, size), source, confidence, std::move(polygons)};
}

/// What is expected of the cells above a threshold when probabilities are true: their overlap with
/// the road, as the road they hold by all that is road or held.
struct Cut {
    float threshold = 1;
    double overlap = 0;
};

/// The threshold with the best overlap that may be expected.
Cut best_cut(const CellValues& road) {
    constexpr std::size_t steps = 64;
    std::array<double, steps + 1> cells{}, sums{};
    double all = 0;
    for (float p : road) {
        const auto step = static_cast<std::size_t>(p * steps);
        cells[step] += 1;
        sums[step] += static_cast<double>(p);
        all += static_cast<double>(p);
    }
    Cut best;
    double held = 0, road_held = 0;
    for (std::size_t step = steps + 1; step-- > 0;) {
        held += cells[step];
        road_held += sums[step];
        const double overlap = held > 0 ? road_held / (held + all - road_held) : 0;
        if (overlap > best.overlap)
            best = {static_cast<float>(step) / steps, overlap};
    }
    return best;
}

/// The overlap that is found where so much is expected: a line through 65 frames of cameras that
/// the trees had not seen (correlation 0.74, off by 0.10 in the mean), as `road_region_train check`
/// prints.
double calibrated(double expected) {
    return std::clamp(1.5 * expected - 0.3, 0.0, 0.95);
}

/// With marks, cars and posts taken as road where they stand on it, and without what is much
/// smaller than the largest part.
CellValues tidied(CellValues road, Size cells, float threshold) {
    constexpr double narrow = 1.5; // cells: those around one
    constexpr std::size_t car = 64, share = 8;
    Bitmap before(cells);
    for (std::size_t i = 0; i < road.size(); ++i)
        before.inside[i] = road[i] > threshold;
    const Bitmap whole = without_small_holes(closed(before, narrow), car);
    std::size_t largest = 0;
    for (const Blob& blob : blobs_of(whole).blobs)
        largest = std::max(largest, blob.samples);
    const Bitmap after = without_small_parts(whole, largest / share);
    for (std::size_t i = 0; i < road.size(); ++i)
        if (before.inside[i] != after.inside[i])
            road[i] = after.inside[i];
    return road;
}

/// Where the cells' values, taken from cell to cell in straight lines, are above `threshold`.
Bitmap above(const CellValues& values, Size cells, Size size, float threshold) {
    const std::vector<Between> columns = between(size.width, cells.width);
    const std::vector<Between> rows = between(size.height, cells.height);
    const auto width = static_cast<std::size_t>(cells.width);
    CellValues mixed(width);
    Bitmap bitmap(size);
    for (int y = 0; y < size.height; ++y) {
        const Between& at_row = rows[static_cast<std::size_t>(y)];
        const float* upper = &values[at_row.first * width];
        const float* lower = &values[at_row.second * width];
        for (std::size_t x = 0; x < width; ++x)
            mixed[x] = upper[x] + at_row.share * (lower[x] - upper[x]);
        std::uint8_t* row = bitmap.row(y);
        for (std::size_t x = 0; x < columns.size(); ++x) {
            const Between& at = columns[x];
            const float value = mixed[at.first] + at.share * (mixed[at.second] - mixed[at.first]);
            row[x] = value > threshold;
        }
    }
    return bitmap;
}

} // namespace

std::string_view word_for(Region::Source source) {
    switch (source) {
    case Region::Source::polygon:
        return "polygon";
    case Region::Source::learned:
        return "learned";
    case Region::Source::frame:
        return "frame";
    case Region::Source::trapezoid:
        return "trapezoid";
    case Region::Source::compat:
        return "compat";
    }
    return "";
}

Polygon parse_polygon(std::string_view text) {
    Polygon polygon;
    for (std::string_view point : split(text, ' '))
        if (!trim(point).empty())
            polygon.push_back(parse_point(trim(point), text));
    if (polygon.size() < least_points || polygon.size() > most_points)
        refuse(text,
               str("has ", polygon.size(), " points, not ", least_points, " to ", most_points));
    if (crosses_itself(polygon))
        refuse(text, "its sides cross or touch");
    if (area_of(polygon) < 0.001)
        refuse(text, "holds next to nothing of the picture");
    return polygon;
}

std::string format_polygon(const Polygon& polygon) {
    std::string text;
    for (const Point& point : polygon)
        text += str(text.empty() ? "" : " ", std::round(point.x * 1e4) / 1e4, ",",
                    std::round(point.y * 1e4) / 1e4);
    return text;
}

Region region_of_polygons(const std::vector<Polygon>& polygons, Size size) {
    return region_of(polygons, size, Region::Source::polygon, 1);
}

Region perspective_trapezoid(Size size) {
    return region_of({{{0.35, 0.3}, {0.65, 0.3}, {1, 1}, {0, 1}}}, size, Region::Source::trapezoid,
                     trapezoid_confidence);
}

Region compat_trapezoid(Size size) {
    return region_of({{{0.1, 0.7}, {0.9, 0.7}, {0.8, 0.9}, {0.2, 0.9}}}, size,
                     Region::Source::compat, 0.2);
}

Region region_of_cells(const CellValues& road, Size cells, Size size) {
    constexpr double too_little = 0.02; // of the picture: a stray reflection
    const CellValues smooth = blurred(road, cells, 1);
    const Cut cut = best_cut(smooth);
    Region region;
    region.source = Region::Source::frame;
    region.confidence = calibrated(cut.overlap);
    if (region.confidence < trapezoid_confidence) // the trapezoid is as good
        return perspective_trapezoid(size);
    region.bitmap = above(tidied(smooth, cells, cut.threshold), cells, size, cut.threshold);
    if (static_cast<double>(count(region.bitmap)) <
        too_little * static_cast<double>(region.bitmap.inside.size()))
        return perspective_trapezoid(size);
    region.outlines = outlines(region.bitmap, most_points);
    return region;
}

Region region_in_frame(const Sight& sight) {
    constexpr float blank = 10; // fog, snow on the lens, a lid: nothing to tell apart
    RoadCells cells = road_cells(sight);
    if (cells.contrast < blank)
        return perspective_trapezoid(sight.planes.size);
    const CellValues road = road_probability(cells);
    return region_of_cells(road, cells.size, sight.planes.size);
}

} // namespace img
