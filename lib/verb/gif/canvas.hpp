// Frames to pictures of one size.
#pragma once

#include "base/picture.hpp"
#include "frame/frame.hpp"
#include "frame/resample.hpp"

#include <string>

namespace img {

/// The size that a frame's header says. Throws Error as decoding does.
Size header_size(const Frame& frame);
/// The frame in YCbCr, in any size that covers `least`, at most its own.
Picture decode_ycbcr(const Frame& frame, Size least);

/// Pictures of the size that the first frame has when it is fitted into a limit.
class Canvas {
public:
    explicit Canvas(Size limit) : limit_(limit) {}

    /// The frame in YCbCr. One of another size than the first is fitted in with its aspect kept,
    /// centred on black; the first such frame is noted on stderr by its `place`. Throws Error when
    /// the frame does not decode.
    Picture fit(const Frame& frame, const std::string& place);
    /// Of the pictures; zero before the first.
    Size size() const { return size_; }

private:
    Size limit_;
    Size first_; ///< of the first frame, before it was fitted
    Size size_;
    bool noted_ = false;
};

} // namespace img
