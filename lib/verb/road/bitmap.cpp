// Which samples of a sight are meant: a bitmap, its shapes and their outlines.

#include "verb/road/bitmap.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>

namespace img {

namespace {

Bitmap inverted(Bitmap bitmap) {
    for (std::uint8_t& sample : bitmap.inside)
        sample ^= 1;
    return bitmap;
}

/// Adds to `winding` how often the polygon's edges turn around the middles of the samples of row
/// `y`: each edge counts from its crossing to the right.
void wind(const Polygon& polygon, Size size, int y, std::vector<int>& winding) {
    const double middle = y + 0.5;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
        const Point& from = polygon[i];
        const Point& to = polygon[(i + 1) % polygon.size()];
        const double from_y = from.y * size.height, to_y = to.y * size.height;
        if ((from_y <= middle) == (to_y <= middle))
            continue;
        const double share = (middle - from_y) / (to_y - from_y);
        const double x = (from.x + share * (to.x - from.x)) * size.width;
        const double first = std::clamp(std::ceil(x - 0.5), 0.0, static_cast<double>(size.width));
        winding[static_cast<std::size_t>(first)] += from_y < to_y ? 1 : -1;
    }
}

/// One more than the row above or below has is enough.
void spread(const std::int16_t* from, std::int16_t* row, std::size_t width) {
    for (std::size_t x = 0; x < width; ++x) {
        const auto one_more = static_cast<std::int16_t>(from[x] + 1);
        row[x] = std::min(row[x], one_more);
    }
}

/// How far each sample is from the next one that is inside in its column, at most `most`.
std::vector<std::int16_t> distances_down(const Bitmap& bitmap, std::int16_t most) {
    const auto width = static_cast<std::size_t>(bitmap.size.width);
    std::vector<std::int16_t> distances(bitmap.inside.size());
    for (std::size_t i = 0; i < distances.size(); ++i)
        distances[i] = bitmap.inside[i] ? std::int16_t{0} : most;
    std::int16_t* const first = distances.data();
    std::int16_t* const end = first + distances.size();
    for (std::int16_t* row = first; row + width < end; row += width)
        spread(row, row + width, width);
    for (std::int16_t* row = end; row > first + width; row -= width)
        spread(row - width, row - 2 * width, width);
    return distances;
}

/// Samples of a row that touch each other.
struct RowRun {
    int y, left, right; ///< the right one is no longer in it
    std::uint32_t part;
};

enum class Touch { sides, corners };

class Parts {
public:
    std::uint32_t add() {
        above_.push_back(static_cast<std::uint32_t>(above_.size()));
        return above_.back();
    }
    std::uint32_t top(std::uint32_t part) {
        while (above_[part] != part)
            part = above_[part] = above_[above_[part]];
        return part;
    }
    /// The older one stays.
    void join(std::uint32_t one, std::uint32_t other) {
        one = top(one), other = top(other);
        above_[std::max(one, other)] = std::min(one, other);
    }
    std::size_t size() const { return above_.size(); }

private:
    std::vector<std::uint32_t> above_;
};

void find_runs(const std::uint8_t* row, int y, int width, std::vector<RowRun>& runs, Parts& parts) {
    for (int x = 0; x < width; ++x) {
        if (!row[x])
            continue;
        const int left = x;
        while (x < width && row[x])
            ++x;
        runs.push_back({y, left, x, parts.add()});
    }
}

/// Joins the parts of the runs from `second` on with those of the row above, `first` to `second`.
void join_rows(const std::vector<RowRun>& runs, std::size_t first, std::size_t second, int reach,
               Parts& parts) {
    std::size_t above = first;
    for (std::size_t i = second; i < runs.size(); ++i) {
        while (above < second && runs[above].right + reach <= runs[i].left)
            ++above;
        for (std::size_t k = above; k < second && runs[k].left < runs[i].right + reach; ++k)
            parts.join(runs[k].part, runs[i].part);
    }
}

void put(const RowRun& run, Blob& blob) {
    if (blob.samples == 0)
        blob = {0, run.left, run.y, 0, 0};
    const int right = std::max(blob.left + blob.width, run.right);
    blob.left = std::min(blob.left, run.left);
    blob.width = right - blob.left;
    blob.height = run.y + 1 - blob.top;
    blob.samples += static_cast<std::size_t>(run.right - run.left);
}

Blobs blobs_that(Touch touch, const Bitmap& bitmap) {
    std::vector<RowRun> runs;
    Parts parts;
    std::size_t above = 0;
    for (int y = 0; y < bitmap.size.height; ++y) {
        const std::size_t begin = runs.size();
        find_runs(bitmap.row(y), y, bitmap.size.width, runs, parts);
        join_rows(runs, above, begin, touch == Touch::corners ? 1 : 0, parts);
        above = begin;
    }
    Blobs found;
    found.labels.resize(bitmap.inside.size());
    std::vector<std::uint32_t> numbers(parts.size());
    for (const RowRun& run : runs) {
        std::uint32_t& number = numbers[parts.top(run.part)];
        if (number == 0) {
            found.blobs.emplace_back();
            number = static_cast<std::uint32_t>(found.blobs.size());
        }
        put(run, found.blobs[number - 1]);
        const auto row = static_cast<std::ptrdiff_t>(run.y) * bitmap.size.width;
        std::fill(found.labels.begin() + row + run.left, found.labels.begin() + row + run.right,
                  number);
    }
    return found;
}

/// A corner of samples: the upper left one of sample (x, y).
struct Corner {
    int x = 0, y = 0;
    bool operator==(const Corner&) const = default;
};

/// The corners at which the outline of a part turns, beginning at the upper left corner of its
/// first sample, with its samples on the right hand.
std::vector<Corner> outline_of(const Blobs& found, std::uint32_t number, Size size) {
    const auto in_part = [&](int x, int y) {
        return x >= 0 && y >= 0 && x < size.width && y < size.height &&
               found.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width) +
                            static_cast<std::size_t>(x)] == number;
    };
    constexpr int right[4] = {0, 1, 0, -1}, down[4] = {-1, 0, 1, 0}; // up, right, down, left
    // From a corner into each direction: the samples on the left and on the right hand.
    constexpr Corner left_hand[4] = {{-1, -1}, {0, -1}, {0, 0}, {-1, 0}};
    constexpr Corner right_hand[4] = {{0, -1}, {0, 0}, {-1, 0}, {-1, -1}};
    const Blob& blob = found.blobs[number - 1];
    Corner start{blob.left, blob.top};
    while (!in_part(start.x, start.y))
        ++start.x;
    std::vector<Corner> turns{start};
    Corner at = start;
    int heading = 1;
    while (true) {
        at = {at.x + right[heading], at.y + down[heading]};
        int next = heading;
        if (in_part(at.x + left_hand[heading].x, at.y + left_hand[heading].y))
            next = (heading + 3) % 4; // what touches by a corner is of the part
        else if (!in_part(at.x + right_hand[heading].x, at.y + right_hand[heading].y))
            next = (heading + 1) % 4;
        if (at == start && next == 1)
            return turns;
        if (next != heading)
            turns.push_back(at);
        heading = next;
    }
}

