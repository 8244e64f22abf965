// Frames as Y, Cb and Cr of one size.
#pragma once

#include "base/picture.hpp"
#include "base/planes.hpp"
#include "frame/frame.hpp"

#include <optional>

namespace img {

/// The frame, or the `area` of it, in exactly `target`; what is outside the area has no influence.
/// Each channel goes from the samples that are stored straight to the target. A grey frame has
/// 128 for chroma. Throws Error when it does not decode, and when the area is empty or not all on
/// the picture.
Planes decode_planes(const Frame& frame, Size target, const std::optional<Area>& area = {});

} // namespace img
