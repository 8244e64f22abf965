// The marker structure of a JPEG file: where it ends, and what segments it has.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace img {

/// Follows the markers of one JPEG as its bytes arrive, to its end marker. Markers are walked by
/// their lengths, never searched for: thumbnails and other segments contain end markers too.
class JpegWalk {
public:
    /// Goes on through `bytes`, which begin with the frame's first byte and may have grown since
    /// the last call. The number of bytes of the frame when its end has come, else nullopt. Throws
    /// Error when this is not a JPEG; `position()` then says where.
    std::optional<std::size_t> advance(ByteView bytes);
    /// How many bytes have been walked.
    std::size_t position() const { return at_; }

private:
    enum class Expect { start, marker, scan };
    Expect expect_ = Expect::start;
    std::size_t at_ = 0;
};

/// The length of the JPEG that `bytes` begin with; nullopt when it is cut off. Throws Error when
/// they do not begin with a JPEG.
std::optional<std::size_t> jpeg_end(ByteView bytes);

/// One marker segment before the first scan.
struct JpegSegment {
    std::uint8_t marker; ///< 0xE1 for APP1
    std::size_t offset;  ///< of its 0xFF byte
    ByteView payload;    ///< behind the length
    std::size_t end() const { return offset + 4 + payload.size(); }
};

/// The segments between the start marker and the first scan, in order. `jpeg` is a whole frame.
std::vector<JpegSegment> jpeg_segments(ByteView jpeg);

namespace marker {
constexpr std::uint8_t soi = 0xD8, eoi = 0xD9, sos = 0xDA, app0 = 0xE0, app1 = 0xE1, app2 = 0xE2,
                       app14 = 0xEE, app15 = 0xEF, com = 0xFE;
} // namespace marker

} // namespace img
