// Colours where distance is about what the eye sees.
#pragma once

#include "base/picture.hpp"

#include <cstddef>
#include <cstdint>

namespace img {

/// Steps of a tone in one level of 8 bits.
constexpr int tone_steps = 8;

/// Luma and chroma of full-range YCbCr in 1/8 levels, chroma around 0. It is bent so that a
/// difference counts less the more colourful the colours are, as in CIEDE2000 (S_C = 1 + 0.045 C*):
/// chroma c at the distance r from grey stands at 1.2 c / (1 + 0.016 r).
struct alignas(8) Tone {
    std::int16_t luma = 0, blue = 0, red = 0;
    std::int16_t none = 0; ///< always 0: four make a vector
    bool operator==(const Tone&) const = default;
};

Tone tone_of(Color color);
/// The nearest colour; what RGB does not have is clamped.
Color color_of(Tone tone);

/// A row of `count` pixels, whose channels are in 1/8 levels, chroma around 128 levels.
void to_tones(const std::int16_t* y, const std::int16_t* cb, const std::int16_t* cr,
              std::size_t count, Tone* tones);

/// The squared distance, in 1/64 levels.
constexpr std::int32_t distance(Tone a, Tone b) {
    const int l = a.luma - b.luma, u = a.blue - b.blue, v = a.red - b.red;
    return l * l + u * u + v * v;
}

} // namespace img
