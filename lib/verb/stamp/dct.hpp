// The discrete cosine transform of blocks of 8 x 8, and what is between it and coefficients.
#pragma once

#include "verb/stamp/jpeg_scan.hpp"

#include <array>
#include <cstdint>

namespace img {

/// Quantised coefficients in zigzag order.
using Coefficients = std::array<std::int16_t, 64>;

/// 64 samples, row by row.
struct alignas(16) Samples {
    std::array<float, 64> values;
};

/// A quantisation table made ready for both directions.
class Quantizer {
public:
    explicit Quantizer(const QuantizationTable& steps);

    /// The quantised DC coefficient, before it is rounded, of a block whose samples are all 1.
    float dc_of_one() const { return dc_of_one_; }

    /// The samples, centred on 0. Only the coefficients named in `set` (bit i: the i-th) are read.
    void to_samples(const Coefficients& coefficients, std::uint64_t set, Samples& out) const;
    /// The quantised coefficients of samples centred on 0, within what 8-bit pictures have; gives
    /// which of them are not zero. Only those are written.
    std::uint64_t to_coefficients(const Samples& samples, Coefficients& out) const;

private:
    alignas(16) std::array<float, 64> inverse_; ///< transposed; with the factors of the transform
    alignas(16) std::array<float, 64> forward_;
    float dc_of_one_;
};

/// samples = samples * factor + sum.
void scale_samples(Samples& samples, float factor, float sum);

/// samples = samples * rest / 255 + ink - 128, in eight rows of eight; those of `rest` and `ink`
/// are `stride` apart. Without `ink`, nothing is added.
void cover_samples(Samples& samples, const std::uint8_t* rest, const std::uint8_t* ink,
                   std::size_t stride);

} // namespace img
