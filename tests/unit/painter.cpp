// An artwork to pixels, for tests: what a stamp should look like.

#include "painter.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

using Sample = std::array<std::uint8_t, 3>;

std::uint8_t rounded(double value) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

/// A colour as a pixel. The weights are BT.601's, full range, as in JFIF 1.02.
Sample sample_of(Color color, ColorSpace space) {
    double red = color.red, green = color.green, blue = color.blue;
    if (space == ColorSpace::rgb)
        return {color.red, color.green, color.blue};
    std::uint8_t luma = rounded(.299 * red + .587 * green + .114 * blue);
    if (space == ColorSpace::gray)
        return {luma, 0, 0};
    return {luma, rounded(128 - .168736 * red - .331264 * green + .5 * blue),
            rounded(128 + .5 * red - .418688 * green - .081312 * blue)};
}

/// `weight` of 255 parts of `over`, the rest `under`.
std::uint8_t mixed(std::uint8_t under, std::uint8_t over, unsigned weight) {
    return static_cast<std::uint8_t>((under * (255 - weight) + over * weight + 127) / 255);
}

/// Calls weigh(x, y) for each pixel of `area` on the picture: how much of 255 parts is `color`.
template <class Weigh>
void cover(Picture& picture, const Rectangle& area, Color color, Weigh weigh) {
    const std::size_t channels = picture.channels();
    const Sample sample = sample_of(color, picture.space);
    int left = std::max(0, area.x), right = std::min(picture.size.width, area.right());
    int top = std::max(0, area.y), bottom = std::min(picture.size.height, area.bottom());
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) {
            std::uint8_t* pixel = picture.row(y) + static_cast<std::size_t>(x) * channels;
            for (std::size_t i = 0; i < channels; ++i)
                pixel[i] = mixed(pixel[i], sample[i], weigh(x, y));
        }
}

} // namespace

void paint(Picture& picture, const Artwork& artwork) {
    for (const Panel& panel : artwork.panels) {
        unsigned opacity = rounded(panel.opacity * 255);
        cover(picture, panel.area, panel.color, [&](int, int) { return opacity; });
    }
    for (const Ink& ink : artwork.inks) {
        Rectangle area = ink.area();
        cover(picture, area, ink.color, [&](int x, int y) -> unsigned {
            return ink.shape->coverage.row(y - area.y)[x - area.x];
        });
    }
}

} // namespace img