/// The stretch of an outline between two of its points that are kept.
struct Stretch {
    std::size_t from, to, farthest; ///< `to` may be beyond the outline's end: it is a ring
    double distance;                ///< of the farthest point from the straight line
    bool operator<(const Stretch& other) const { return distance < other.distance; }
};

Stretch stretch(const std::vector<Corner>& ring, std::size_t from, std::size_t to) {
    const Corner& a = ring[from % ring.size()];
    const Corner& b = ring[to % ring.size()];
    const double across = b.x - a.x, down = b.y - a.y, length = std::hypot(across, down);
    Stretch found{from, to, from, 0};
    for (std::size_t i = from + 1; i < to; ++i) {
        const double x = ring[i % ring.size()].x - a.x, y = ring[i % ring.size()].y - a.y;
        // From a line's end on, its end is what is nearest.
        const double along = length > 0 ? (x * across + y * down) / length : 0;
        const double distance = length > 0 && along >= 0 && along <= length
                                    ? std::abs(x * down - y * across) / length
                                    : std::min(std::hypot(x, y), std::hypot(x - across, y - down));
        if (distance > found.distance)
            found.distance = distance, found.farthest = i;
    }
    return found;
}

/// The points that matter most, by Douglas and Peucker, but the farthest point of all stretches is
/// always the next to be kept, so that a number of points can be given.
std::vector<std::size_t> points_kept(const std::vector<Corner>& ring, std::size_t most) {
    constexpr double close_enough = 0.5; // samples: nearer than any sample's middle can tell
    const std::size_t opposite = [&] {
        const auto far = [&](const Corner& corner) {
            return std::hypot(corner.x - ring[0].x, corner.y - ring[0].y);
        };
        const auto less = [&](const Corner& one, const Corner& other) {
            return far(one) < far(other);
        };
        return static_cast<std::size_t>(std::max_element(ring.begin(), ring.end(), less) -
                                        ring.begin());
    }();
    std::vector<std::size_t> kept{0, opposite};
    std::priority_queue<Stretch> stretches;
    stretches.push(stretch(ring, 0, opposite));
    stretches.push(stretch(ring, opposite, ring.size()));
    while (kept.size() < most && stretches.top().distance > close_enough) {
        const Stretch worst = stretches.top();
        stretches.pop();
        kept.push_back(worst.farthest);
        stretches.push(stretch(ring, worst.from, worst.farthest));
        stretches.push(stretch(ring, worst.farthest, worst.to));
    }
    std::sort(kept.begin(), kept.end());
    return kept;
}

} // namespace

