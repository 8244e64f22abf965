// Frames to pictures of one size.

#include "verb/gif/canvas.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/gif/upright.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

/// JFIF's conversion, for the few files whose pixels are stored in RGB.
void to_ycbcr(Picture& picture) {
    for (std::size_t at = 0; at < picture.pixels.size(); at += 3) {
        std::uint8_t* pixel = &picture.pixels[at];
        double r = pixel[0], g = pixel[1], b = pixel[2];
        double y = 0.299 * r + 0.587 * g + 0.114 * b;
        double values[3]{y, 128 + (b - y) / 1.772, 128 + (r - y) / 1.402};
        for (int c = 0; c < 3; ++c)
            pixel[c] = static_cast<std::uint8_t>(std::lround(std::clamp(values[c], 0.0, 255.0)));
    }
    picture.space = ColorSpace::ycbcr;
}

Picture with_chroma(const Picture& gray) {
    Picture picture{gray.size, ColorSpace::ycbcr};
    for (std::size_t i = 0; i < gray.pixels.size(); ++i) {
        picture.pixels[i * 3] = gray.pixels[i];
        picture.pixels[i * 3 + 1] = picture.pixels[i * 3 + 2] = 128;
    }
    return picture;
}

/// What is shown of the frame, in any size that covers `least`.
Picture decode_view(const Frame& frame, const GifView& view, Size least) {
    Picture picture = decode_ycbcr(frame, view.decode_size(least));
    if (view.orientation != 1) {
        Picture upright{upright_size(picture.size, view.orientation), picture.space};
        turn_upright(picture.pixels.data(), picture.size, picture.channels(), view.orientation,
                     upright.pixels.data());
        picture = std::move(upright);
    }
    GifArea area = view.area_in(picture.size);
    if (Size{area.width, area.height} == picture.size)
        return picture;
    Picture part{{area.width, area.height}, picture.space};
    for (int y = 0; y < area.height; ++y)
        std::copy_n(picture.row(area.top + y) +
                        static_cast<std::size_t>(area.left) * picture.channels(),
                    part.stride(), part.row(y));
    return part;
}

Picture on_black(const Picture& picture, Size size) {
    Picture canvas{size, ColorSpace::ycbcr};
    for (std::size_t at = 0; at < canvas.pixels.size(); at += 3)
        canvas.pixels[at + 1] = canvas.pixels[at + 2] = 128;
    int left = (size.width - picture.size.width) / 2;
    int top = (size.height - picture.size.height) / 2;
    for (int y = 0; y < picture.size.height; ++y)
        std::copy_n(picture.row(y), picture.stride(), canvas.row(top + y) + left * 3);
    return canvas;
}

} // namespace

Picture decode_ycbcr(const Frame& frame, Size least) {
    ColorSpace space = read_jpeg_header(frame.jpeg).space;
    if (space == ColorSpace::gray) // libjpeg gives no chroma to what has none
        return with_chroma(decode_jpeg(frame.jpeg, ColorSpace::gray, least));
    if (space != ColorSpace::rgb)
        return decode_jpeg(frame.jpeg, ColorSpace::ycbcr, least);
    Picture picture = decode_jpeg(frame.jpeg, ColorSpace::rgb, least);
    to_ycbcr(picture);
    return picture;
}

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

Picture Canvas::fit(const Frame& frame, const std::string& place) {
    GifView view = view_of(frame, crop_);
    Size inside = fitted(view.size());
    Picture picture = resample(decode_view(frame, view, inside), inside);
    settle(view.size(), place); // only now: what does not decode is not the first
    return inside == size_ ? picture : on_black(picture, size_);
}

Picture Canvas::sample(const Frame& frame) const {
    GifView view = view_of(frame, crop_);
    Size whole = fit_into(view.size(), limit_);
    return decode_view(frame, view, {(whole.width + 1) / 2, (whole.height + 1) / 2});
}

} // namespace img
