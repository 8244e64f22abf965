// Any bytes as a JPEG: what its coefficients are written to reads as the same coefficients.

#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "foreign/libjpeg_coefficients.hpp"
#include "frame/jpeg_walk.hpp"

#include <cstdlib>

using namespace img;

namespace {

void require(bool fact) {
    if (!fact)
        std::abort();
}

/// What takes too long for a fuzzer.
bool is_large(ByteView jpeg) {
    Size size = read_jpeg_header(jpeg).size;
    return size.width > 512 || size.height > 512;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView jpeg{data, size};
    Bytes after;
    JpegCoefficients before;
    try {
        if (is_large(jpeg))
            return 0;
        before = read_jpeg_coefficients(jpeg);
        after = edit_jpeg_coefficients(jpeg, [](const auto&, std::size_t, int, auto) {});
    } catch (const Error&) {
        return 0;
    }
    require(jpeg_end(after) == after.size());
    require(read_jpeg_coefficients(after) == before);
    return 0;
}
