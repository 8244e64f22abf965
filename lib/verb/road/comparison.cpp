// What a frame shows that its camera's reference does not: snow, wetness, fog, a moved camera.

#include "verb/road/comparison.hpp"

#include "base/error.hpp"
#include "verb/road/box.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

namespace img {

namespace {

using Numbers = std::vector<float>;

/// What compression and sensors leave of structure where there is none, squared, in logarithms.
constexpr float noise = 0.02F * 0.02F;
/// Structure is there still where the picture goes with the reference (correlation) and as much as
/// it did (slope); it is gone below the lower slope.
constexpr float kept_correlation = 0.6F, kept_slope = 0.6F, gone_slope = 0.35F, seen_slope = 0.9F;
/// So much of a part must be as it was to tell its brightness.
/// Variance of what has structure at all: 0.03 squared.
constexpr float some_structure = 0.0009F;
constexpr double enough_of_road = 0.08, enough_beside = 0.1, enough_of_picture = 0.03;

/// Natural logarithm of linear luminance (gamma 2.2), with what a black is in an 8-bit picture.
const std::array<float, 256>& logarithms() {
    static const std::array<float, 256> table = [] {
        std::array<float, 256> values{};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] =
                static_cast<float>(std::log(std::pow(static_cast<double>(i) / 255, 2.2) + 0.003));
        return values;
    }();
    return table;
}

/// The frame on the reference's samples.
struct Layers {
    Size size, cells;
    std::array<std::vector<std::uint8_t>, 3> reduced; ///< where the sight is larger
    std::vector<std::uint8_t> reduced_road;
    std::array<const std::uint8_t*, 3> planes;
    const std::uint8_t* road;
    const std::uint8_t* was;
};

Layers layers_of(const Sight& sight, const Reference& reference, const Bitmap& region) {
    const Size size = sight.planes.size;
    if (region.size != size)
        throw Error("the road's region is of another picture size");
    if (reference.size != reference_size(size))
        throw Error("the reference is of another picture size");
    Layers layers;
    layers.size = reference.size;
    layers.cells = cells_of(reference.size);
    layers.was = reference.median.data();
    layers.road = region.inside.data();
    for (std::size_t c = 0; c < 3; ++c)
        layers.planes[c] = sight.planes.channel[c].data();
    if (reference.size == size)
        return layers;
    for (std::size_t c = 0; c < 3; ++c) {
        layers.reduced[c] = halved(sight.planes.channel[c], size);
        layers.planes[c] = layers.reduced[c].data();
    }
    layers.reduced_road = halved(region.inside, size);
    layers.road = layers.reduced_road.data();
    return layers;
}

/// Sums over cells.
struct CellSums {
    Numbers now, was, now_now, was_was, now_was; ///< of log-luminance
    std::array<Numbers, 3> planes;               ///< means
    Numbers road;                                ///< share
    explicit CellSums(std::size_t count) {
        for (Numbers* numbers :
             {&now, &was, &now_now, &was_was, &now_was, &planes[0], &planes[1], &planes[2], &road})
            numbers->resize(count);
    }
};

/// Of the columns of a row of cells, added up from top to bottom.
void add_columns(const Numbers& columns, float* cells, int count, float weight) {
    for (int i = 0; i < count; ++i) {
        const float* from = columns.data() + i * cell_side;
        cells[i] = (from[0] + from[1] + from[2] + from[3]) * weight;
    }
}

CellSums sums_of(const Layers& layers) {
    const int width = layers.cells.width * cell_side;
    const auto wide = static_cast<std::size_t>(width);
    CellSums sums(wide / cell_side * static_cast<std::size_t>(layers.cells.height));
    const std::array<float, 256>& log = logarithms();
    constexpr float share = 1.0F / (cell_side * cell_side);
    std::array<Numbers, 9> columns;
    Numbers now(wide), was(wide);
    const std::array<Numbers*, 9> cells{&sums.now,       &sums.was,       &sums.now_now,
                                        &sums.was_was,   &sums.now_was,   &sums.planes[0],
                                        &sums.planes[1], &sums.planes[2], &sums.road};
    for (int row = 0; row < layers.cells.height; ++row) {
        for (Numbers& column : columns)
            column.assign(wide, 0);
        for (int y = row * cell_side; y < (row + 1) * cell_side; ++y) {
            const auto at =
                static_cast<std::size_t>(y) * static_cast<std::size_t>(layers.size.width);
            for (std::size_t x = 0; x < wide; ++x) {
                now[x] = log[layers.planes[0][at + x]];
                was[x] = log[layers.was[at + x]];
            }
            for (std::size_t x = 0; x < wide; ++x) {
                columns[0][x] += now[x];
                columns[1][x] += was[x];
                columns[2][x] += now[x] * now[x];
                columns[3][x] += was[x] * was[x];
                columns[4][x] += now[x] * was[x];
            }
            for (std::size_t c = 0; c < 3; ++c)
                for (std::size_t x = 0; x < wide; ++x)
                    columns[5 + c][x] += static_cast<float>(layers.planes[c][at + x]);
            for (std::size_t x = 0; x < wide; ++x)
                columns[8][x] += static_cast<float>(layers.road[at + x]);
        }
        for (std::size_t i = 0; i < cells.size(); ++i)
            add_columns(columns[i], cells[i]->data() + row * layers.cells.width, layers.cells.width,
                        share);
    }
    return sums;
}

/// What 3 x 3 cells around each cell say of the reference's structure.
struct Windows {
    Size size;
    Numbers difference;  ///< of log-luminance, now less then
    Numbers correlation; ///< -1 to 1
    Numbers slope;       ///< how much of the structure there is: 1 all, 0 nothing
    Numbers now, was;    ///< variances
    std::vector<std::uint8_t> road;
};

Windows windows_of(const CellSums& sums, Size cells) {
    const std::size_t count = sums.now.size();
    const Numbers ones = box_sum(Numbers(count, 1), cells, 1);
    const Numbers now = box_sum(sums.now, cells, 1), was = box_sum(sums.was, cells, 1),
                  now_now = box_sum(sums.now_now, cells, 1),
                  was_was = box_sum(sums.was_was, cells, 1),
                  now_was = box_sum(sums.now_was, cells, 1);
    Windows windows{
        cells, Numbers(count), Numbers(count), Numbers(count), Numbers(count), Numbers(count), {}};
    windows.road.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        const float each = 1 / ones[i], mean_now = now[i] * each, mean_was = was[i] * each;
        const float variance_now = std::max(0.0F, now_now[i] * each - mean_now * mean_now);
        const float variance_was = std::max(0.0F, was_was[i] * each - mean_was * mean_was);
        const float both = now_was[i] * each - mean_now * mean_was;
        windows.difference[i] = mean_now - mean_was;
        windows.correlation[i] = both / std::sqrt((variance_now + noise) * (variance_was + noise));
        windows.slope[i] = both / (variance_was + noise);
        windows.now[i] = variance_now;
        windows.was[i] = variance_was;
        windows.road[i] = sums.road[i] > 0.5F;
    }
    return windows;
}

