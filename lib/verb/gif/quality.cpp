// What a quality from 1 to 100 means to the encoder.

#include "verb/gif/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

struct Anchor {
    double quality;
    GifTuning tuning;
};

constexpr std::array<Anchor, 3> anchors{{
    {60, {4.2, 1, {21, 0.45}}},
    {80, {2, 1, {9, 0.53}}},
    {95, {0.7, 0.7, {2.5, 0.45}}},
}};

} // namespace

GifTuning tuning_of(double quality) {
    const std::size_t above = quality <= anchors[1].quality ? 1 : 2;
    const auto& [from, low] = anchors[above - 1];
    const auto& [to, high] = anchors[above];
    const double part = (quality - from) / (to - from);
    auto straight = [&](double a, double b) { return a + part * (b - a); };
    auto proportional = [&](double a, double b) { return a * std::pow(b / a, part); };
    return {proportional(low.price, high.price),
            straight(low.masking, high.masking),
            {proportional(low.drawing.worth, high.drawing.worth),
             std::max(straight(low.drawing.diffusion, high.drawing.diffusion), 0.3)}};
}

} // namespace img
