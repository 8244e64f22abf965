// Pictures in other sizes.
#pragma once

#include "base/picture.hpp"

namespace img {

enum class Enlarge { never, allowed };

/// The largest size with the aspect of `picture` that fits into `box`, each side at least 1.
Size fit_into(Size picture, Size box, Enlarge enlarge = Enlarge::never);

/// `picture` in exactly `size`, by a separable Catmull-Rom filter that is widened when shrinking
/// (Keys, "Cubic convolution interpolation for digital image processing", 1981). Edges are
/// repeated. A picture that has the size already is returned as it is.
Picture resample(Picture picture, Size size);

} // namespace img
