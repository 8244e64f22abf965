// What a single picture says of its road, as numbers that no exposure changes much.

#include "verb/road/appearance.hpp"

#include "verb/road/box.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace img {

namespace {

/// Above this share of the height there is sky and what is far away.
constexpr double far_part = .25;
/// How far from the road its verge reaches, in samples.
constexpr double verge_width = 30;
/// What of the brightest samples is lamps and reflections.
constexpr double glare = .03;

using Levels = std::array<float, 256>;

/// Stops of linear light for a coded level, with the exponent 2.2 that stands for sRGB's curve.
/// What is darker than ten stops below white is noise.
const Levels& stops() {
    static const Levels table = [] {
        Levels levels{};
        for (std::size_t i = 0; i < levels.size(); ++i)
            levels[i] = std::max(
                -10.F, 2.2F * std::log2(static_cast<float>(std::max<std::size_t>(i, 1)) / 255));
        return levels;
    }();
    return table;
}

/// The lowest level that has so many stops.
std::size_t level_at(double stop) {
    const Levels& levels = stops();
    return static_cast<std::size_t>(
        std::lower_bound(levels.begin(), levels.end(), static_cast<float>(stop)) - levels.begin());
}

/// How often each of 256 levels occurs.
class Histogram {
public:
    void add(std::uint8_t level) {
        ++counts_[level];
        ++all_;
    }
    /// The level that `share` of all are at most.
    std::size_t quantile(double share) const {
        double below = 0;
        for (std::size_t level = 0; level < counts_.size(); ++level) {
            below += counts_[level];
            if (below >= share * all_)
                return level;
        }
        return counts_.size() - 1;
    }
    double share_from(std::size_t level) const {
        double above = 0;
        for (; level < counts_.size(); ++level)
            above += counts_[level];
        return all_ > 0 ? above / all_ : 0;
    }
    const std::array<std::uint32_t, 256>& counts() const { return counts_; }
    std::uint32_t all() const { return all_; }

private:
    std::array<std::uint32_t, 256> counts_{};
    std::uint32_t all_ = 0;
};

/// Two modes of a histogram in stops: Otsu, "A threshold selection method from gray-level
/// histograms" (1979).
struct Modes {
    double dark = 0, bright = 0; ///< their means
    double share = 0;            ///< of the bright one
    double contrast = 0;         ///< variance between them by the variance of all, 0 to 1
    std::size_t threshold = 0;   ///< the first level of the bright one
};

Modes modes_of(const Histogram& histogram) {
    const Levels& stop = stops();
    double sum = 0, squares = 0;
    for (std::size_t i = 0; i < 256; ++i) {
        sum += histogram.counts()[i] * double{stop[i]};
        squares += histogram.counts()[i] * double{stop[i]} * stop[i];
    }
    const double all = std::max<double>(histogram.all(), 1);
    const double variance = std::max(squares / all - sum / all * (sum / all), 1e-4);
    Modes best;
    double below = 0, sum_below = 0, best_between = -1;
    for (std::size_t i = 0; i + 1 < 256; ++i) {
        below += histogram.counts()[i];
        sum_below += histogram.counts()[i] * double{stop[i]};
        if (below <= 0 || below >= all)
            continue;
        const double dark = sum_below / below, bright = (sum - sum_below) / (all - below);
        const double between = below / all * (1 - below / all) * (bright - dark) * (bright - dark);
        if (between > best_between) {
            best_between = between;
            best = {dark, bright, 1 - below / all, between / variance, i + 1};
        }
    }
    if (best_between < 0)
        best = {sum / all, sum / all, 0, 0, 255};
    return best;
}

/// The colour of the light, as chroma by brightness: the mean over the picture, in which bright
/// samples count most (Finlayson and Trezzi, "Shades of gray and colour constancy", 2004).
struct Tint {
    float blue = 0, red = 0;
};

Tint tint_of(const Planes& planes) {
    static const std::array<std::int64_t, 256> fifth_powers = [] {
        std::array<std::int64_t, 256> powers{}; // with the sample itself, the sixth
        for (std::size_t i = 0; i < powers.size(); ++i)
            powers[i] = std::llround(std::pow(static_cast<double>(i) / 255, 5) * 4096);
        return powers;
    }();
    std::int64_t weight = 0, blue = 0, red = 0;
    for (std::size_t i = 0; i < planes.channel[0].size(); ++i) {
        const std::int64_t w = fifth_powers[planes.channel[0][i]];
        weight += w * planes.channel[0][i];
        blue += w * (planes.channel[1][i] - 128);
        red += w * (planes.channel[2][i] - 128);
    }
    if (weight == 0)
        return {};
    const auto all = static_cast<float>(weight);
    return {static_cast<float>(blue) / all, static_cast<float>(red) / all};
}

/// Chroma by brightness, 0 to 1 as 0 to 255, and the same in the colour of the light.
struct Colours {
    std::vector<std::uint8_t> seen, balanced;
};

std::uint8_t saturation(float blue, float red, float by_light) {
    const float value = std::sqrt(blue * blue + red * red) * by_light;
    return static_cast<std::uint8_t>(static_cast<int>(std::min(value, 255.F)));
}

Colours colours_of(const Planes& planes, Tint tint) {
    const std::size_t samples = planes.channel[0].size();
    Colours colours{std::vector<std::uint8_t>(samples), std::vector<std::uint8_t>(samples)};
    const std::uint8_t* y = planes.channel[0].data();
    const std::uint8_t* cb = planes.channel[1].data();
    const std::uint8_t* cr = planes.channel[2].data();
    std::uint8_t* seen = colours.seen.data();
    std::uint8_t* balanced = colours.balanced.data();
    for (std::size_t i = 0; i < samples; ++i) {
        const float light = y[i], by_light = 255 / (light + 8);
        const auto blue = static_cast<float>(cb[i] - 128), red = static_cast<float>(cr[i] - 128);
        seen[i] = saturation(blue, red, by_light);
        balanced[i] = saturation(blue - tint.blue * light, red - tint.red * light, by_light);
    }
    return colours;
}

/// What is counted of a part of the picture.
struct Part {
    Histogram light, seen, balanced;
    std::uint32_t green = 0, warm = 0, blue = 0, pale = 0;
    double sum_blue = 0, sum_light = 0;
    double detail[3] = {0, 0, 0};

