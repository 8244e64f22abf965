// Pictures in other sizes.
#pragma once

#include "base/picture.hpp"
#include "base/planes.hpp"
#include "base/processor.hpp"
#include "frame/filter.hpp"

#include <cstdint>
#include <vector>

namespace img {

enum class Enlarge { never, allowed };

/// The largest size with the aspect of `picture` that fits into `box`, each side at least 1.
Size fit_into(Size picture, Size box, Enlarge enlarge = Enlarge::never);

/// A part of a plane, in samples. Sample 0 reaches from 0 to 1; the sides may lie within samples.
struct Window {
    double left = 0, top = 0, width = 0, height = 0;
};

struct Kernels {
    const Kernel& across;
    const Kernel& down;
};

/// What `window` shows of `plane` in exactly `size`, row after row without padding, by a separable
/// filter that is widened when shrinking. Samples outside the window have no influence: its edges
/// are repeated.
std::vector<std::uint8_t> resample(const Plane& plane, const Window& window, Size size,
                                   const Kernels& kernels, Instructions = Instructions::best);

} // namespace img
