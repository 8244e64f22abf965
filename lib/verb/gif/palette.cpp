// The palette: which few colours stand for an image's many.

#include "verb/gif/palette.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <span>
#include <utility>

namespace img {

namespace {

constexpr int refinements = 3;
/// Tones count by their weight to this power, so that small bright things keep theirs.
constexpr double crowd_exponent = 0.8;

using Vector = std::array<double, 3>;

struct Bin {
    Tone mean;
    std::int64_t weight;

    Vector vector() const {
        return {static_cast<double>(mean.luma), static_cast<double>(mean.blue),
                static_cast<double>(mean.red)};
    }
};

/// Weighted sums of bins, enough for their mean and their scatter. Whole numbers: their order does
/// not matter.
struct Moments {
    std::int64_t weight = 0;
    std::array<std::int64_t, 3> sum{};
    std::int64_t squares = 0;

    void add(const Bin& bin) {
        const std::int64_t l = bin.mean.luma, b = bin.mean.blue, r = bin.mean.red;
        weight += bin.weight;
        sum[0] += bin.weight * l;
        sum[1] += bin.weight * b;
        sum[2] += bin.weight * r;
        squares += bin.weight * (l * l + b * b + r * r);
    }
    Vector mean() const {
        const auto w = static_cast<double>(weight);
        return {static_cast<double>(sum[0]) / w, static_cast<double>(sum[1]) / w,
                static_cast<double>(sum[2]) / w};
    }
    Tone tone() const {
        auto rounded = [](double value) { return static_cast<std::int16_t>(std::lround(value)); };
        const Vector m = mean();
        return {rounded(m[0]), rounded(m[1]), rounded(m[2])};
    }
    /// Sum of squared distances from the mean.
    double scatter() const {
        const Vector m = mean();
        return static_cast<double>(squares) -
               static_cast<double>(weight) * (m[0] * m[0] + m[1] * m[1] + m[2] * m[2]);
    }
};

struct Box {
    std::span<Bin> bins;
    Moments moments;
    double scatter = 0;

    explicit Box(std::span<Bin> bins_) : bins(bins_) {
        for (const Bin& bin : bins)
            moments.add(bin);
        scatter = bins.size() < 2 ? 0 : moments.scatter();
    }
};

/// The direction in which the bins vary most, by power iteration on their covariance.
Vector main_axis(const Box& box) {
    const Vector mean = box.moments.mean();
    double covariance[3][3]{};
    for (const Bin& bin : box.bins) {
        const Vector at = bin.vector();
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = i; k < 3; ++k)
                covariance[i][k] +=
                    static_cast<double>(bin.weight) * (at[i] - mean[i]) * (at[k] - mean[k]);
    }
    // Not a symmetric start: it must not be orthogonal to the answer.
    Vector axis{1, 0.61, 0.37};
    for (int round = 0; round < 8; ++round) {
        Vector next{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k)
                next[i] += covariance[std::min(i, k)][std::max(i, k)] * axis[k];
        const double length = std::hypot(next[0], next[1], next[2]);
        if (length <= 0)
            break;
        for (std::size_t i = 0; i < 3; ++i)
            axis[i] = next[i] / length;
    }
    return axis;
}

/// How many of the box's bins, reordered, lie on the lower side of the cut; 0 when they are alike.
std::size_t cut(const Box& box) {
    const Vector axis = main_axis(box), mean = box.moments.mean();
    const double middle = axis[0] * mean[0] + axis[1] * mean[1] + axis[2] * mean[2];
    auto lower = std::partition(box.bins.begin(), box.bins.end(), [&](const Bin& bin) {
        const Vector at = bin.vector();
        return axis[0] * at[0] + axis[1] * at[1] + axis[2] * at[2] < middle;
    });
    const auto count = static_cast<std::size_t>(lower - box.bins.begin());
    return count == box.bins.size() ? 0 : count;
}

std::vector<Tone> seeds(std::vector<Bin>& bins, std::size_t most) {
    std::vector<Box> boxes{Box{bins}};
    while (boxes.size() < most) {
        auto widest = std::max_element(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
            return a.scatter < b.scatter;
        });
        if (widest->scatter <= 0)
            break;
        const std::size_t lower = cut(*widest);
        if (lower == 0) {
            widest->scatter = 0;
            continue;
        }
        const std::span<Bin> all = widest->bins;
        *widest = Box{all.first(lower)};
        boxes.emplace_back(all.subspan(lower));
    }
    std::vector<Tone> tones;
    for (const Box& box : boxes)
        tones.push_back(box.moments.tone());
    return tones;
}

