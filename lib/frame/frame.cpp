// A frame: one whole JPEG file, as the camera delivered it.

#include "frame/frame.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"

#include <utility>

namespace img {

Frame frame_from(Bytes bytes) {
    return take_frame(bytes);
}

Frame take_frame(Bytes& bytes) {
    std::optional<std::size_t> end = jpeg_end(bytes);
    if (!end)
        throw Error(bytes.empty() ? std::string{"empty"}
                                  : str("JPEG cut off after ", bytes.size(), " bytes"));
    Bytes rest(bytes.begin() + static_cast<std::ptrdiff_t>(*end), bytes.end());
    bytes.resize(*end);
    return Frame{std::exchange(bytes, std::move(rest))};
}

Size check_decodes(const Frame& frame) {
    decode_jpeg(frame.jpeg, ColorSpace::gray, {1, 1});
    return read_jpeg_header(frame.jpeg).size;
}

} // namespace img