/// The value that `percent` of the values are below; there is one at least.
float percentile(Numbers& values, std::size_t percent) {
    const auto at =
        values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) * percent / 100);
    std::nth_element(values.begin(), at, values.end());
    return *at;
}

/// How bright the bare road would be, and from what difference on it is brighter than bare.
struct Level {
    Basis basis = Basis::none;
    float gain = 0;
    /// The difference that snow begins at. Absent where the road's structure is gone: then
    /// whiteness tells.
    std::optional<float> snow_from;
    std::optional<float> beside; ///< gain of what is beside the road
    double kept = 0;             ///< share of the road's structure that is as it was
};

double share_of(std::size_t part, std::size_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
}

/// Which cells have the colour of ground that is not grey, as in the reference: bare earth and
/// dusty roads are never taken for snow because the sun shines on them.
std::vector<std::uint8_t> coloured_ground(const CellSums& sums, const Windows& windows,
                                          const Reference& reference) {
    constexpr float warm = 0.15F * warmth_steps; // a third more red than blue, in linear light
    constexpr float stays = 0.6F;
    std::vector<std::uint8_t> coloured(windows.slope.size());
    Numbers warmth(windows.slope.size()), shifts;
    for (std::size_t i = 0; i < warmth.size(); ++i) {
        const auto was = static_cast<float>(reference.warmth[i]);
        warmth[i] = warmth_of(sums.planes[0][i], sums.planes[1][i], sums.planes[2][i]);
        if (windows.slope[i] > kept_slope && windows.correlation[i] > kept_correlation)
            shifts.push_back(warmth[i] - was);
    }
    // Lamps give a colour to grey roads; and where little is as it was, it tells no shift.
    const bool by_lamps = reference.light != Light::day;
    if (by_lamps || share_of(shifts.size(), warmth.size()) < enough_beside)
        return coloured;
    const float shift = percentile(shifts, 50);
    for (std::size_t i = 0; i < warmth.size(); ++i) {
        const float was = static_cast<float>(reference.warmth[i]) - warmth_neutral;
        coloured[i] = was > warm && warmth[i] - warmth_neutral - shift > stays * was;
    }
    return coloured;
}

