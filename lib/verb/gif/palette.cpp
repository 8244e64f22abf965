// The palette: which few colours stand for all of the pictures' colours.

#include "verb/gif/palette.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <span>

namespace img {

namespace {

using Bin = ColorHistogram::Bin;

constexpr unsigned luma_bits = 7, chroma_bits = 6;
constexpr std::size_t most_samples = std::size_t{1} << 18;
constexpr int refinements = 4;
/// Colours count by their number to this power, so that small bright things keep theirs.
constexpr float crowd_exponent = 0.7F;

std::uint8_t byte_of(float value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

/// Weighted sums of bins, enough for their mean and their scatter.
struct Moments {
    double weight = 0;
    std::array<double, 3> sum{};
    double squares = 0;

    void add(const Bin& bin) {
        double w = bin.count, l = bin.mean.luma, b = bin.mean.blue, r = bin.mean.red;
        weight += w;
        sum[0] += w * l;
        sum[1] += w * b;
        sum[2] += w * r;
        squares += w * (l * l + b * b + r * r);
    }
    Tone mean() const {
        return {static_cast<float>(sum[0] / weight), static_cast<float>(sum[1] / weight),
                static_cast<float>(sum[2] / weight)};
    }
    /// Sum of squared distances from the mean.
    double scatter() const {
        return squares - (sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]) / weight;
    }
};

struct Box {
    std::span<Bin> bins;
    Moments moments;

    explicit Box(std::span<Bin> bins_) : bins(bins_) {
        for (const Bin& bin : bins)
            moments.add(bin);
    }
};

/// The direction in which the bins vary most, by power iteration on their covariance.
std::array<double, 3> main_axis(const Box& box) {
    Tone mean = box.moments.mean();
    double covariance[3][3]{};
    for (const Bin& bin : box.bins) {
        double d[3]{bin.mean.luma - mean.luma, bin.mean.blue - mean.blue, bin.mean.red - mean.red};
        for (int i = 0; i < 3; ++i)
            for (int k = 0; k < 3; ++k)
                covariance[i][k] += bin.count * d[i] * d[k];
    }
    // Not a symmetric start: it must not be orthogonal to the answer.
    std::array<double, 3> axis{1, 0.61, 0.37};
    for (int round = 0; round < 12; ++round) {
        std::array<double, 3> next{};
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t k = 0; k < 3; ++k)
                next[i] += covariance[i][k] * axis[k];
        double length = std::hypot(next[0], next[1], next[2]);
        if (length <= 0)
            break;
        for (std::size_t i = 0; i < 3; ++i)
            axis[i] = next[i] / length;
    }
    return axis;
}

/// How many of the box's bins, reordered, lie on the lower side of the cut; 0 when they are alike.
std::size_t cut(const Box& box) {
    std::array<double, 3> axis = main_axis(box);
    Tone mean = box.moments.mean();
    auto lower = std::stable_partition(box.bins.begin(), box.bins.end(), [&](const Bin& bin) {
        return (bin.mean.luma - mean.luma) * axis[0] + (bin.mean.blue - mean.blue) * axis[1] +
                   (bin.mean.red - mean.red) * axis[2] <
               0;
    });
    auto count = static_cast<std::size_t>(lower - box.bins.begin());
    return count == box.bins.size() ? 0 : count;
}

std::vector<Tone> seeds(std::vector<Bin>& bins, std::size_t most) {
    std::vector<Box> boxes{Box{bins}};
    while (boxes.size() < most) {
        auto widest = std::max_element(boxes.begin(), boxes.end(), [](const Box& a, const Box& b) {
            return a.moments.scatter() < b.moments.scatter();
        });
        if (widest->bins.size() < 2)
            break;
        std::size_t lower = cut(*widest);
        if (lower == 0)
            break;
        std::span<Bin> all = widest->bins;
        *widest = Box{all.first(lower)};
        boxes.emplace_back(all.subspan(lower));
    }
    std::vector<Tone> tones;
    for (const Box& box : boxes)
        tones.push_back(box.moments.mean());
    return tones;
}

void refine(std::vector<Tone>& tones, const std::vector<Bin>& bins) {
    for (int round = 0; round < refinements; ++round) {
        ToneTable table{tones};
        std::vector<Moments> moments(tones.size());
        for (const Bin& bin : bins)
            moments[table.nearest(bin.mean)].add(bin);
        for (std::size_t i = 0; i < tones.size(); ++i)
            if (moments[i].weight > 0)
                tones[i] = moments[i].mean();
    }
}

} // namespace

Color color_of(Tone tone) {
    float cb = tone.blue / chroma_weight, cr = tone.red / chroma_weight;
    return {byte_of(tone.luma + 1.402F * cr), byte_of(tone.luma - 0.344136F * cb - 0.714136F * cr),
            byte_of(tone.luma + 1.772F * cb)};
}

