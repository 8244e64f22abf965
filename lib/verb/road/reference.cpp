// How a camera's picture looks in one light while its road is bare.

#include "verb/road/reference.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace img {

namespace {

constexpr std::size_t most_samples = 84'000;
constexpr std::size_t most_planes = 40; // medians of more are hardly better

std::size_t area(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
}

std::uint8_t middle_value(std::vector<std::uint8_t>& values) {
    const auto half = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), half, values.end());
    return *half;
}

using Tones = std::array<std::uint8_t, 256>;

/// What luma becomes when a frame's median becomes `wanted`.
Tones tones_between(int median, int wanted) {
    Tones table;
    for (int level = 0; level < 256; ++level)
        table[static_cast<std::size_t>(level)] =
            static_cast<std::uint8_t>(std::min(255, (level * wanted + median / 2) / median));
    return table;
}

template <class Value>
std::vector<Value> cell_means(const std::vector<std::uint8_t>& plane, Size size) {
    const Size cells = cells_of(size);
    std::vector<Value> means;
    for (int row = 0; row < cells.height; ++row)
        for (int column = 0; column < cells.width; ++column) {
            int sum = 0;
            for (int y = row * cell_side; y < (row + 1) * cell_side; ++y)
                for (int x = column * cell_side; x < (column + 1) * cell_side; ++x)
                    sum += plane[static_cast<std::size_t>(y * size.width + x)];
            means.push_back(static_cast<Value>(static_cast<Value>(sum) /
                                               static_cast<Value>(cell_side * cell_side)));
        }
    return means;
}

std::vector<std::uint8_t> warmths_of(const std::array<std::vector<std::uint8_t>, 3>& planes,
                                     Size size) {
    const std::vector<float> luma = cell_means<float>(planes[0], size),
                             cb = cell_means<float>(planes[1], size),
                             cr = cell_means<float>(planes[2], size);
    std::vector<std::uint8_t> warmths;
    for (std::size_t i = 0; i < luma.size(); ++i)
        warmths.push_back(static_cast<std::uint8_t>(
            std::clamp(warmth_of(luma[i], cb[i], cr[i]) + 0.5F, 0.0F, 255.0F)));
    return warmths;
}

/// For each sample.
struct Middle {
    std::vector<std::uint8_t> median, deviation; ///< the median absolute one
};

Middle middle_of(const BytePlanes& planes) {
    Middle middle;
    middle.median.resize(planes[0].size());
    middle.deviation.resize(planes[0].size());
    std::vector<std::uint8_t> values(planes.size());
    for (std::size_t i = 0; i < middle.median.size(); ++i) {
        for (std::size_t k = 0; k < planes.size(); ++k)
            values[k] = planes[k][i];
        const std::uint8_t median = middle.median[i] = middle_value(values);
        for (std::uint8_t& value : values)
            value = static_cast<std::uint8_t>(std::abs(value - median));
        middle.deviation[i] = middle_value(values);
    }
    return middle;
}

} // namespace

Size reference_size(Size sight) {
    return area(sight) <= most_samples ? sight : Size{sight.width / 2, sight.height / 2};
}

Size cells_of(Size reference) {
    return {reference.width / cell_side, reference.height / cell_side};
}

std::vector<std::uint8_t> halved(const std::vector<std::uint8_t>& plane, Size size) {
    const auto width = static_cast<std::size_t>(size.width);
    std::vector<std::uint8_t> half;
    half.reserve(plane.size() / 4);
    for (int y = 0; y + 1 < size.height; y += 2) {
        const std::uint8_t* upper = plane.data() + static_cast<std::size_t>(y) * width;
        const std::uint8_t* lower = upper + width;
        for (std::size_t x = 0; x + 1 < width; x += 2)
            half.push_back(static_cast<std::uint8_t>(
                (upper[x] + upper[x + 1] + lower[x] + lower[x + 1] + 2) / 4));
    }
    return half;
}

const Reference* reference_for(const References& references, Light light) {
    const auto of = [&](Light wanted) {
        const std::optional<Reference>& found = references[static_cast<std::size_t>(wanted)];
        return found ? &*found : nullptr;
    };
    if (of(light))
        return of(light);
    return light == Light::day ? of(Light::dusk) : light == Light::dusk ? of(Light::day) : nullptr;
}

int median_of(const std::vector<std::uint8_t>& samples) {
    std::array<std::size_t, 256> counts{};
    for (std::uint8_t sample : samples)
        ++counts[sample];
    std::size_t below = 0, level = 0;
    while (level < 255 && (below += counts[level]) * 2 < samples.size())
        ++level;
    return std::max(1, static_cast<int>(level));
}

float warmth_of(float luma, float cb, float cr) {
    constexpr float black = 6; // what is next to black has no colour
    const float red = std::max(1.0F, luma + 1.402F * (cr - 128) + black),
                blue = std::max(1.0F, luma + 1.772F * (cb - 128) + black);
    return warmth_neutral + warmth_steps * std::log(red / blue);
}

void PlaneStack::add(std::vector<std::uint8_t> plane) {
    if (planes_++ % step_ != 0)
        return;
    if (kept_.size() == most_planes) { // every other one goes, and of those that come, too
        for (std::size_t i = 1; 2 * i < kept_.size(); ++i)
            kept_[i].swap(kept_[2 * i]);
        kept_.resize(most_planes / 2);
        step_ *= 2;
        if ((planes_ - 1) % step_ != 0)
            return;
    }
    kept_.push_back(std::move(plane));
}

BytePlanes evened(BytePlanes planes) {
    std::vector<int> medians;
    for (const std::vector<std::uint8_t>& luma : planes)
        medians.push_back(median_of(luma));
    std::vector<int> sorted = medians;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t i = 0; i < planes.size(); ++i) {
        const Tones tones = tones_between(medians[i], sorted[sorted.size() / 2]);
        for (std::uint8_t& level : planes[i])
            level = tones[level];
    }
    return planes;
}

void ReferenceMaker::add(const Sight& sight) {
    size_ = reference_size(sight.planes.size);
    if (size_ == sight.planes.size) {
        luma_.add(sight.planes.channel[0]);
        warmth_.add(warmths_of(sight.planes.channel, size_));
        return;
    }
    std::array<std::vector<std::uint8_t>, 3> planes;
    for (std::size_t c = 0; c < planes.size(); ++c)
        planes[c] = halved(sight.planes.channel[c], sight.planes.size);
    warmth_.add(warmths_of(planes, size_));
    luma_.add(std::move(planes[0]));
}

Reference ReferenceMaker::reference(Light light) const {
    Middle luma = middle_of(evened(luma_.kept()));
    return {light,
            frames(),
            size_,
            std::move(luma.median),
            cell_means<std::uint8_t>(luma.deviation, size_),
            middle_of(warmth_.kept()).median};
}

} // namespace img
