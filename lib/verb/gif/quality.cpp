// What a quality from 1 to 100 means to the encoder.

#include "verb/gif/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace img {

namespace {

struct Anchor {
    double quality;
    GifTuning tuning;
};

const std::array<Anchor, 3> anchors{{
    {60, {6, 1, {20, 0.4}}},
    {80, {2, 1, {8, 0.55}}},
    {95, {0.5, 0.5, {1.6, 0.6}}},
}};

} // namespace

GifTuning tuning_of(double quality) {
    const std::size_t above = quality <= anchors[1].quality ? 1 : 2;
    const auto& [from, low] = anchors[above - 1];
    const auto& [to, high] = anchors[above];
    const double part = (quality - from) / (to - from);
    auto straight = [&](double a, double b) { return a + part * (b - a); };
    auto proportional = [&](double a, double b) { return a * std::pow(b / a, part); };
    GifTuning t{proportional(low.price, high.price),
                std::max(0.0, straight(low.masking, high.masking)),
                {proportional(low.drawing.worth, high.drawing.worth),
                 std::clamp(straight(low.drawing.diffusion, high.drawing.diffusion), 0.0, 1.0)}};
    auto K = [](const char* n, double& d) {
        if (const char* e = std::getenv(n))
            d = std::atof(e);
    };
    K("PRICE", t.price);
    K("MASK", t.masking);
    K("WORTH", t.drawing.worth);
    K("DIFF", t.drawing.diffusion);
    return t;
}

} // namespace img
