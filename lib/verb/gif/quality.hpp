// What a quality from 1 to 100 means to the encoder.
#pragma once

#include "verb/gif/drawing.hpp"

namespace img {

struct GifTuning {
    double price = 0;   ///< of StillPeriods
    double masking = 0; ///< of measure_busyness()
    DrawingLimits drawing;
};

/// The numbers at small (60), balanced (80) and best (95) are measured; between them and beyond
/// they go on in their proportions.
GifTuning tuning_of(double quality);

} // namespace img
