// Artworks for pictures that are stored turned or mirrored.

#include "verb/stamp/orientation.hpp"

#include <cassert>

namespace img {

namespace {

constexpr std::size_t most_bytes = std::size_t{64} << 20;

/// The way from shown to stored: first the sides are exchanged, then mirrored. By which edges of
/// the shown picture the stored one's row 0 and column 0 are: Exif 2.32, table 6.
struct Turn {
    bool swaps, mirrors_x, mirrors_y;

    explicit Turn(int orientation)
        : swaps(orientation >= 5),
          mirrors_x(orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8),
          mirrors_y(orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) {
        assert(orientation >= 1 && orientation <= 8);
    }

    Size of(Size size) const { return swaps ? Size{size.height, size.width} : size; }

    /// A rectangle on a picture of the size `shown`.
    Rectangle of(const Rectangle& area, Size shown) const {
        const Size stored = of(shown);
        Rectangle out{swaps ? area.y : area.x, swaps ? area.x : area.y, of(area.size)};
        if (mirrors_x)
            out.x = stored.width - out.right();
        if (mirrors_y)
            out.y = stored.height - out.bottom();
        return out;
    }

    Coverage of(const Coverage& shown) const {
        Coverage out{of(shown.size)};
        for (int y = 0; y < shown.size.height; ++y)
            for (int x = 0; x < shown.size.width; ++x) {
                Rectangle to = of({x, y, {1, 1}}, shown.size);
                out.row(to.y)[to.x] = shown.row(y)[x];
            }
        return out;
    }
};

} // namespace

Size displayed(Size stored, int orientation) {
    return Turn{orientation}.of(stored);
}

Rectangle stored_area(const Rectangle& area, Size displayed_size, int orientation) {
    return Turn{orientation}.of(area, displayed_size);
}

Artwork ArtworkTurner::for_stored(Artwork artwork, Size displayed_size, int orientation) {
    if (orientation == 1)
        return artwork;
    const Turn turn{orientation};
    for (Panel& panel : artwork.panels)
        panel.area = turn.of(panel.area, displayed_size);
    for (Ink& ink : artwork.inks) {
        Rectangle area = turn.of(ink.area(), displayed_size);
        ink.shape = turned(ink.shape, orientation);
        ink.x = area.x - ink.shape->left;
        ink.baseline = area.y + ink.shape->top;
    }
    return artwork;
}

std::shared_ptr<const Shape> ArtworkTurner::turned(const std::shared_ptr<const Shape>& shape,
                                                   int orientation) {
    Source source{shape, orientation};
    if (auto found = shapes_.find(source); found != shapes_.end())
        return found->second;
    if (bytes_ > most_bytes) {
        shapes_.clear();
        bytes_ = 0;
    }
    // Where the pen was does not matter any more: the shape stands at its own upper left corner.
    auto made = std::make_shared<const Shape>(Shape{0, 0, Turn{orientation}.of(shape->coverage)});
    bytes_ += 2 * (sizeof(Shape) + made->coverage.values.size()); // the source is held too
    return shapes_.emplace(std::move(source), std::move(made)).first->second;
}

} // namespace img