Tone tone_of(Color color) {
    auto r = static_cast<float>(color.red), g = static_cast<float>(color.green),
         b = static_cast<float>(color.blue);
    float y = 0.299F * r + 0.587F * g + 0.114F * b;
    return {y, (b - y) / 1.772F * chroma_weight, (r - y) / 1.402F * chroma_weight};
}

ColorHistogram::ColorHistogram() : cells_(std::size_t{1} << (luma_bits + 2 * chroma_bits)) {}

void ColorHistogram::count(std::uint8_t y, std::uint8_t cb, std::uint8_t cr, std::uint32_t times) {
    constexpr unsigned luma_shift = 8 - luma_bits, chroma_shift = 8 - chroma_bits;
    std::size_t key = static_cast<std::size_t>(cb >> chroma_shift) << (chroma_bits + luma_bits) |
                      static_cast<std::size_t>(cr >> chroma_shift) << luma_bits |
                      static_cast<std::size_t>(y >> luma_shift);
    Cell& cell = cells_[key];
    cell.count += times;
    cell.y += times * y;
    cell.cb += times * cb;
    cell.cr += times * cr;
    levels_[y] += times;
    total_ += times;
    gray_ = gray_ && cb == 128 && cr == 128;
}

void ColorHistogram::add(const Picture& picture) {
    assert(picture.space == ColorSpace::ycbcr);
    std::size_t pixels = picture.pixels.size() / 3;
    std::size_t step = pixels / most_samples + 1;
    for (std::size_t at = 0; at < pixels; at += step) {
        const std::uint8_t* pixel = &picture.pixels[at * 3];
        count(pixel[0], pixel[1], pixel[2], 1);
    }
}

void ColorHistogram::add(Color color, double share) {
    Tone tone = tone_of(color);
    count(byte_of(tone.luma), byte_of(tone.blue / chroma_weight + 128),
          byte_of(tone.red / chroma_weight + 128),
          static_cast<std::uint32_t>(static_cast<double>(total_) * share) + 1);
}

std::vector<ColorHistogram::Bin> ColorHistogram::bins() const {
    std::vector<Bin> bins;
    if (gray_) {
        for (std::size_t y = 0; y < levels_.size(); ++y)
            if (levels_[y] > 0)
                bins.push_back({{static_cast<float>(y), 0, 0}, static_cast<float>(levels_[y])});
        return bins;
    }
    for (const Cell& cell : cells_) {
        if (cell.count == 0)
            continue;
        auto number = static_cast<float>(cell.count);
        bins.push_back(
            {tone_of(static_cast<float>(cell.y) / number, static_cast<float>(cell.cb) / number,
                     static_cast<float>(cell.cr) / number),
             number});
    }
    return bins;
}

std::vector<Color> make_palette(const ColorHistogram& histogram, std::size_t most) {
    assert(!histogram.empty() && most >= 1 && most <= 256);
    std::vector<Bin> bins = histogram.bins();
    for (Bin& bin : bins)
        bin.count = std::pow(bin.count, crowd_exponent);
    std::vector<Tone> tones = seeds(bins, most);
    refine(tones, bins);

    std::vector<Color> palette;
    for (Tone tone : tones)
        palette.push_back(color_of(tone));
    auto key = [](Color c) {
        return std::array{299 * c.red + 587 * c.green + 114 * c.blue, int{c.red}, int{c.green},
                          int{c.blue}};
    };
    std::sort(palette.begin(), palette.end(), [&](Color a, Color b) { return key(a) < key(b); });
    palette.erase(std::unique(palette.begin(), palette.end()), palette.end());
    return palette;
}

ToneTable::ToneTable(const std::vector<Tone>& tones) {
    assert(!tones.empty() && tones.size() <= 256);
    // A multiple of what vector units take at once; the filling is never nearest.
    std::size_t room = (tones.size() + 15) / 16 * 16;
    luma_.assign(room, 1000);
    blue_.assign(room, 1000);
    red_.assign(room, 1000);
    for (std::size_t i = 0; i < tones.size(); ++i) {
        luma_[i] = tones[i].luma;
        blue_[i] = tones[i].blue;
        red_[i] = tones[i].red;
    }
}

std::size_t ToneTable::nearest(Tone tone) const {
    // Distance above, index below, so that the least number tells both without a branch. The
    // largest squared distance, of the filling, is below 4 million: with a 1/2 step it fits.
    int best = std::numeric_limits<int>::max();
    for (std::size_t i = 0; i < luma_.size(); ++i) {
        float l = luma_[i] - tone.luma, b = blue_[i] - tone.blue, r = red_[i] - tone.red;
        int distance = static_cast<int>((l * l + b * b + r * r) * 2);
        best = std::min(best, distance << 8 | static_cast<int>(i));
    }
    return static_cast<std::size_t>(best & 0xFF);
}

} // namespace img
