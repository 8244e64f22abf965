// From any colour to the palette's: the nearest colour, or the mixture of two that comes nearest.

#include "verb/gif/color_map.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace img {

namespace {

/// What the grain of a mixture counts beside its being wrong in the mean.
constexpr float grain = 0.25F;

std::vector<Tone> tones_of(const std::vector<Color>& palette) {
    std::vector<Tone> tones;
    for (Color color : palette)
        tones.push_back(tone_of(color));
    return tones;
}

} // namespace

ColorMap::ColorMap(const std::vector<Color>& palette)
    : tones_(tones_of(palette)), table_(tones_),
      cells_(std::size_t{cells_a_side} * cells_a_side << 8) {}

std::uint32_t ColorMap::work_out(std::uint32_t key) {
    std::uint32_t chroma = key >> 8;
    Tone wanted =
        tone_of(static_cast<float>(key & 0xFF), static_cast<float>(chroma / cells_a_side * 4),
                static_cast<float>(chroma % cells_a_side * 4));
    std::size_t near = table_.nearest(wanted), other = near;
    Tone from = tones_[near];
    float l = wanted.luma - from.luma, b = wanted.blue - from.blue, r = wanted.red - from.red;
    float least = l * l + b * b + r * r, share = 0;
    for (std::size_t i = 0; i < tones_.size(); ++i) {
        float tl = tones_[i].luma - from.luma, tb = tones_[i].blue - from.blue,
              tr = tones_[i].red - from.red;
        float along = l * tl + b * tb + r * tr;
        if (along <= 0)
            continue;
        float distance = tl * tl + tb * tb + tr * tr;
        float part = std::min(along / distance, 0.5F);
        float dl = l - part * tl, db = b - part * tb, dr = r - part * tr;
        float error = dl * dl + db * db + dr * dr + grain * part * (1 - part) * distance;
        if (error < least) {
            least = error;
            share = part;
            other = i;
        }
    }
    // The order of the two must not depend on which is nearer: patterns would flip half-way.
    if (other < near) {
        std::swap(near, other);
        share = 1 - share;
    }
    auto of_255 = static_cast<std::uint32_t>(std::lround(share * 255));
    cells_[key] = 1U << 24 | of_255 << 16 | static_cast<std::uint32_t>(other) << 8 |
                  static_cast<std::uint32_t>(near);
    return cells_[key];
}

} // namespace img
