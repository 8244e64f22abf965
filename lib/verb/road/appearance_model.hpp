// What is read from a single picture of an unknown camera: snow on the road, water, night.
#pragma once

#include "verb/road/appearance.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace img {

/// A small regression tree: inner node n has the children 2n+1 and 2n+2, the leaves come last.
struct AppearanceTree {
    static constexpr std::size_t inner = 7;  ///< nodes of three levels
    std::array<std::uint8_t, inner> measure; ///< of Appearance
    std::array<float, inner> bound;          ///< what is below it goes to the first child
    std::array<float, inner + 1> leaf;
};

/// What the models were trained to: tests/train/road_train.cpp prints them.
std::span<const AppearanceTree> snow_trees();
std::span<const AppearanceTree> night_trees();
std::span<const AppearanceTree> wet_trees();

/// Shares of the road, and the score at which each is as likely reached as not.
constexpr std::array<double, 7> snow_shares{.05, .1, .2, .3, .45, .6, .8};
constexpr std::array<double, 7> snow_thresholds{-3, -2, -1, 0, 1, 2, 3};

/// A place on the scale of the model.
class SnowScore {
public:
    explicit SnowScore(double score) : score_(score) {}
    double value() const { return score_; }
    /// The share of the road under snow that goes with it, 0 to 1.
    double covered() const;
    /// How probably more than this share, 0 to 1, is under snow: ordinal logistic regression
    /// (McCullagh, 1980).
    double exceeds(double share) const;

private:
    double score_;
};

SnowScore snow_score(const Appearance& appearance);
/// How probably the picture was taken by night, and its road is wet, 0 to 1.
double night_probability(const Appearance& appearance);
double wet_probability(const Appearance& appearance);

} // namespace img