bool lit_by_lamps(Light light) {
    return light == Light::night || light == Light::infrared;
}

enum class SameLight { yes, no };

struct Anchors {
    Numbers road, beside, gone; ///< differences of what is as it was, and of what is not
    std::size_t road_cells = 0;
    std::size_t structured_road = 0, structured_beside = 0; ///< cells that had structure
};

Anchors anchors_of(const Windows& windows, const CellSums& sums, Light light) {
    // What is next to black does not get darker, and would tell a gain that nothing else has.
    const float dark = lit_by_lamps(light) ? -5.0F : -3.2F;
    Anchors anchors;
    for (std::size_t i = 0; i < windows.slope.size(); ++i) {
        const bool kept =
            windows.slope[i] > kept_slope && windows.correlation[i] > kept_correlation;
        anchors.road_cells += windows.road[i];
        if (windows.was[i] > some_structure)
            ++(windows.road[i] ? anchors.structured_road : anchors.structured_beside);
        if (kept && (windows.road[i] || sums.was[i] > dark))
            (windows.road[i] ? anchors.road : anchors.beside).push_back(windows.difference[i]);
        else if (windows.road[i] && windows.slope[i] < gone_slope)
            anchors.gone.push_back(windows.difference[i]);
    }
    return anchors;
}

Level level_of(const Windows& windows, const CellSums& sums, Light light, SameLight same) {
    // Another light may be brighter in places: lamps, and infrared on what is not black to it.
    const float snow_over_bare = same == SameLight::yes ? 0.25F : 1;
    Anchors anchors = anchors_of(windows, sums, light);
    Level level;
    level.kept = std::min(1.0, share_of(anchors.road.size(), anchors.structured_road));
    if (share_of(anchors.beside.size(), anchors.structured_beside) > enough_beside &&
        share_of(anchors.beside.size(), windows.slope.size()) > enough_of_picture)
        level.beside = percentile(anchors.beside, 50);
    const bool had_structure = share_of(anchors.structured_road, anchors.road_cells) > 0.1;
    if (had_structure && level.kept > enough_of_road) {
        level.basis = Basis::road;
        level.gain = percentile(anchors.road, 35);
        // The pools of light below lamps look the same on snow: there the rest of the picture
        // tells.
        if (lit_by_lamps(light) && level.beside)
            level.gain = std::min(level.gain, *level.beside + 0.5F);
        level.snow_from = level.gain + snow_over_bare;
        // Where the sun shines between shadows the road is as bare as in them. When little is as it
        // was, it does not tell.
        if (level.kept > 0.25) {
            const float sunny = percentile(anchors.road, 85) + 0.2F;
            level.snow_from = std::max(*level.snow_from, std::min(sunny, level.gain + 1.2F));
        }
        // Or 0.4 of the way to what has no structure any more.
        if (share_of(anchors.gone.size(), anchors.road_cells) > 0.02) {
            const float way = 0.4F * (percentile(anchors.gone, 60) - level.gain);
            level.snow_from = std::max(*level.snow_from, level.gain + std::min(1.0F, way));
        }
        // A wet road is dark; what shines on it is no brighter than a dry road.
        if (level.beside)
            level.snow_from =
                std::max(*level.snow_from, std::min(*level.beside - 0.2F, level.gain + 1.2F));
    } else if (level.beside) {
        level.basis = Basis::beside;
        level.gain = *level.beside;
        if (!had_structure) // so none can be gone
            level.snow_from = level.gain + snow_over_bare;
    } else if (!had_structure) {
        level.snow_from = std::numeric_limits<float>::infinity(); // nothing can be told
    }
    return level;
}

