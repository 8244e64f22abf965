// A frame: one whole JPEG file, as the camera delivered it.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"

namespace img {

struct Frame {
    Bytes jpeg; ///< from the start marker to the end marker, nothing before or after
};

/// The frame that `bytes` begin with; bytes after its end marker are dropped, as cameras append
/// some. Throws Error when they are not a JPEG or are cut off.
Frame frame_from(Bytes bytes);

/// The same, but the bytes behind its end marker are left in `bytes`.
Frame take_frame(Bytes& bytes);

/// Decodes it all and throws Error if it is broken; a cheap scaled decode. Gives its size.
Size check_decodes(const Frame& frame);

} // namespace img