std::size_t count(const Bitmap& bitmap) {
    return std::accumulate(bitmap.inside.begin(), bitmap.inside.end(), std::size_t{0});
}

double intersection_over_union(const Bitmap& one, const Bitmap& other) {
    assert(one.size == other.size);
    std::size_t both = 0, any = 0;
    for (std::size_t i = 0; i < one.inside.size(); ++i) {
        both += one.inside[i] & other.inside[i];
        any += one.inside[i] | other.inside[i];
    }
    return any == 0 ? 1 : static_cast<double>(both) / static_cast<double>(any);
}

Bitmap filled(const std::vector<Polygon>& polygons, Size size) {
    Bitmap bitmap(size);
    std::vector<int> winding(static_cast<std::size_t>(size.width) + 1);
    for (int y = 0; y < size.height; ++y) {
        std::uint8_t* row = bitmap.row(y);
        for (const Polygon& polygon : polygons) {
            std::fill(winding.begin(), winding.end(), 0);
            wind(polygon, size, y, winding);
            int turns = 0;
            for (std::size_t x = 0; x + 1 < winding.size(); ++x) {
                turns += winding[x];
                row[x] |= turns != 0;
            }
        }
    }
    return bitmap;
}

Bitmap dilated(const Bitmap& bitmap, double radius) {
    // A sample that has something inside so far above or below reaches so far to both sides.
    const auto most = static_cast<std::int16_t>(std::clamp(radius, 0.0, 32000.0));
    std::vector<std::int16_t> reaches(static_cast<std::size_t>(most) + 2, -1);
    for (std::int16_t away = 0; away <= most; ++away)
        reaches[static_cast<std::size_t>(away)] =
            static_cast<std::int16_t>(std::sqrt(std::max(0.0, radius * radius - away * away)));
    const auto beyond = static_cast<std::int16_t>(most + 1);
    const std::vector<std::int16_t> distances = distances_down(bitmap, beyond);
    Bitmap result(bitmap.size);
    const auto width = static_cast<std::size_t>(bitmap.size.width);
    std::vector<std::int16_t> reach(width);
    for (int y = 0; y < bitmap.size.height; ++y) {
        const std::int16_t* away = distances.data() + static_cast<std::size_t>(y) * width;
        std::uint8_t* row = result.row(y);
        for (std::size_t x = 0; x < width; ++x)
            reach[x] = reaches[static_cast<std::size_t>(away[x])];
        int left = -1, right = -1;
        for (std::size_t x = 0; x < width; ++x) {
            left = std::max<int>(left - 1, reach[x]);
            row[x] = left >= 0;
        }
        for (std::size_t x = width; x-- > 0;) {
            right = std::max<int>(right - 1, reach[x]);
            row[x] |= right >= 0;
        }
    }
    return result;
}