/// Grey as the picture's bright parts are on the whole (shades of grey, Finlayson and Trezzi, 2004,
/// p = 6): dawn makes all of it blue.
struct Balance {
    float red = 1, green = 1, blue = 1;

    /// Whether it may be snow: not warm, not green, and blue at most as shade is.
    bool neutral(int luma, int cb, int cr) const {
        const auto y = static_cast<float>(luma) + 6, b = static_cast<float>(cb - 128),
                   r = static_cast<float>(cr - 128);
        const float reds = std::max(1.0F, y + 1.402F * r) * red,
                    greens = (y - 0.344F * b - 0.714F * r) * green,
                    blues = std::max(1.0F, y + 1.772F * b) * blue;
        // Ratios of linear light of 1.6, 3 and 1.15.
        return reds < 1.238F * blues && blues < 1.648F * reds &&
               greens < 1.066F * std::max(reds, blues);
    }
};

Balance balance_of(const CellSums& sums) {
    static const std::array<double, 256> weights = [] {
        std::array<double, 256> values{};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = std::pow(static_cast<double>(i) / 255, 2.2 * 6);
        return values;
    }();
    const auto weight = [&](float value) {
        return weights[static_cast<std::size_t>(std::clamp(value + 0.5F, 0.0F, 255.0F))];
    };
    double red = 1e-12, green = 1e-12, blue = 1e-12;
    for (std::size_t i = 0; i < sums.road.size(); ++i) {
        const float y = sums.planes[0][i], b = sums.planes[1][i] - 128, r = sums.planes[2][i] - 128;
        red += weight(y + 1.402F * r);
        green += weight(y - 0.344F * b - 0.714F * r);
        blue += weight(y + 1.772F * b);
    }
    const auto gain = [&](double sum) {
        return static_cast<float>(std::pow(green / sum, 1 / (2.2 * 6)));
    };
    return {gain(red), 1, gain(blue)};
}

/// What a sample of the road is.
enum class Cover { bare, snow, glare, unclear };

/// Decides sample by sample.
class Judge {
public:
    Judge(const Layers& layers, const CellSums& sums, const Windows& windows, const Level& level,
          const Reference& reference)
        : layers_(layers), windows_(windows), level_(level), balance_(balance_of(sums)),
          coloured_(coloured_ground(sums, windows, reference)) {
        Numbers brightness = sums.now;
        white_ = percentile(brightness, 95);
        was_means_ = means_around(sums.was, windows.size, 1);
        if (!level.snow_from)
            around_ = means_around(sums.now, windows.size, 7);
    }

    Cover cover(std::size_t sample, std::size_t cell) const {
        if (windows_.slope[cell] >= seen_slope && windows_.correlation[cell] > kept_correlation)
            return Cover::bare;
        const std::array<float, 256>& log = logarithms();
        const float now = log[layers_.planes[0][sample]];
        const float was = log[layers_.was[sample]], difference = now - was;
        if (coloured_[cell])
            return Cover::bare;
        const bool neutral = balance_.neutral(layers_.planes[0][sample], layers_.planes[1][sample],
                                              layers_.planes[2][sample]);
        if (!level_.snow_from)
            return neutral && now - around_[cell] > -0.5F ? Cover::snow : Cover::bare;
        if (difference < level_.gain - 1 && windows_.slope[cell] < gone_slope)
            return Cover::unclear; // a dark vehicle
        // Snow is white as the whole picture goes, or else much brighter than the road.
        const float from = now - white_ > -1.6F ? *level_.snow_from
                                                : std::max(*level_.snow_from, level_.gain + 1.2F);
        if (difference > from)
            return neutral ? Cover::snow : Cover::unclear; // a vehicle of some colour
        if (was - was_means_[cell] > 0.5F)
            return Cover::unclear; // white marks look the same under snow
        return difference > level_.gain + 0.5F ? Cover::glare : Cover::bare;
    }

private:
    /// Lamps light small parts of a picture: each is compared with what is near.
    static Numbers means_around(const Numbers& cells_, Size cells, int radius) {
        const Numbers ones = box_sum(Numbers(cells_.size(), 1), cells, radius);
        Numbers means = box_sum(cells_, cells, radius);
        for (std::size_t i = 0; i < means.size(); ++i)
            means[i] /= ones[i];
        return means;
    }

