// libjpeg-turbo: JPEG bytes to pixels and back.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"

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

/// A whole JFIF file with full chroma resolution (4:4:4). `quality` is libjpeg's, 1 to 100.
Bytes encode_jpeg(const Picture& picture, int quality);

} // namespace img
