// What is learned of one fixed camera from many of its frames: where its road is, and how it looks.

#include "verb/road/learn.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "verb/road/box.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace img {

namespace {

/// What moves differs by so many levels, and by so many standard deviations of what is there else.
constexpr double least_levels = 28, least_deviations = 5;
/// What is smaller is noise, in samples; what is larger is a change of light.
constexpr std::size_t smallest_vehicle = 12;
constexpr double largest_vehicle = 0.12;
/// Parts of less are not looked for, in shares of the picture.
constexpr double smallest_road = 0.01, largest_hole = 0.02;
/// Regions of even and odd frames agree at least so much when the traffic sufficed.
constexpr double least_agreement = 0.7;
constexpr int usual_frames = 60, least_vehicles = 30;

std::size_t area(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

std::size_t share_of_area(double share, Size size) {
    return static_cast<std::size_t>(share * static_cast<double>(area(size)));
}

/// Of each 3 x 3 samples what `choose` chooses; the picture goes on at its edges.
template <class Choose>
std::vector<std::uint8_t> around(const std::vector<std::uint8_t>& plane, Size size, Choose choose) {
    std::vector<std::uint8_t> across(plane.size()), chosen(plane.size());
    const auto width = static_cast<std::size_t>(size.width);
    for (std::size_t row = 0; row < plane.size(); row += width)
        for (std::size_t x = 0; x < width; ++x) {
            const std::uint8_t before = plane[row + (x > 0 ? x - 1 : x)],
                               after = plane[row + (x + 1 < width ? x + 1 : x)];
            across[row + x] = choose(choose(before, plane[row + x]), after);
        }
    for (std::size_t i = 0; i < plane.size(); ++i) {
        const std::uint8_t above = across[i >= width ? i - width : i],
                           below = across[i + width < plane.size() ? i + width : i];
        chosen[i] = choose(choose(above, across[i]), below);
    }
    return chosen;
}

/// What is there for the most part, and its standard deviation, in levels.
struct Still {
    std::vector<std::uint8_t> middle;
    std::vector<double> deviation;
};

/// The shortest range that holds half of the values: where vehicles often stand, the road is what
/// is the same each time. A normal distribution has half within 0.674 of its deviation.
Still still_in(const BytePlanes& planes) {
    constexpr double within = 0.674;
    const std::size_t range = (planes.size() + 1) / 2;
    Still still;
    std::vector<std::uint8_t> values(planes.size());
    for (std::size_t i = 0; i < planes[0].size(); ++i) {
        for (std::size_t k = 0; k < planes.size(); ++k)
            values[k] = planes[k][i];
        std::sort(values.begin(), values.end());
        std::size_t best = 0;
        const auto width = [&](std::size_t first) {
            return values[first + range - 1] - values[first];
        };
        for (std::size_t first = 1; first + range <= values.size(); ++first)
            if (width(first) < width(best))
                best = first;
        still.middle.push_back(values[best + range / 2]);
        still.deviation.push_back(0.5 * width(best) / within);
    }
    return still;
}

/// By how much the frame has to be multiplied to be as bright as what does not move.
double brighter_of(const std::vector<std::uint8_t>& luma, const std::vector<std::uint8_t>& middle) {
    constexpr std::size_t step = 3, enough = 100;
    constexpr int darkest = 30, brightest = 225; // beyond, levels do not follow the light
    std::vector<double> ratios;
    for (std::size_t i = 0; i < luma.size(); i += step)
        if (middle[i] > darkest && middle[i] < brightest)
            ratios.push_back(static_cast<double>(middle[i]) / (luma[i] + 1));
    if (ratios.size() < enough)
        return 1;
    const auto half = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
    std::nth_element(ratios.begin(), half, ratios.end());
    return *half;
}

/// A shadow is darker by the same ratio all over, and a patch of sun brighter.
struct Evenness {
    double sum = 0, squares = 0, count = 0;
    void add(double logarithm) { sum += logarithm, squares += logarithm * logarithm, ++count; }
    bool is_shadow() const {
        constexpr double even = 0.15;
        const double mean = sum / count, variance = squares / count - mean * mean;
        return variance < even * even;
    }
};

/// Leaves those blobs that may be vehicles, and says how many they are.
int leave_vehicles(Bitmap& moving, const std::vector<double>& logarithms) {
    const Blobs found = blobs_of(moving);
    std::vector<Evenness> evenness(found.blobs.size() + 1);
    for (std::size_t i = 0; i < moving.inside.size(); ++i)
        if (found.labels[i])
            evenness[found.labels[i]].add(logarithms[i]);
    std::vector<std::uint8_t> stays(found.blobs.size() + 1);
    int vehicles = 0;
    for (std::size_t i = 0; i < found.blobs.size(); ++i) {
        const std::size_t samples = found.blobs[i].samples;
        // Small dark vehicles are as even as shadows.
        const bool is_shadow =
            samples > share_of_area(smallest_road, moving.size) && evenness[i + 1].is_shadow();
        stays[i + 1] = samples >= smallest_vehicle &&
                       samples < share_of_area(largest_vehicle, moving.size) && !is_shadow;
        vehicles += stays[i + 1];
    }
    for (std::size_t i = 0; i < moving.inside.size(); ++i)
        moving.inside[i] = stays[found.labels[i]];
    return vehicles;
}

std::vector<float> means(const std::vector<float>& plane, Size size, int radius) {
    const std::vector<float> ones = box_sum(std::vector<float>(plane.size(), 1), size, radius);
    std::vector<float> result = box_sum(plane, size, radius);
    for (std::size_t i = 0; i < result.size(); ++i)
        result[i] /= ones[i];
    return result;
}

/// What is often crossed. Flakes and noise are everywhere alike: what a quarter of the picture has
/// at most is no traffic, and beyond that it takes three deviations of such a count.
Bitmap often_crossed(const std::vector<std::uint16_t>& moved, Size size) {
    constexpr double share = 0.12; // of what is crossed often
    const std::vector<float> counts(moved.begin(), moved.end());
    std::vector<float> smooth = means(counts, size, 12);
    const auto quarter = smooth.begin() + static_cast<std::ptrdiff_t>(smooth.size() / 4);
    std::nth_element(smooth.begin(), quarter, smooth.end());
    const auto everywhere = static_cast<double>(*quarter);
    std::vector<std::uint16_t> sorted;
    for (std::uint16_t times : moved)
        if (times > everywhere)
            sorted.push_back(times);
    Bitmap crossed(size);
    if (sorted.empty())
        return crossed;
    std::sort(sorted.begin(), sorted.end());
    const double often = sorted[sorted.size() * 4 / 5] - everywhere;
    const double least = everywhere + std::max({1.0, share * often, 3 * std::sqrt(everywhere)});
    // Where flakes fell by chance, others did not nearby.
    const std::vector<float> near = means(counts, size, 3);
    const bool flakes = everywhere > 0.3;
    for (std::size_t i = 0; i < moved.size(); ++i)
        crossed.inside[i] = moved[i] >= least && (!flakes || static_cast<double>(near[i]) >= least);
    return crossed;
}

/// The parts that are large, and do not lie in the upper part of the picture only, as clouds do.
Bitmap large_parts(const Bitmap& bitmap) {
    const Blobs found = blobs_of(bitmap);
    const auto reaches_down = [&](const Blob& blob) {
        return (blob.top + blob.height) * 5 > bitmap.size.height * 2;
    };
    std::size_t largest = 0;
    for (const Blob& blob : found.blobs)
        if (reaches_down(blob))
            largest = std::max(largest, blob.samples);
    const std::size_t least = std::max(largest * 3 / 20, share_of_area(smallest_road, bitmap.size));
    Bitmap parts(bitmap.size);
    for (std::size_t i = 0; i < parts.inside.size(); ++i) {
        if (found.labels[i] == 0)
            continue;
        const Blob& blob = found.blobs[found.labels[i] - 1];
        parts.inside[i] = reaches_down(blob) && blob.samples >= least;
    }
    return parts;
}

/// How much each sample of a plane differs from the road near it, in standard deviations of the
/// road there, but at least of `least`.
std::vector<float> strangeness(const std::vector<float>& plane, const Bitmap& road, float least) {
    constexpr int near = 24;
    const Size size = road.size;
    std::vector<float> inside(plane.size()), values(plane.size()), squares(plane.size());
    float sum = 0, count_inside = 0;
    for (std::size_t i = 0; i < plane.size(); ++i) {
        inside[i] = road.inside[i];
        values[i] = inside[i] * plane[i];
        squares[i] = values[i] * plane[i];
        sum += values[i];
        count_inside += inside[i];
    }
    const float mean = sum / count_inside;
    const std::vector<float> counts = box_sum(inside, size, near),
                             sums = box_sum(values, size, near),
                             square_sums = box_sum(squares, size, near);
    constexpr float enough = 48; // samples of the road, of 49 x 49
    std::vector<float> strange(plane.size());
    for (std::size_t i = 0; i < plane.size(); ++i) {
        float here = mean, deviation = least;
        if (counts[i] > enough) {
            here = sums[i] / counts[i];
            const float variance = std::max(0.0F, square_sums[i] / counts[i] - here * here);
            deviation = std::clamp(std::sqrt(variance), least, 2 * least);
        }
        strange[i] = std::abs(plane[i] - here) / deviation;
    }
    return strange;
}

/// Standard deviation of 5 x 5 samples.
std::vector<float> texture_of(const std::vector<float>& plane, Size size) {
    std::vector<float> squares(plane.size());
    for (std::size_t i = 0; i < plane.size(); ++i)
        squares[i] = plane[i] * plane[i];
    const std::vector<float> mean = means(plane, size, 2), square = means(squares, size, 2);
    std::vector<float> texture(plane.size());
    for (std::size_t i = 0; i < plane.size(); ++i)
        texture[i] = std::sqrt(std::max(0.0F, square[i] - mean[i] * mean[i]));
    return texture;
}

/// The samples that look as those of `road` near them.
Bitmap alike(const Planes& ground, const Bitmap& road) {
    constexpr float alike_deviations = 2.5F, rough = 3, always_smooth = 6;
    constexpr std::array<float, 3> least{8, 3, 3}; // levels of Y, Cb and Cr
    const Size size = road.size;
    Bitmap result(size);
    std::fill(result.inside.begin(), result.inside.end(), std::uint8_t{1});
    for (std::size_t c = 0; c < least.size(); ++c) {
        const std::vector<float> plane =
            means({ground.channel[c].begin(), ground.channel[c].end()}, size, 1);
        const std::vector<float> strange = strangeness(plane, road, least[c]);
        for (std::size_t i = 0; i < strange.size(); ++i)
            result.inside[i] &= strange[i] < alike_deviations;
        if (c != 0)
            continue;
        const std::vector<float> texture = texture_of(plane, size);
        std::vector<float> on_road;
        for (std::size_t i = 0; i < texture.size(); ++i)
            if (road.inside[i])
                on_road.push_back(texture[i]);
        const auto half = on_road.begin() + static_cast<std::ptrdiff_t>(on_road.size() / 2);
        std::nth_element(on_road.begin(), half, on_road.end());
        const float most = std::max(rough * *half, always_smooth);
        for (std::size_t i = 0; i < texture.size(); ++i)
            result.inside[i] &= texture[i] < most;
    }
    return result;
}

/// Inside a line of `length` samples, `step` apart, fills the gaps between two runs where the gap
/// is no wider than the narrower run and a third of it, between marks, looks as the road.
void bridge_line(std::uint8_t* line, const std::uint8_t* alike, std::size_t length,
                 std::size_t step) {
    struct Run {
        std::size_t begin = 0, end = 0;
    };
    Run before;
    for (std::size_t at = 0; at < length;) {
        if (!line[at * step]) {
            ++at;
            continue;
        }
        Run run{at, at};
        while (run.end < length && line[run.end * step])
            ++run.end;
        at = run.end;
        const std::size_t gap = run.begin - before.end,
                          narrower = std::min(run.end - run.begin, before.end - before.begin);
        if (gap <= narrower) {
            std::size_t same = 0;
            for (std::size_t i = before.end; i < run.begin; ++i)
                same += alike[i * step];
            if (same * 3 >= gap) {
                for (std::size_t i = before.end; i < run.begin; ++i)
                    line[i * step] = 1;
                run.begin = before.begin;
            }
        }
        before = run;
    }
}

/// Vehicles keep to their lanes: what lies between two is road, too.
Bitmap bridged(Bitmap road, const Bitmap& alike) {
    const auto width = static_cast<std::size_t>(road.size.width),
               height = static_cast<std::size_t>(road.size.height);
    for (std::size_t y = 0; y < height; ++y)
        bridge_line(road.inside.data() + y * width, alike.inside.data() + y * width, width, 1);
    for (std::size_t x = 0; x < width; ++x)
        bridge_line(road.inside.data() + x, alike.inside.data() + x, height, width);
    return road;
}

/// What is beside a road is at most as near to it as 0.6 of the road's half width there: a hard
/// shoulder.
Bitmap near_to(const Bitmap& road) {
    Bitmap near = road;
    for (double half_width : {4.0, 8.0, 16.0, 32.0, 56.0}) {
        const Bitmap wide = dilated(opened(road, half_width), 0.6 * half_width);
        for (std::size_t i = 0; i < near.inside.size(); ++i)
            near.inside[i] |= wide.inside[i];
    }
    return near;
}

/// The parts of `bitmap` that hold some of `seed`.
Bitmap parts_with(const Bitmap& bitmap, const Bitmap& seed) {
    const Blobs found = blobs_of(bitmap);
    std::vector<std::uint8_t> holds(found.blobs.size() + 1);
    for (std::size_t i = 0; i < seed.inside.size(); ++i)
        holds[found.labels[i]] |= seed.inside[i];
    holds[0] = 0;
    Bitmap parts(bitmap.size);
    for (std::size_t i = 0; i < parts.inside.size(); ++i)
        parts.inside[i] = holds[found.labels[i]];
    return parts;
}

/// Without its edges where they have another colour than most of it: vehicles are higher than the
/// road, and hide some of the grass behind.
Bitmap trimmed(const Bitmap& seed, const Planes& ground) {
    constexpr int other = 8; // levels
    Bitmap same = seed;
    for (std::size_t c : {1U, 2U}) {
        std::vector<std::uint8_t> chroma;
        for (std::size_t i = 0; i < seed.inside.size(); ++i)
            if (seed.inside[i])
                chroma.push_back(ground.channel[c][i]);
        const int usual = median_of(chroma);
        for (std::size_t i = 0; i < same.inside.size(); ++i)
            same.inside[i] &= std::abs(ground.channel[c][i] - usual) <= other;
    }
    Bitmap left = opened(closed(same, 3), 3);
    for (std::size_t i = 0; i < left.inside.size(); ++i)
        left.inside[i] &= seed.inside[i];
    return without_small_holes(left, share_of_area(largest_hole, seed.size));
}

Bitmap grown(const Bitmap& seed, const Planes& ground) {
    const Bitmap core = eroded(seed, 2); // the edge is mixed with what is beside
    if (count(core) < share_of_area(smallest_road, seed.size) / 4)
        return seed;
    Bitmap more = alike(ground, core);
    const Bitmap road = bridged(seed, more), near = near_to(road);
    for (std::size_t i = 0; i < more.inside.size(); ++i)
        more.inside[i] = (more.inside[i] & near.inside[i]) | road.inside[i];
    more = opened(closed(more, 3), 4); // over marks, and not along what is thin
    for (std::size_t i = 0; i < more.inside.size(); ++i)
        more.inside[i] |= road.inside[i];
    return without_small_holes(parts_with(more, seed), share_of_area(largest_hole, seed.size));
}

} // namespace

Bitmap road_by_traffic(const std::vector<std::uint16_t>& moved, const Planes& ground) {
    // Vehicles that came side by side join, what was crossed by chance goes.
    const Bitmap crossed = opened(closed(often_crossed(moved, ground.size), 8), 3);
    const Bitmap parts =
        without_small_holes(large_parts(crossed), share_of_area(largest_hole, ground.size));
    if (count(parts) == 0)
        return parts;
    const Bitmap seed = trimmed(parts, ground);
    return grown(2 * count(seed) > count(parts) ? seed : parts, ground);
}

void CameraLearner::check_shape(const Sight& sight) {
    if (size_.width == 0) {
        full_ = sight.full;
        size_ = sight.planes.size;
    }
    if (sight.planes.size != size_)
        throw Error(str("a picture of ", sight.full.width, "x", sight.full.height,
                        " among pictures of ", full_.width, "x", full_.height));
}

void CameraLearner::look(const Sight& sight) {
    check_shape(sight);
    first_[static_cast<std::size_t>(light_of(sight))].add(sight.planes.channel[0]);
}

void CameraLearner::end_first_look() {
    looks_again_ = true;
    const auto fewer = [](const PlaneStack& one, const PlaneStack& other) {
        return one.planes() < other.planes();
    };
    main_light_ = static_cast<std::size_t>(std::max_element(first_.begin(), first_.end(), fewer) -
                                           first_.begin());
    const auto planes = [&](Light light) {
        return first_[static_cast<std::size_t>(light)].planes();
    };
    const bool by_day = planes(Light::day) + planes(Light::dusk) >= usual_frames;
    for (std::size_t light = 0; light < first_.size(); ++light) {
        const bool by_lamps = light == static_cast<std::size_t>(Light::night) ||
                              light == static_cast<std::size_t>(Light::infrared);
        // Headlights move beside the road as well: they show it only where the day does not.
        if (planes(static_cast<Light>(light)) == 0 || (by_day && by_lamps)) {
            first_[light] = {};
            continue;
        }
        const Still still = still_in(evened(first_[light].take()));
        Background& background = backgrounds_[light].emplace();
        const auto least = [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); };
        const auto most = [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); };
        background.low = around(still.middle, size_, least);
        background.high = around(still.middle, size_, most);
        for (double deviation : still.deviation)
            background.least.push_back(static_cast<std::uint8_t>(
                std::clamp(least_deviations * deviation, least_levels, 255.0)));
        background.middle = still.middle;
    }
    for (Counts& counts : moved_)
        counts.assign(area(size_), 0);
    for (std::vector<std::uint32_t>& sums : colours_)
        sums.assign(area(size_), 0);
    coloured_.assign(area(size_), 0);
}

