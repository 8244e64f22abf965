// Frames to pictures of one size.
#pragma once

#include "base/picture.hpp"
#include "base/planes.hpp"
#include "frame/frame.hpp"

#include <optional>
#include <string>

namespace img {

/// Pictures of the size that the first frame has when it is fitted into a limit.
class Canvas {
public:
    /// `crop` is what is shown of each frame, the right way up, before it is fitted.
    explicit Canvas(Size limit, std::optional<Area> crop = std::nullopt)
        : limit_(limit), crop_(crop) {}

    /// The frame in YCbCr, the right way up. One of another size than the first is fitted in with
    /// its aspect kept, centred on black; the first such frame is noted on stderr by its `place`,
    /// if it has one. Throws Error when the frame does not decode, OutsidePicture when it is too
    /// small for the crop.
    Planes fit(const Frame& frame, const std::string& place);
    /// The same without decoding: size() is known, and what the header tells was checked.
    void measure(const Frame& frame, const std::string& place);
    /// Of the pictures; zero before the first.
    Size size() const { return size_; }

private:
    /// The size that a picture of the size `own` is drawn at.
    Size fitted(Size own) const;
    /// Takes a picture of this size for the first, or notes that it is unlike the first.
    void settle(Size own, const std::string& place);

    Size limit_;
    std::optional<Area> crop_;
    Size first_; ///< of the first frame, before it was fitted
    Size size_;
    bool noted_ = false;
};

} // namespace img
