// A frame: one whole JPEG file, as the camera delivered it.

#include "frame/frame.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"

namespace img {

Frame frame_from(Bytes bytes) {
    std::optional<std::size_t> end = jpeg_end(bytes);
    if (!end)
        throw Error(bytes.empty() ? std::string{"empty"}
                                  : str("JPEG cut off after ", bytes.size(), " bytes"));
    bytes.resize(*end);
    return Frame{std::move(bytes)};
}

Size check_decodes(const Frame& frame) {
    decode_jpeg(frame.jpeg, ColorSpace::gray, {1, 1});
    return read_jpeg_header(frame.jpeg).size;
}

} // namespace img
