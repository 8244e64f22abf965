// What a stamp draws: panels of colour, and on them the ink of letters.
#pragma once

#include "foreign/freetype.hpp"

#include <memory>
#include <vector>

namespace img {

/// A rectangle of whole pixels.
struct Rectangle {
    int x = 0, y = 0;
    Size size;
    int right() const { return x + size.width; }
    int bottom() const { return y + size.height; }
    bool empty() const { return size.width <= 0 || size.height <= 0; }
    bool operator==(const Rectangle&) const = default;
};

/// An area of one colour that is seen through as far as its opacity (0 to 1) leaves.
struct Panel {
    Rectangle area;
    Color color;
    double opacity = 1;
};

/// A shape in one colour, its pen at (x, baseline). Shapes are shared and never changed, so the
/// same shape at the same place is the same ink.
struct Ink {
    std::shared_ptr<const Shape> shape;
    int x = 0, baseline = 0;
    Color color;

    Rectangle area() const {
        return {x + shape->left, baseline - shape->top, shape->coverage.size};
    }
};

/// Laid on a picture in this order: the panels, one after another, then the inks. What stands
/// outside the picture is not drawn.
struct Artwork {
    std::vector<Panel> panels;
    std::vector<Ink> inks;
};

} // namespace img
