// Frames to pictures of one size.

#include "verb/gif/canvas.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "frame/planes.hpp"
#include "frame/resample.hpp"
#include "frame/upright.hpp"
#include "verb/gif/view.hpp"

#include <algorithm>
#include <cstddef>

namespace img {

namespace {

Planes on_black(const Planes& picture, Size size) {
    Planes canvas{size};
    canvas.channel[1].assign(canvas.channel[1].size(), 128);
    canvas.channel[2].assign(canvas.channel[2].size(), 128);
    const int left = (size.width - picture.size.width) / 2;
    const int top = (size.height - picture.size.height) / 2;
    for (std::size_t c = 0; c < canvas.channel.size(); ++c)
        for (int y = 0; y < picture.size.height; ++y)
            std::copy_n(picture.row(c, y), picture.size.width, canvas.row(c, top + y) + left);
    return canvas;
}

} // namespace

Size Canvas::fitted(Size own) const {
    if (size_ == Size{})
        return fit_into(own, limit_);
    return own == first_ ? size_ : fit_into(own, size_, Enlarge::allowed);
}

void Canvas::settle(Size own, const std::string& place) {
    if (size_ == Size{}) {
        size_ = fit_into(own, limit_);
        first_ = own;
    } else if (own != first_ && !noted_ && !place.empty()) {
        log_note(str(place, ": is ", own.width, "x", own.height, ", the first frame ", first_.width,
                     "x", first_.height, "; such frames are fitted in"));
        noted_ = true;
    }
}

void Canvas::measure(const Frame& frame, const std::string& place) {
    settle(view_of(frame, crop_).size(), place);
}

Planes Canvas::fit(const Frame& frame, const std::string& place) {
    const GifView view = view_of(frame, crop_);
    const Size inside = fitted(view.size());
    Planes picture =
        turned_upright(decode_planes(frame, upright_size(inside, view.orientation),
                                     stored_area(view.area, view.stored, view.orientation)),
                       view.orientation);
    settle(view.size(), place); // only now: what does not decode is not the first
    return inside == size_ ? picture : on_black(picture, size_);
}

} // namespace img
