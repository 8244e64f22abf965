// The discrete cosine transform of blocks of 8 x 8, and what is between it and coefficients.

#include "verb/stamp/dct.hpp"

#include "base/processor.hpp"
#include "verb/stamp/cover_block.hpp"

#include <cmath>
#include <numbers>

namespace img {

namespace {

/// The scale of each frequency that the fast transform leaves out: cos(i pi/16) sqrt 2, and 1.
float scale_of(std::size_t frequency) {
    if (frequency == 0)
        return 1;
    return static_cast<float>(std::cos(static_cast<double>(frequency) * std::numbers::pi / 16) *
                              std::numbers::sqrt2);
}

} // namespace

Quantizer::Quantizer(const QuantizationTable& steps)
    : dc_of_one_(8 / static_cast<float>(steps[0])) {
    for (std::size_t i = 0; i < 64; ++i) {
        std::size_t place = transposed_zigzag[i];
        float scale = scale_of(place / 8) * scale_of(place % 8);
        steps_.inverse[place] = static_cast<float>(steps[i]) * scale / 8;
        steps_.forward[place] = 1 / (static_cast<float>(steps[i]) * scale * 8);
    }
}

std::uint64_t Quantizer::cover(Coefficients& coefficients, std::uint64_t set, float keep, float add,
                               const Cover& cover) const {
#ifdef __x86_64__
    if (has_avx2())
        return cover_with_avx2(steps_, coefficients, set, keep, add, cover);
#endif
    return cover_with_any(steps_, coefficients, set, keep, add, cover);
}

std::uint64_t cover_with_any(const QuantizerSteps& steps, Coefficients& coefficients,
                             std::uint64_t set, float keep, float add, const Cover& cover) {
    return cover_block<FourLanes>(steps, coefficients, set, keep, add, cover);
}

} // namespace img
