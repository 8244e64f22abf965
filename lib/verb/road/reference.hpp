// How a camera's picture looks in one light while its road is bare.
#pragma once

#include "verb/road/light.hpp"
#include "verb/road/sight.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace img {

/// Sights and references are compared in cells of so many samples a side.
constexpr int cell_side = 4;

/// References have the size of the sight, or half of it each way where that is over 84 000 samples
/// (pictures that are higher than 0.82 of their width), so that a camera's file stays small.
struct Reference {
    Light light = Light::day;
    int frames = 0; ///< that were learned from
    Size size;
    /// For each sample the median of luma, after all frames were brought to the same brightness. As
    /// logarithms keep the order, its logarithm is the median log-luminance.
    std::vector<std::uint8_t> median;
    /// For each whole cell the mean of its samples' median absolute deviations.
    std::vector<std::uint8_t> deviation;
    /// For each whole cell its median warmth, as warmth_of() gives it.
    std::vector<std::uint8_t> warmth;
    bool operator==(const Reference&) const = default;
};

/// One for each light, by its number.
using References = std::array<std::optional<Reference>, 4>;

Size reference_size(Size sight);
/// How many whole cells there are across and down.
Size cells_of(Size reference);
/// Each sample is the mean of 2 x 2; what is left over at the right and at the bottom is gone.
std::vector<std::uint8_t> halved(const std::vector<std::uint8_t>& plane, Size size);

/// The reference for this light, else one of a light that is much like it, day for dusk; nullptr
/// where there is none.
const Reference* reference_for(const References& references, Light light);

/// How red a cell is against blue: `warmth_neutral` and `warmth_steps` times the natural logarithm
/// of red by blue, as they are stored. `luma`, `cb` and `cr` are the cell's means.
constexpr float warmth_neutral = 128, warmth_steps = 100;
float warmth_of(float luma, float cb, float cr);

using BytePlanes = std::vector<std::vector<std::uint8_t>>;

/// Planes of bytes of one size: it holds so many of them, evenly over all that came.
class PlaneStack {
public:
    void add(std::vector<std::uint8_t> plane);
    int planes() const { return planes_; }
    const BytePlanes& kept() const { return kept_; }
    BytePlanes take() { return std::move(kept_); }

private:
    int planes_ = 0, step_ = 1;
    BytePlanes kept_;
};

/// Planes of luma, brought to the same median.
BytePlanes evened(BytePlanes planes);

/// Bare frames of one light, of which a reference can be made.
class ReferenceMaker {
public:
    void add(const Sight& sight);
    int frames() const { return luma_.planes(); }
    /// There is a frame at least.
    Reference reference(Light light) const;

private:
    Size size_;
    PlaneStack luma_, warmth_;
};

/// The median of all samples, which is at least 1.
int median_of(const std::vector<std::uint8_t>& samples);

} // namespace img
