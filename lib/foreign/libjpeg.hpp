// libjpeg-turbo: JPEG bytes to pixels and back.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/planes.hpp"

#include <vector>

namespace img {

/// What a JPEG's header says.
struct JpegHeader {
    Size size;
    int components = 0; ///< 1, 3 or 4
    ColorSpace space = ColorSpace::ycbcr;
};

/// Throws Error when the header is not one that decodes here, or the
/// picture is over 16384 pixels a side or 64 Mi pixels in all.
JpegHeader read_jpeg_header(ByteView jpeg);

/// The pixels, at the smallest of the sizes 1/8, 2/8 ... 8/8 of the picture that covers `least`
/// (the default is the full size). Throws Error for broken, truncated or torn pictures, and for
/// four components (CMYK).
Picture decode_jpeg(ByteView jpeg, ColorSpace space, Size least = {16384, 16384});

/// One channel in the resolution that it is stored in. Its upper left corner is the picture's, and
/// a sample stands in the middle of the pixels that it is for, as in JFIF.
struct JpegChannel {
    Plane plane;
    double across = 1, down = 1; ///< samples to a pixel of the picture, at most 1
};

/// What a JPEG holds, before any channel is brought to the size of another.
struct JpegPlanes {
    Size size;                         ///< of the picture
    std::vector<JpegChannel> channels; ///< Y, Cb, Cr; of a grey picture only Y
};

/// The channels at the smallest of the sizes 1/8, 1/4, 1/2 and 1/1 that covers `least` (other sizes
/// take longer than the full one: libjpeg-turbo has no vector code for them). Where Y is shrunk,
/// chroma that is stored in less may come in as many samples as Y. Pictures that are stored in RGB
/// are converted. Throws Error as decode_jpeg does.
JpegPlanes decode_jpeg_planes(ByteView jpeg, Size least = {16384, 16384});

/// A whole JFIF file with full chroma resolution (4:4:4). `quality` is libjpeg's, 1 to 100.
Bytes encode_jpeg(const Picture& picture, int quality);

} // namespace img
