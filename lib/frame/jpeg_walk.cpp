// The marker structure of a JPEG file: where it ends, and what segments it has.
// Rules: ITU-T T.81, annex B.

#include "frame/jpeg_walk.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cstring>

namespace img {

namespace {

/// Markers that stand alone: TEM and RST0 to RST7.
bool stands_alone(std::uint8_t code) {
    return code == 0x01 || (code >= 0xD0 && code <= 0xD7);
}

std::size_t length_at(ByteView bytes, std::size_t at) {
    return static_cast<std::size_t>(bytes[at] << 8 | bytes[at + 1]);
}

} // namespace

std::optional<std::size_t> JpegWalk::advance(ByteView bytes) {
    if (expect_ == Expect::start) {
        bool wrong =
            (!bytes.empty() && bytes[0] != 0xFF) || (bytes.size() >= 2 && bytes[1] != marker::soi);
        if (wrong)
            throw Error("not a JPEG");
        if (bytes.size() < 2)
            return std::nullopt;
        at_ = 2;
        expect_ = Expect::marker;
    }
    for (;;) {
        if (expect_ == Expect::scan) {
            // Entropy-coded data: to the next 0xFF that is not stuffed, a restart or a fill byte.
            if (at_ >= bytes.size())
                return std::nullopt;
            const void* found = std::memchr(bytes.data() + at_, 0xFF, bytes.size() - at_);
            if (!found) {
                at_ = bytes.size();
                return std::nullopt;
            }
            at_ = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data());
            if (at_ + 1 >= bytes.size())
                return std::nullopt;
            std::uint8_t code = bytes[at_ + 1];
            if (code == 0x00 || stands_alone(code))
                at_ += 2;
            else if (code == 0xFF)
                at_ += 1;
            else
                expect_ = Expect::marker;
            continue;
        }
        if (at_ + 1 >= bytes.size())
            return std::nullopt;
        if (bytes[at_] != 0xFF)
            throw Error(str("not a JPEG: no marker at byte ", at_));
        std::uint8_t code = bytes[at_ + 1];
        if (code == 0xFF) {
            at_ += 1;
        } else if (code == marker::eoi) {
            at_ += 2;
            return at_;
        } else if (stands_alone(code)) {
            at_ += 2;
        } else if (code == 0x00 || code == marker::soi) {
            throw Error(str("not a JPEG: marker ", int{code}, " at byte ", at_));
        } else {
            if (at_ + 3 >= bytes.size())
                return std::nullopt;
            std::size_t length = length_at(bytes, at_ + 2);
            if (length < 2)
                throw Error(str("not a JPEG: segment of length ", length, " at byte ", at_));
            if (at_ + 2 + length > bytes.size())
                return std::nullopt;
            at_ += 2 + length;
            if (code == marker::sos)
                expect_ = Expect::scan;
        }
    }
}

std::optional<std::size_t> jpeg_end(ByteView bytes) {
    return JpegWalk{}.advance(bytes);
}

std::vector<JpegSegment> jpeg_segments(ByteView jpeg) {
    std::vector<JpegSegment> segments;
    std::size_t at = 2;
    while (at + 3 < jpeg.size() && jpeg[at] == 0xFF) {
        std::uint8_t code = jpeg[at + 1];
        if (code == 0xFF) {
            at += 1;
            continue;
        }
        if (stands_alone(code)) {
            at += 2;
            continue;
        }
        if (code == marker::sos || code == marker::eoi)
            break;
        std::size_t length = length_at(jpeg, at + 2);
        if (length < 2 || at + 2 + length > jpeg.size())
            break;
        segments.push_back({code, at, jpeg.subspan(at + 4, length - 2)});
        at += 2 + length;
    }
    return segments;
}

} // namespace img
