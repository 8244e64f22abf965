// What is read from a single picture of an unknown camera: snow on the road, water, night.

#include "verb/road/appearance_model.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

/// The scale with its ends: beyond the outermost thresholds, nothing and everything.
constexpr std::size_t knots = snow_shares.size() + 2;
constexpr double beyond = 1.5;

struct Knot {
    double score, share;
};

constexpr std::array<Knot, knots> scale() {
    std::array<Knot, knots> scale{};
    scale.front() = {snow_thresholds.front() - beyond, 0};
    for (std::size_t i = 0; i < snow_shares.size(); ++i)
        scale[i + 1] = {snow_thresholds[i], snow_shares[i]};
    scale.back() = {snow_thresholds.back() + beyond, 1};
    return scale;
}

/// Linear between the knots; `from` and `to` are the members that are known and wanted.
double interpolated(double known, double Knot::*from, double Knot::*to) {
    constexpr std::array<Knot, knots> all = scale();
    if (known <= all.front().*from)
        return all.front().*to;
    for (std::size_t i = 1; i < knots; ++i)
        if (known <= all[i].*from) {
            const double part = (known - all[i - 1].*from) / (all[i].*from - all[i - 1].*from);
            return std::lerp(all[i - 1].*to, all[i].*to, part);
        }
    return all.back().*to;
}

double logistic(double score) {
    return 1 / (1 + std::exp(-score));
}

double sum_of(std::span<const AppearanceTree> trees, const Appearance& appearance) {
    double sum = 0;
    for (const AppearanceTree& tree : trees) {
        std::size_t node = 0;
        while (node < AppearanceTree::inner)
            node = 2 * node + 1 + (appearance.values[tree.measure[node]] >= tree.bound[node]);
        sum += double{tree.leaf[node - AppearanceTree::inner]};
    }
    return sum;
}

} // namespace

double SnowScore::covered() const {
    return interpolated(score_, &Knot::score, &Knot::share);
}

double SnowScore::exceeds(double share) const {
    return logistic(score_ - interpolated(share, &Knot::share, &Knot::score));
}

SnowScore snow_score(const Appearance& appearance) {
    return SnowScore{sum_of(snow_trees(), appearance)};
}

double night_probability(const Appearance& appearance) {
    return logistic(sum_of(night_trees(), appearance));
}

double wet_probability(const Appearance& appearance) {
    return logistic(sum_of(wet_trees(), appearance));
}

} // namespace img