    double share(std::uint32_t part) const { return part / std::max<double>(light.all(), 1); }
};

/// Means over squares of (2 * radius + 1) samples a side; at the edges over what there is.
std::vector<float> blurred(const std::vector<float>& from, Size size, int radius) {
    std::vector<float> out = box_sum(from, size, radius);
    auto within = [&](int at, int end) {
        return static_cast<float>(std::min(at + radius, end - 1) - std::max(at - radius, 0) + 1);
    };
    std::size_t i = 0;
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
            out[i++] /= within(x, size.width) * within(y, size.height);
    return out;
}

/// Appends values in the order of the names.
class Values {
public:
    explicit Values(Appearance& to) : to_(to) {}
    void add(double value) { to_.values[at_++] = static_cast<float>(value); }
    void add(std::initializer_list<double> values) {
        for (double value : values)
            add(value);
    }
    std::size_t size() const { return at_; }

private:
    Appearance& to_;
    std::size_t at_ = 0;
};

} // namespace

const std::array<std::string_view, Appearance::count> Appearance::names{
    "road_05",
    "road_10",
    "road_25",
    "road_50",
    "road_75",
    "road_90",
    "road_95",
    "road_spread",
    "road_light",
    "verge_10",
    "verge_25",
    "verge_50",
    "verge_75",
    "verge_90",
    "road_to_verge",
    "road_to_snow",
    "peak_to_peak",
    "road_colour",
    "road_colour_90",
    "verge_colour",
    "verge_colour_25",
    "rest_colour",
    "rest_colour_90",
    "road_balanced",
    "verge_balanced",
    "rest_balanced",
    "verge_pale",
    "rest_pale",
    "road_pale_05",
    "road_pale_10",
    "road_pale_16",
    "modes",
    "modes_share",
    "modes_apart",
    "bright_mode",
    "dark_mode",
    "fine",
    "middle",
    "coarse",
    "verge_fine",
    "verge_coarse",
    "green",
    "warm",
    "road_blue",
    "marks",
    "white",
    "snow_07",
    "snow_12",
    "snow_18",
    "road_50_ground",
    "road_10_ground",
    "verge_50_ground",
    "ground_white",
    "snow_gap",
    "far_20",
    "far_50",
    "far_80",
};

