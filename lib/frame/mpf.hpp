// The index of a file of several pictures (CIPA DC-007, Multi-Picture Format): phones append a
// second picture behind the first, and say in a segment of the first where.
#pragma once

#include "base/bytes.hpp"
#include "frame/jpeg_walk.hpp"

#include <optional>

namespace img {

/// The segment with the index.
std::optional<JpegSegment> mpf_segment(ByteView jpeg);

/// Corrects the index in `jpeg`, which came of `original` and is longer or shorter: what stands
/// behind the first picture has moved. An index that cannot be read stays as it is.
void correct_mpf(Bytes& jpeg, ByteView original);

} // namespace img