    const Layers& layers_;
    const Windows& windows_;
    const Level& level_;
    Balance balance_;
    std::vector<std::uint8_t> coloured_;
    float white_;
    Numbers around_, was_means_;
};

/// Into `found`: the snow, the coverage and the glare.
void judge_road(const Judge& judge, const Layers& layers, const Windows& windows, Size sight,
                Comparison& found) {
    std::size_t road = 0, snow = 0, unclear = 0, glare = 0;
    found.snow = Bitmap(sight);
    const int scale = sight.width / layers.size.width;
    for (int y = 0; y < layers.size.height; ++y) {
        const int cell_row = std::min(y / cell_side, windows.size.height - 1);
        for (int x = 0; x < layers.size.width; ++x) {
            const auto sample = static_cast<std::size_t>(y * layers.size.width + x);
            if (!layers.road[sample])
                continue;
            const int cell_column = std::min(x / cell_side, windows.size.width - 1);
            const Cover cover = judge.cover(
                sample, static_cast<std::size_t>(cell_row * windows.size.width + cell_column));
            ++road;
            unclear += cover == Cover::unclear;
            glare += cover == Cover::glare;
            if (cover != Cover::snow)
                continue;
            ++snow;
            for (int down = 0; down < scale; ++down)
                std::fill_n(found.snow.row(y * scale + down) + x * scale, scale, std::uint8_t{1});
        }
    }
    found.coverage = share_of(snow, road - unclear);
    found.glare = share_of(glare, road);
}

double structure_lost(const Windows& windows) {
    double lost = 0, all = 0;
    for (std::size_t i = 0; i < windows.slope.size(); ++i) {
        if (!windows.road[i])
            continue;
        const float weight = windows.was[i] / (windows.was[i] + 0.01F);
        lost += static_cast<double>(weight * (1 - std::clamp(windows.slope[i], 0.0F, 1.0F)));
        all += static_cast<double>(weight);
    }
    return all > 0 ? lost / all : 0;
}

double clamped(double value) {
    return std::clamp(value, 0.0, 1.0);
}

double wetness_of(const Level& level, double coverage, double glare) {
    if (level.basis != Basis::road || !level.beside)
        return 0;
    const double darker = static_cast<double>(*level.beside - level.gain);
    return clamped((darker - 0.2) / 0.6 + glare) * clamped(2 * level.kept) * (1 - coverage);
}

/// Structure that the reference has clearly.
constexpr float clear_structure = 0.06F * 0.06F;

double visibility_of(const Windows& windows, const Reference& reference) {
    constexpr std::uint8_t steady = 12; // levels; trees and water are elsewhere each time
    Numbers beside, all;
    for (std::size_t i = 0; i < windows.was.size(); ++i) {
        if (windows.was[i] < clear_structure || reference.deviation[i] > steady)
            continue;
        all.push_back(windows.correlation[i]);
        if (!windows.road[i])
            beside.push_back(windows.correlation[i]);
    }
    // Where all is road, its own best part has to tell.
    const bool enough = beside.size() * 20 > windows.was.size();
    Numbers& told = enough ? beside : all;
    return told.empty() ? 0 : static_cast<double>(percentile(told, 90));
}

/// Occlusion and contrast.
void look_at_lens(const Windows& windows, Comparison& found) {
    constexpr float left = 0.04F; // a fifth of the contrast
    std::size_t clear = 0, hidden = 0;
    double now = 0, was = 0;
    for (std::size_t i = 0; i < windows.was.size(); ++i) {
        now += static_cast<double>(std::sqrt(windows.now[i]));
        was += static_cast<double>(std::sqrt(windows.was[i]));
        if (windows.was[i] < clear_structure)
            continue;
        ++clear;
        hidden += windows.now[i] < left * windows.was[i] && windows.correlation[i] < 0.3F;
    }
    found.occluded = share_of(hidden, clear);
    found.contrast = was > 0 ? now / was : 1;
}