Bitmap eroded(const Bitmap& bitmap, double radius) {
    return inverted(dilated(inverted(bitmap), radius));
}

Bitmap opened(const Bitmap& bitmap, double radius) {
    return dilated(eroded(bitmap, radius), radius);
}

Bitmap closed(const Bitmap& bitmap, double radius) {
    return eroded(dilated(bitmap, radius), radius);
}

Blobs blobs_of(const Bitmap& bitmap) {
    return blobs_that(Touch::corners, bitmap);
}

Bitmap without_small_parts(const Bitmap& bitmap, std::size_t least) {
    const Blobs found = blobs_of(bitmap);
    Bitmap result(bitmap.size);
    for (std::size_t i = 0; i < result.inside.size(); ++i)
        result.inside[i] = found.labels[i] && found.blobs[found.labels[i] - 1].samples >= least;
    return result;
}

Bitmap without_small_holes(const Bitmap& bitmap, std::size_t least) {
    // What is inside holds together by corners, so what is outside does not.
    const Blobs found = blobs_that(Touch::sides, inverted(bitmap));
    const auto is_small_hole = [&](const Blob& blob) {
        return blob.samples < least && blob.left > 0 && blob.top > 0 &&
               blob.left + blob.width < bitmap.size.width &&
               blob.top + blob.height < bitmap.size.height;
    };
    Bitmap result = bitmap;
    for (std::size_t i = 0; i < result.inside.size(); ++i)
        if (found.labels[i] && is_small_hole(found.blobs[found.labels[i] - 1]))
            result.inside[i] = 1;
    return result;
}

std::vector<Polygon> outlines(const Bitmap& bitmap, std::size_t most) {
    const Blobs found = blobs_of(bitmap);
    std::vector<std::uint32_t> order(found.blobs.size());
    std::iota(order.begin(), order.end(), 1U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t one, std::uint32_t other) {
        return found.blobs[one - 1].samples > found.blobs[other - 1].samples;
    });
    std::vector<Polygon> polygons;
    for (std::uint32_t number : order) {
        const std::vector<Corner> ring = outline_of(found, number, bitmap.size);
        Polygon& polygon = polygons.emplace_back();
        for (std::size_t kept : points_kept(ring, most))
            polygon.push_back({static_cast<double>(ring[kept].x) / bitmap.size.width,
                               static_cast<double>(ring[kept].y) / bitmap.size.height});
    }
    return polygons;
}

std::vector<Between> between(int pixels, int samples) {
    std::vector<Between> found;
    const auto last = static_cast<float>(samples - 1);
    const float step = static_cast<float>(samples) / static_cast<float>(pixels);
    for (int i = 0; i < pixels; ++i) {
        const float at = std::clamp((static_cast<float>(i) + 0.5F) * step - 0.5F, 0.0F, last);
        const auto first = static_cast<std::size_t>(at);
        found.push_back({first, std::min(first + 1, static_cast<std::size_t>(samples - 1)),
                         at - static_cast<float>(first)});
    }
    return found;
}

} // namespace img