void CameraLearner::look_again(const Sight& sight, Ground ground) {
    check_shape(sight);
    if (!looks_again_)
        end_first_look();
    const auto light = static_cast<std::size_t>(light_of(sight));
    if (ground == Ground::bare)
        makers_[light].add(sight);
    if (backgrounds_[light])
        count_traffic(sight, *backgrounds_[light]);
}

void CameraLearner::count_traffic(const Sight& sight, const Background& background) {
    constexpr int burnt = 250, bright = 200; // what has no levels left does not follow the light
    const std::vector<std::uint8_t>& luma = sight.planes.channel[0];
    const double brighter = brighter_of(luma, background.middle);
    std::array<double, 256> levels, logs, log_of_level;
    for (std::size_t level = 0; level < levels.size(); ++level) {
        levels[level] = static_cast<double>(level) * brighter;
        logs[level] = std::log(levels[level] + 4);
        log_of_level[level] = std::log(static_cast<double>(level) + 4);
    }
    Bitmap moving(size_);
    std::vector<double> logarithms(luma.size());
    for (std::size_t i = 0; i < luma.size(); ++i) {
        // The camera shakes a little: a sample may be like its neighbours.
        const double level = levels[luma[i]];
        const double difference = std::max(level - background.high[i], background.low[i] - level);
        moving.inside[i] = difference > background.least[i] &&
                           !(luma[i] >= burnt && background.middle[i] >= bright);
        logarithms[i] = logs[luma[i]] - log_of_level[background.middle[i]];
    }
    moving = closed(moving, 1.5);
    vehicles_ += leave_vehicles(moving, logarithms);
    Counts& counts = moved_[static_cast<std::size_t>(frames_ % 2)];
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] < std::numeric_limits<std::uint16_t>::max())
            counts[i] = static_cast<std::uint16_t>(counts[i] + moving.inside[i]);
    if (static_cast<std::size_t>(light_of(sight)) == main_light_)
        add_colours(sight, moving, brighter);
    ++frames_;
}