/// Of cells, less the mean of what is around them: light comes and goes, edges stay.
Numbers edges_of(const Numbers& cells, Size size) {
    constexpr int radius = 4;
    const Numbers ones = box_sum(Numbers(cells.size(), 1), size, radius);
    Numbers edges = box_sum(cells, size, radius);
    for (std::size_t i = 0; i < edges.size(); ++i)
        edges[i] = cells[i] - edges[i] / ones[i];
    return edges;
}

/// How well `now`, moved back by so many cells, goes with `was`, -1 to 1.
float fit(const Numbers& now, const Numbers& was, Size size, int right, int down) {
    float both = 0, now_now = 1e-6F, was_was = 1e-6F;
    const int width = size.width - std::abs(right);
    for (int y = std::max(0, -down); y < size.height - std::max(0, down); ++y) {
        const float* a = now.data() + (y + down) * size.width + std::max(0, right);
        const float* b = was.data() + y * size.width + std::max(0, -right);
        for (int x = 0; x < width; ++x) {
            both += a[x] * b[x];
            now_now += a[x] * a[x];
            was_was += b[x] * b[x];
        }
    }
    return both / std::sqrt(now_now * was_was);
}

/// Where the parabola through three neighbours has its top, -0.5 to 0.5.
double top_of(float before, float middle, float after) {
    const float bend = before - 2 * middle + after;
    return bend < 0 ? std::clamp(0.5 * static_cast<double>((before - after) / bend), -0.5, 0.5) : 0;
}

/// Alignment and shift.
void align(const CellSums& sums, Size cells, Comparison& found) {
    const Numbers now = edges_of(sums.now, cells), was = edges_of(sums.was, cells);
    const float still = fit(now, was, cells, 0, 0);
    constexpr float sure = 0.6F; // no better place is looked for
    float best = still;
    int right = 0, down = 0;
    const int reach = still < sure ? std::min({8, cells.width / 4, cells.height / 4}) : 1;
    for (int y = -reach; y <= reach; ++y)
        for (int x = -reach; x <= reach; ++x)
            if (const float here = fit(now, was, cells, x, y); here > best)
                best = here, right = x, down = y;
    found.alignment = static_cast<double>(best);
    const double across = right + top_of(fit(now, was, cells, right - 1, down), best,
                                         fit(now, was, cells, right + 1, down)),
                 along = down + top_of(fit(now, was, cells, right, down - 1), best,
                                       fit(now, was, cells, right, down + 1));
    const Shift shift{across / cells.width, along / cells.width};
    // Snow covers some edges and makes others: a little better elsewhere is nothing.
    const bool is_better = best > 0.5F && best - still > 0.1F;
    // At the end of a wide search the best place was not found, only the way to somewhere.
    const bool at_end = reach > 1 && std::max(std::abs(right), std::abs(down)) == reach;
    if (is_better && !at_end && std::hypot(shift.right, shift.down) > 0.01)
        found.moved = shift;
}

double confidence_of(const Comparison& found, const Level& level, SameLight same) {
    if (level.basis == Basis::none && level.snow_from)
        return 0;
    const double light = same == SameLight::yes ? 1 : 0.5;
    const double basis = level.basis == Basis::road     ? 0.7 + 0.3 * clamped(level.kept / 0.5)
                         : level.basis == Basis::beside ? 0.7
                                                        : 0.6;
    return light * basis * clamped(found.visibility / 0.7) * (1 - found.occluded) *
           (found.moved ? 0.2 : 1);
}

} // namespace

Comparison compare(const Sight& sight, const Reference& reference, const Bitmap& region) {
    const Layers layers = layers_of(sight, reference, region);
    const CellSums sums = sums_of(layers);
    const Windows windows = windows_of(sums, layers.cells);
    const SameLight same = light_of(sight) == reference.light ? SameLight::yes : SameLight::no;
    const Level level = level_of(windows, sums, reference.light, same);
    Comparison found;
    found.basis = level.basis;
    found.gain = static_cast<double>(level.gain);
    found.structure_lost = structure_lost(windows);
    judge_road(Judge(layers, sums, windows, level, reference), layers, windows, sight.planes.size,
               found);
    found.wetness = wetness_of(level, found.coverage, found.glare);
    found.visibility = visibility_of(windows, reference);
    look_at_lens(windows, found);
    align(sums, layers.cells, found);
    found.confidence = confidence_of(found, level, same);
    return found;
}

} // namespace img
