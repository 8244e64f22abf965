// Any bytes as a JPEG that is drawn on, and as one whose stamp is taken off.

#include "base/error.hpp"
#include "frame/jpeg_walk.hpp"
#include "verb/stamp/undo.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

using namespace img;

namespace {

void require(bool fact) {
    if (!fact)
        std::abort();
}

Artwork artwork() {
    Shape shape{0, 9, Coverage{{9, 9}}};
    for (std::size_t i = 0; i < shape.coverage.values.size(); ++i)
        shape.coverage.values[i] = static_cast<std::uint8_t>(i * 37);
    auto letter = std::make_shared<const Shape>(std::move(shape));
    return {{{{8, 0, {24, 9}}, {0, 0, 0}, .5}, {{30, 12, {9, 9}}, {255, 0, 0}, 1}},
            {{letter, 3, 12, {255, 255, 255}}, {letter, 32, 20, {9, 99, 200}}}};
}

/// What takes too long for a fuzzer.
bool is_large(const JpegScan& scan) {
    return scan.size.width > 512 || scan.size.height > 512;
}

void stamp(ByteView jpeg, Verify verify) {
    const JpegScan scan = read_scan(jpeg);
    if (is_large(scan))
        return;
    Inscriber inscriber;
    Inscribed out = inscriber.inscribe(jpeg, scan, artwork(), verify);
    require(jpeg_end(out.jpeg).has_value());
    if (jpeg.size() > 60'000)
        return;
    Bytes stamped = with_undo_record(out.jpeg, out, jpeg, scan);
    Bytes back = without_stamp(stamped);
    require(std::equal(back.begin(), back.end(), jpeg.begin(), jpeg.end()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView bytes{data, size};
    try {
        std::optional<std::size_t> end = jpeg_end(bytes);
        if (!end)
            return 0;
        ByteView jpeg = bytes.first(*end);
        for (Verify verify : {Verify::full, Verify::tail})
            try {
                stamp(jpeg, verify);
            } catch (const Error&) { // a broken picture
            }
        without_stamp(jpeg);
    } catch (const Error&) { // no JPEG, or no stamp
    }
    return 0;
}