void refine(std::vector<Tone>& tones, const std::vector<Bin>& bins) {
    for (int round = 0; round < refinements; ++round) {
        const ToneTable table{tones};
        std::vector<Moments> moments(tones.size());
        for (const Bin& bin : bins)
            moments[nearest(table, bin.mean).index].add(bin);
        for (std::size_t i = 0; i < tones.size(); ++i)
            if (moments[i].weight > 0)
                tones[i] = moments[i].tone();
    }
}

/// Their colours from dark to bright, each once.
std::vector<Color> colors_of(const std::vector<Tone>& tones) {
    std::vector<Color> colors;
    for (Tone tone : tones)
        colors.push_back(color_of(tone));
    auto key = [](Color c) {
        return std::array{299 * c.red + 587 * c.green + 114 * c.blue, int{c.red}, int{c.green},
                          int{c.blue}};
    };
    std::sort(colors.begin(), colors.end(), [&](Color a, Color b) { return key(a) < key(b); });
    colors.erase(std::unique(colors.begin(), colors.end()), colors.end());
    return colors;
}

/// The cell's tone that is least in all three.
Tone least_of(std::uint32_t cell) {
    return {static_cast<std::int16_t>((cell & 255) << 3),
            static_cast<std::int16_t>(static_cast<int>(cell >> 13) * 32 - 512),
            static_cast<std::int16_t>(static_cast<int>(cell >> 8 & 31) * 32 - 512)};
}

} // namespace

void ToneHistogram::add(Tone tone, std::uint32_t weight) {
    const auto number = static_cast<std::uint32_t>(cell_of(tone));
    assert(number < tone_cells);
    Cell& cell = cells_[number];
    if (cell.weight == 0)
        used_.push_back(number);
    const Tone least = least_of(number);
    cell.weight += weight;
    cell.beyond[0] += weight * static_cast<std::uint32_t>(tone.luma - least.luma);
    cell.beyond[1] += weight * static_cast<std::uint32_t>(tone.blue - least.blue);
    cell.beyond[2] += weight * static_cast<std::uint32_t>(tone.red - least.red);
}

Palette ToneHistogram::take_palette(std::size_t most) {
    assert(!empty() && most >= 1 && most <= ToneTable::most);
    std::vector<Bin> bins;
    bins.reserve(used_.size());
    for (std::uint32_t number : used_) {
        const Cell cell = std::exchange(cells_[number], Cell{});
        const Tone least = least_of(number);
        auto at = [&](std::int16_t from, std::size_t c) {
            return static_cast<std::int16_t>(
                from + static_cast<int>((cell.beyond[c] + cell.weight / 2) / cell.weight));
        };
        bins.push_back(
            {{at(least.luma, 0), at(least.blue, 1), at(least.red, 2)},
             std::max<std::int64_t>(1, std::llround(std::pow(cell.weight, crowd_exponent)))});
    }
    used_.clear();
    std::vector<Tone> tones = seeds(bins, most);
    refine(tones, bins);

    Palette palette;
    palette.colors = colors_of(tones);
    tones.clear();
    for (Color color : palette.colors)
        tones.push_back(tone_of(color));
    palette.tones = ToneTable{tones};
    return palette;
}

} // namespace img
