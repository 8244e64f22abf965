// Colours where distance is about what the eye sees.

#include "verb/gif/tone.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

constexpr float chroma_weight = 1.2F;
constexpr float bend = 0.016F;
/// What chroma is around, in steps.
constexpr float center = 128 * tone_steps;

std::int16_t rounded(float value) {
    // Not lround: this must become a vector instruction. Values are far below 2^15.
    return static_cast<std::int16_t>(static_cast<int>(value + 4096.5F) - 4096);
}

float scale_at(float cb, float cr) {
    const float reach = std::sqrt(cb * cb + cr * cr);
    return chroma_weight / (1 + bend / tone_steps * reach);
}

Tone bent(float y, float cb, float cr) {
    const float scale = scale_at(cb, cr);
    return {rounded(y), rounded(cb * scale), rounded(cr * scale)};
}

std::uint8_t byte_of(float value) {
    return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0F, 255.0F)));
}

} // namespace

// JFIF's conversions, both ways.

Tone tone_of(Color color) {
    const float r = color.red, g = color.green, b = color.blue;
    const float y = 0.299F * r + 0.587F * g + 0.114F * b;
    return bent(y * tone_steps, (b - y) / 1.772F * tone_steps, (r - y) / 1.402F * tone_steps);
}

Color color_of(Tone tone) {
    const float y = static_cast<float>(tone.luma) / tone_steps;
    const float u = static_cast<float>(tone.blue) / tone_steps,
                v = static_cast<float>(tone.red) / tone_steps;
    const float scale = 1 / (chroma_weight - bend * std::sqrt(u * u + v * v));
    const float cb = u * scale, cr = v * scale;
    return {byte_of(y + 1.402F * cr), byte_of(y - 0.344136F * cb - 0.714136F * cr),
            byte_of(y + 1.772F * cb)};
}

void to_tones(const std::int16_t* y, const std::int16_t* cb, const std::int16_t* cr,
              std::size_t count, Tone* tones) {
    // By parts, in loops of whole vectors.
    constexpr std::size_t lanes = 16;
    std::array<std::int16_t, lanes> blue, red;
    while (count >= lanes) {
        for (std::size_t i = 0; i < lanes; ++i) {
            const float u = static_cast<float>(cb[i]) - center,
                        v = static_cast<float>(cr[i]) - center;
            const float scale = scale_at(u, v);
            blue[i] = rounded(u * scale);
            red[i] = rounded(v * scale);
        }
        for (std::size_t i = 0; i < lanes; ++i)
            tones[i] = {y[i], blue[i], red[i]};
        y += lanes;
        cb += lanes;
        cr += lanes;
        tones += lanes;
        count -= lanes;
    }
    for (std::size_t i = 0; i < count; ++i)
        tones[i] =
            bent(y[i], static_cast<float>(cb[i]) - center, static_cast<float>(cr[i]) - center);
}

} // namespace img
