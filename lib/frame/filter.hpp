// The weights with which samples are brought to another size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// The shape of a filter; symmetric about 0, and 0 from `radius` on.
struct Kernel {
    double radius = 1;
    double (*at)(double distance) = nullptr; ///< of samples as far apart as the wider of the sizes
};

/// Linear interpolation.
extern const Kernel triangle;
/// Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -0.5.
extern const Kernel catmull_rom;

/// For each position of the output: where its first sample lies, and the weights of the samples
/// from there. The weights of a position sum to exactly 1 << weight_bits.
struct Filter {
    static constexpr int weight_bits = 14;
    /// Behind the weights of a position there are zeros up to a multiple of this.
    static constexpr std::size_t padding = 8;

    int taps = 0;           ///< weights of a position
    std::size_t stride = 0; ///< from the weights of one position to those of the next
    std::vector<int> first;
    std::vector<std::int16_t> weights;

    const std::int16_t* of(std::size_t position) const { return &weights[position * stride]; }
};

/// The part of a line of `samples` that begins at `start` and is `extent` long (in samples; it may
/// begin and end within one) as `to` samples. The kernel is widened when they are fewer. Samples
/// that are outside the part count as the outermost one inside. A part that has its size already
/// stays as it is.
Filter make_filter(const Kernel& kernel, int samples, double start, double extent, int to);

} // namespace img