Appearance appearance_of(const Sight& sight, const Bitmap& road) {
    const Size size = sight.planes.size;
    assert(road.size == size);
    const Levels& stop = stops();
    const std::vector<std::uint8_t>& light = sight.planes.channel[0];
    const std::size_t samples = light.size();

    const int horizon = static_cast<int>(far_part * size.height);
    Histogram whole, ground, far;
    std::vector<float> stops_of(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        whole.add(light[i]);
        (i < static_cast<std::size_t>(horizon * size.width) ? far : ground).add(light[i]);
        stops_of[i] = stop[light[i]];
    }
    const double white = stop[whole.quantile(1 - glare)];
    const Colours colours = colours_of(sight.planes, tint_of(sight.planes));

    // Detail by size: differences of means over squares of 1, 3, 9 and 27 samples a side.
    const std::vector<float> mean3 = blurred(stops_of, size, 1), mean9 = blurred(mean3, size, 4),
                             mean27 = blurred(mean9, size, 13);
    // What shines above both sides within a few samples is a mark on the road.
    std::uint32_t marks = 0;

    const Bitmap near_road = dilated(road, verge_width);
    Part on_road, verge, rest;
    auto count_sample = [&](Part& part, std::size_t i) {
        part.light.add(light[i]);
        part.seen.add(colours.seen[i]);
        part.balanced.add(colours.balanced[i]);
        const int blue = sight.planes.channel[1][i] - 128, red = sight.planes.channel[2][i] - 128;
        part.green += red * 6 < -blue - 6;                // more green than red and than blue
        part.warm += 14 * red - 18 * blue > light[i] + 8; // more red than blue by a tenth
        part.sum_blue += blue - red;
        part.sum_light += light[i];
        part.pale += stop[light[i]] > white - 1.2 && colours.seen[i] < 26;
        part.detail[0] += std::abs(stops_of[i] - mean3[i]);
        part.detail[1] += std::abs(mean3[i] - mean9[i]);
        part.detail[2] += std::abs(mean9[i] - mean27[i]);
    };
    std::array<std::uint32_t, 3> pale{};
    for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
            const auto i = static_cast<std::size_t>(y * size.width + x);
            if (road.inside[i]) {
                count_sample(on_road, i);
                marks += mean3[i] - mean9[i] > .4F;
                const double below = white - stops_of[i];
                const bool neutral = colours.seen[i] < 32;
                pale[0] += neutral && below < .5;
                pale[1] += neutral && below < 1;
                pale[2] += neutral && below < 1.6;
            } else if (y >= horizon) {
                count_sample(rest, i);
                if (near_road.inside[i])
                    count_sample(verge, i);
            }
        }
    if (verge.light.all() < 200)
        verge = rest;

    auto below_white = [&](const Part& part, double share) {
        return part.light.all() ? stop[part.light.quantile(share)] - white : -5.;
    };
    auto colour = [](const Histogram& histogram, double share) {
        return static_cast<double>(histogram.quantile(share)) / 255;
    };
    auto detail = [](const Part& part, int scale) {
        return std::log2(part.detail[scale] / std::max<double>(part.light.all(), 1) + 1e-3);
    };
    const double middle = below_white(on_road, .5);
    const Modes modes = modes_of(on_road.light);

    Appearance appearance;
    Values values{appearance};
    for (double share : {.05, .1, .25, .5, .75, .9, .95})
        values.add(below_white(on_road, share));
    values.add(below_white(on_road, .9) - below_white(on_road, .1));
    values.add(middle + white);
    for (double share : {.1, .25, .5, .75, .9})
        values.add(below_white(verge, share));
    values.add({middle - below_white(verge, .5), middle - below_white(verge, .75),
                below_white(on_road, .9) - below_white(verge, .9)});
    values.add({colour(on_road.seen, .5), colour(on_road.seen, .9), colour(verge.seen, .5),
                colour(verge.seen, .25), colour(rest.seen, .5), colour(rest.seen, .9)});
    values.add(
        {colour(on_road.balanced, .5), colour(verge.balanced, .5), colour(rest.balanced, .5)});
    values.add({verge.share(verge.pale), rest.share(rest.pale)});
    for (std::uint32_t one : pale)
        values.add(on_road.share(one));
    values.add({modes.contrast, modes.share, modes.bright - modes.dark, modes.bright - white,
                modes.dark - white});
    values.add({detail(on_road, 0), detail(on_road, 1), detail(on_road, 2), detail(verge, 0),
                detail(verge, 2)});
    values.add({rest.share(rest.green), rest.share(rest.warm),
                on_road.sum_blue / std::max(on_road.sum_light, 1.), on_road.share(marks), white});
    const double snow = below_white(verge, .75) + white;
    for (double below : {.7, 1.2, 1.8})
        values.add(on_road.light.share_from(level_at(snow - below)));
    const double ground_white = stop[ground.quantile(1 - glare)];
    values.add({middle + white - ground_white, below_white(on_road, .1) + white - ground_white,
                below_white(verge, .5) + white - ground_white, ground_white - white,
                modes.bright - snow});
    for (double share : {.2, .5, .8})
        values.add(stop[far.quantile(share)] - white);
    assert(values.size() == Appearance::count);
    return appearance;
}

} // namespace img
