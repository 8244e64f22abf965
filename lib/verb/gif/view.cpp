// Which part of a frame is shown, and which way up.

#include "verb/gif/view.hpp"

#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/metadata.hpp"
#include "frame/upright.hpp"

namespace img {

GifView view_of(const Frame& frame, const std::optional<Area>& crop) {
    GifView view{read_jpeg_header(frame.jpeg).size, metadata_of(frame).orientation, {}};
    Size own = upright_size(view.stored, view.orientation);
    view.area = crop.value_or(Area{0, 0, own.width, own.height});
    if (view.area.left + view.area.width > own.width ||
        view.area.top + view.area.height > own.height)
        throw OutsidePicture(str(
            "the crop ", view.area.width, "x", view.area.height, "+", view.area.left, "+",
            view.area.top, " reaches outside the picture, which is ", own.width, "x", own.height));
    return view;
}

} // namespace img
