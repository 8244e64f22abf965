// Which part of a frame is shown, and which way up.
#pragma once

#include "base/error.hpp"
#include "base/picture.hpp"
#include "frame/frame.hpp"

#include <optional>

namespace img {

/// A crop that a picture is too small for: the request is wrong, not the frame.
class OutsidePicture : public Error {
public:
    using Error::Error;
};

/// A frame's picture as it is stored and as it is shown, without its pixels.
struct GifView {
    Size stored;
    int orientation = 1; ///< EXIF's
    Area area;           ///< of the picture the right way up, what is shown

    Size size() const { return {area.width, area.height}; }
};

/// By the frame's header and EXIF. Throws Error when it has no readable header, OutsidePicture when
/// `crop` reaches outside it.
GifView view_of(const Frame& frame, const std::optional<Area>& crop);

} // namespace img
