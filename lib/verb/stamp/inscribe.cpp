// An artwork onto a JPEG.

#include "verb/stamp/inscribe.hpp"

#include "foreign/libjpeg.hpp"
#include "frame/metadata.hpp"
#include "verb/stamp/painter.hpp"

namespace img {

Sheet sheet_of(ByteView jpeg) {
    return {read_jpeg_header(jpeg).size, {16, 16}};
}

Bytes inscribe(ByteView jpeg, const Artwork& artwork) {
    Picture picture = decode_jpeg(jpeg, read_jpeg_header(jpeg).space);
    paint(picture, artwork);
    Frame frame{Bytes(jpeg.begin(), jpeg.end())};
    return with_segments_of(Frame{encode_jpeg_like(jpeg, picture)}, frame).jpeg;
}

} // namespace img