void CameraLearner::add_colours(const Sight& sight, const Bitmap& moving, double brighter) {
    for (std::size_t i = 0; i < moving.inside.size(); ++i) {
        if (moving.inside[i] || coloured_[i] == std::numeric_limits<std::uint16_t>::max())
            continue;
        ++coloured_[i];
        colours_[0][i] += static_cast<std::uint32_t>(
            std::min(255.0, sight.planes.channel[0][i] * brighter + 0.5));
        colours_[1][i] += sight.planes.channel[1][i];
        colours_[2][i] += sight.planes.channel[2][i];
    }
}

CameraState CameraLearner::learned(const std::string& camera) const {
    CameraState state;
    state.camera = camera;
    state.full = full_;
    state.sight = size_;
    state.traffic = {frames_, vehicles_, 0, std::max(usual_frames, 2 * frames_)};
    for (std::size_t light = 0; light < makers_.size(); ++light)
        if (makers_[light].frames() > 0)
            state.references[light] = makers_[light].reference(static_cast<Light>(light));
    if (!looks_again_)
        return state;
    Planes ground(size_);
    for (std::size_t c = 0; c < colours_.size(); ++c)
        for (std::size_t i = 0; i < coloured_.size(); ++i)
            ground.channel[c][i] = static_cast<std::uint8_t>(
                coloured_[i] ? (colours_[c][i] + coloured_[i] / 2U) / coloured_[i] : 0);
    Counts all = moved_[0];
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<std::uint16_t>(std::min(65535, all[i] + moved_[1][i]));
    const Bitmap even = road_by_traffic(moved_[0], ground),
                 odd = road_by_traffic(moved_[1], ground);
    Bitmap region = road_by_traffic(all, ground);
    if (count(even) > 0 && count(odd) > 0)
        state.traffic.agreement = intersection_over_union(even, odd);
    if (state.traffic.agreement < least_agreement || vehicles_ < least_vehicles)
        return state;
    state.traffic.frames_needed = 0;
    state.region = std::move(region);
    return state;
}

} // namespace img
