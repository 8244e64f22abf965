// A layout to coverage, and coverage to pixels.

#include "verb/stamp/overlay.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

/// Adds a shape to the plane of a box. Where shapes meet, the one that covers more counts.
void add(Coverage& plane, const Rectangle& box, const Shape& shape, int pen_x, int baseline) {
    int left = pen_x + shape.left - box.x, top = baseline - shape.top - box.y;
    int from = std::max(0, -left);
    int to = std::min(shape.coverage.size.width, plane.size.width - left);
    for (int y = std::max(0, -top); y < shape.coverage.size.height; ++y) {
        if (top + y >= plane.size.height)
            break;
        const std::uint8_t* source = shape.coverage.row(y);
        std::uint8_t* target = plane.row(top + y) + left;
        for (int x = from; x < to; ++x)
            target[x] = std::max(target[x], source[x]);
    }
}

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

} // namespace

Overlay render(const Layout& layout, GlyphCache& glyphs) {
    Overlay overlay{layout.box, Coverage{layout.box.size}, {}};
    if (glyphs.outline() > 0)
        overlay.outline = Coverage{layout.box.size};
    for (const PlacedGlyph& placed : layout.glyphs) {
        const Glyph& glyph = glyphs.at(placed.glyph);
        add(overlay.fill, overlay.box, glyph.fill, placed.x, placed.baseline);
        if (glyphs.outline() > 0)
            add(overlay.outline, overlay.box, glyph.outline, placed.x, placed.baseline);
    }
    return overlay;
}

void draw(Picture& picture, const Overlay& overlay, const OverlayStyle& style) {
    const std::size_t channels = picture.channels();
    const Sample letters = sample_of(style.color, picture.space);
    const Sample behind = sample_of(style.box, picture.space);
    const unsigned opacity = rounded(style.opacity * 255);
    const bool outlined = !overlay.outline.values.empty();
    for (int y = 0; y < overlay.box.size.height; ++y) {
        const std::uint8_t* fill = overlay.fill.row(y);
        const std::uint8_t* outline = outlined ? overlay.outline.row(y) : nullptr;
        std::uint8_t* pixel =
            picture.row(overlay.box.y + y) + static_cast<std::size_t>(overlay.box.x) * channels;
        for (int x = 0; x < overlay.box.size.width; ++x, pixel += channels)
            for (std::size_t i = 0; i < channels; ++i) {
                std::uint8_t value = mixed(pixel[i], behind[i], opacity);
                if (outline)
                    value = mixed(value, behind[i], outline[x]);
                pixel[i] = mixed(value, letters[i], fill[x]);
            }
    }
}

} // namespace img
