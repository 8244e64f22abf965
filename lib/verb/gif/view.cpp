// Which part of a frame is shown, and which way up.

#include "verb/gif/view.hpp"

#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/metadata.hpp"
#include "verb/gif/upright.hpp"

#include <algorithm>

namespace img {

namespace {

/// `part` of a side of `whole` pixels, on one of `other` pixels; rounded up.
int scaled_up(int part, int whole, int other) {
    auto pixels = (static_cast<std::int64_t>(part) * other + whole - 1) / whole;
    return static_cast<int>(std::min<std::int64_t>(pixels, other));
}

int scaled(int part, int whole, int other) {
    return static_cast<int>((static_cast<std::int64_t>(part) * other + whole / 2) / whole);
}

} // namespace

Size GifView::decode_size(Size least) const {
    Size whole = upright_size(stored, orientation);
    Size upright{scaled_up(std::min(least.width, area.width), area.width, whole.width),
                 scaled_up(std::min(least.height, area.height), area.height, whole.height)};
    return upright_size(upright, orientation); // the sides are exchanged back
}

GifArea GifView::area_in(Size whole) const {
    Size own = upright_size(stored, orientation);
    int left = scaled(area.left, own.width, whole.width);
    int top = scaled(area.top, own.height, whole.height);
    int right = scaled(area.left + area.width, own.width, whole.width);
    int bottom = scaled(area.top + area.height, own.height, whole.height);
    // A side shrinks to a pixel, not to nothing.
    left = std::min(left, whole.width - 1);
    top = std::min(top, whole.height - 1);
    return {left, top, std::max(right - left, 1), std::max(bottom - top, 1)};
}

GifView view_of(const Frame& frame, const std::optional<GifArea>& crop) {
    GifView view{read_jpeg_header(frame.jpeg).size, metadata_of(frame).orientation, {}};
    Size own = upright_size(view.stored, view.orientation);
    view.area = crop.value_or(GifArea{0, 0, own.width, own.height});
    if (view.area.left + view.area.width > own.width ||
        view.area.top + view.area.height > own.height)
        throw OutsidePicture(str(
            "the crop ", view.area.width, "x", view.area.height, "+", view.area.left, "+",
            view.area.top, " reaches outside the picture, which is ", own.width, "x", own.height));
    return view;
}

} // namespace img
