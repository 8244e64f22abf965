// Frames to pictures of one size.

#include "verb/gif/canvas.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"

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

Size header_size(const Frame& frame) {
    return read_jpeg_header(frame.jpeg).size;
}

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

Picture Canvas::fit(const Frame& frame, const std::string& place) {
    Size own = header_size(frame);
    if (size_ == Size{} || own == first_) {
        Size target = size_ == Size{} ? fit_into(own, limit_) : size_;
        Picture picture = resample(decode_ycbcr(frame, target), target);
        first_ = own;
        size_ = target;
        return picture;
    }
    Size inside = fit_into(own, size_, Enlarge::allowed);
    Picture picture = resample(decode_ycbcr(frame, inside), inside);
    if (!noted_)
        log_note(str(place, ": is ", own.width, "x", own.height, ", the first frame ", first_.width,
                     "x", first_.height, "; such frames are fitted in"));
    noted_ = true;
    return inside == size_ ? picture : on_black(picture, size_);
}

} // namespace img
