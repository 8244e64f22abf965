// An artwork onto a JPEG.
#pragma once

#include "base/bytes.hpp"
#include "verb/stamp/artwork.hpp"

namespace img {

/// The picture that is drawn on, in pixels.
struct Sheet {
    Size size;
    /// The units in which the picture can be changed; panels cover whole ones.
    Size grid{1, 1};
};

/// The picture in a JPEG. Throws Error when its header is broken.
Sheet sheet_of(ByteView jpeg);

/// The JPEG with the artwork on it; its metadata segments are kept.
Bytes inscribe(ByteView jpeg, const Artwork& artwork);

} // namespace img
