// The discrete cosine transform of blocks of 8 x 8, and what is between it and coefficients.
#pragma once

#include "verb/stamp/jpeg_scan.hpp"

#include <array>
#include <cstdint>

namespace img {

/// Quantised coefficients in zigzag order.
using Coefficients = std::array<std::int16_t, 64>;

/// What lies on the 64 samples of a block, in eight rows of eight that are `stride` apart: of a
/// sample, rest / 255 stays, and ink - 128 is added.
struct Cover {
    const std::uint8_t* rest = nullptr;
    const std::uint8_t* ink = nullptr; ///< null: nothing is added
    std::size_t stride = 0;
};

/// The steps of a quantisation table with the factors of the transform, column by column.
struct QuantizerSteps {
    alignas(32) std::array<float, 64> inverse;
    alignas(32) std::array<float, 64> forward;
};

/// A quantisation table made ready for both directions.
class Quantizer {
public:
    explicit Quantizer(const QuantizationTable& steps);

    /// The quantised DC coefficient, before it is rounded, of a block whose samples are all 1.
    float dc_of_one() const { return dc_of_one_; }
    const QuantizerSteps& steps() const { return steps_; }

    /// Multiplies the samples (centred on 0) of a block by `keep`, adds `add`, and lays the cover
    /// on them. `set` (bit i: the i-th) names the coefficients that are not zero, and so does the
    /// result; only these are read and written.
    std::uint64_t cover(Coefficients& coefficients, std::uint64_t set, float keep, float add,
                        const Cover& cover) const;

private:
    QuantizerSteps steps_;
    float dc_of_one_;
};

/// The ways of Quantizer::cover: for any processor, and for those with AVX2 and FMA, which only
/// x86-64 has. They give the same but for coefficients that are nearly halfway between two steps.
std::uint64_t cover_with_any(const QuantizerSteps& steps, Coefficients& coefficients,
                             std::uint64_t set, float keep, float add, const Cover& cover);
std::uint64_t cover_with_avx2(const QuantizerSteps& steps, Coefficients& coefficients,
                              std::uint64_t set, float keep, float add, const Cover& cover);

} // namespace img
