// Any bytes as the APP1 segment of a small frame: read, added to, and carried over.

#include "base/error.hpp"
#include "base/picture.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/jpeg_walk.hpp"
#include "frame/metadata.hpp"

#include <algorithm>
#include <cstdlib>

using namespace img;

namespace {

const Bytes& picture() {
    static const Bytes jpeg = encode_jpeg(Picture{{8, 8}, ColorSpace::gray}, 50);
    return jpeg;
}

Frame frame_with(ByteView payload) {
    std::size_t length = payload.size() + 2;
    Frame frame;
    frame.jpeg.reserve(picture().size() + length + 2);
    for (std::size_t byte : {std::size_t{0xFF}, std::size_t{marker::soi}, std::size_t{0xFF},
                             std::size_t{marker::app1}, length >> 8, length})
        frame.jpeg.push_back(static_cast<std::uint8_t>(byte));
    frame.jpeg.insert(frame.jpeg.end(), payload.begin(), payload.end());
    frame.jpeg.insert(frame.jpeg.end(), picture().begin() + 2, picture().end());
    return frame;
}

void require(bool fact) {
    if (!fact)
        std::abort();
}

/// The picture behind the first segments is as it was, and the frame is one.
void require_picture(const Frame& frame) {
    require(frame.jpeg.size() >= picture().size());
    require(std::equal(picture().begin() + 20, picture().end(),
                       frame.jpeg.end() - static_cast<std::ptrdiff_t>(picture().size() - 20)));
    require(jpeg_end(frame.jpeg) == frame.jpeg.size());
}

Metadata facts() {
    Metadata facts;
    facts.time = parse_iso_time("2026-11-21T13:43:38.123Z");
    facts.offset = std::chrono::minutes{120};
    facts.camera = "north";
    facts.position = Position{-42, 21.5, -3.5};
    facts.notes = R"({"source":"test:"})";
    return facts;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 65533)
        return 0;
    static const Zone utc{"UTC"};
    Frame frame = frame_with({data, size});
    Metadata read = metadata_of(frame, utc);
    for (const Metadata& wanted : {facts(), read}) {
        try {
            Frame out = with_metadata(frame, wanted);
            require_picture(out);
            require(with_metadata(out, wanted).jpeg == out.jpeg);
        } catch (const Error&) {
            continue; // the block is broken, or full
        }
    }
    return 0;
}
