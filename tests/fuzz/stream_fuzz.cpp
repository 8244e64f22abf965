// The marker walk and the segment list, over any bytes.

#include "base/error.hpp"
#include "frame/jpeg_walk.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    img::ByteView bytes{data, size};
    std::optional<std::size_t> whole, stepped;
    bool refused_whole = false, refused_stepped = false;
    try {
        whole = img::jpeg_end(bytes);
    } catch (const img::Error&) {
        refused_whole = true;
    }
    // However the bytes arrive, the answer is the same.
    img::JpegWalk walk;
    try {
        for (std::size_t length = 0; length <= size && !stepped; length += 1 + length / 7)
            stepped = walk.advance(bytes.first(length));
        if (!stepped)
            stepped = walk.advance(bytes);
    } catch (const img::Error&) {
        refused_stepped = true;
    }
    if (whole != stepped || refused_whole != refused_stepped)
        std::abort();
    if (whole)
        img::jpeg_segments(bytes.first(*whole));
    return 0;
}
