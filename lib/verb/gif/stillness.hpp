// Which pixels have changed visibly since they were last drawn.
#pragma once

#include "base/picture.hpp"

#include <cstdint>
#include <vector>

namespace img {

/// Tells the camera's noise from change. Each pixel is compared with the source as it was when the
/// pixel was last drawn, not with the frame before, so that slow change adds up and is drawn in the
/// end: nothing that is gone remains.
class Stillness {
public:
    /// Cells of this many pixels a side are judged together, with their neighbours.
    static constexpr int cell = 4;

    /// `tolerance` scales the limits below which a change is not seen; 1 is for a usual camera, 0
    /// takes every change for visible.
    Stillness(Size size, double tolerance);

    /// One byte a pixel, row by row: 1 where `picture` (in YCbCr, of the size given) has to be
    /// drawn, which is everywhere at first. What is marked counts as drawn from now on.
    const std::vector<std::uint8_t>& changed(const Picture& picture);

private:
    /// What the pixels of a cell differ by; sums are those of 16 pixels.
    struct Difference {
        int absolute = 0; ///< luma, sum of the absolute differences
        int mean = 0;     ///< luma, absolute value of the sum
        int largest = 0;  ///< luma, of one pixel
        int chroma = 0;   ///< absolute value of the sum, the larger of both channels
    };
    struct Limits {
        float absolute, mean, largest, chroma;
    };

    void measure(const Picture& picture);
    void measure_band(const Picture& picture, int top, int bottom, Difference* out);
    Limits limits() const;
    void judge();
    void mark(const Picture& picture);

    Size size_;
    double tolerance_;
    int across_, down_; ///< cells
    bool first_ = true;
    Picture drawn_;
    std::vector<Difference> differences_;
    std::vector<float> evidence_; ///< of a cell's having changed; 1 is enough
    std::vector<std::uint8_t> marks_;
    std::vector<std::int16_t> sums_, absolutes_, largest_; ///< of columns of a band
};

} // namespace img
