#include "verb/stamp/orientation.hpp"

#include "../painter.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr Size shown{23, 17};

/// The place on a stored picture of what is shown at (x, y), written out from Exif's table.
std::pair<int, int> stored_place(int x, int y, int orientation) {
    int right = shown.width - 1 - x, below = shown.height - 1 - y;
    switch (orientation) {
    case 2:
        return {right, y};
    case 3:
        return {right, below};
    case 4:
        return {x, below};
    case 5:
        return {y, x};
    case 6:
        return {y, right};
    case 7:
        return {below, right};
    case 8:
        return {below, x};
    default:
        return {x, y};
    }
}

Picture patterned(Size size) {
    Picture picture{size, ColorSpace::rgb};
    for (std::size_t i = 0; i < picture.pixels.size(); ++i)
        picture.pixels[i] = static_cast<std::uint8_t>(i * 37 + i / 19);
    return picture;
}

/// A stored picture as it is shown.
Picture as_shown(const Picture& stored, int orientation) {
    Picture out{shown, stored.space};
    for (int y = 0; y < shown.height; ++y)
        for (int x = 0; x < shown.width; ++x) {
            auto [column, row] = stored_place(x, y, orientation);
            for (int i = 0; i < 3; ++i)
                out.row(y)[3 * x + i] = stored.row(row)[3 * column + i];
        }
    return out;
}

std::shared_ptr<const Shape> shape(int left, int top, Size size) {
    Shape made{left, top, Coverage{size}};
    for (std::size_t i = 0; i < made.coverage.values.size(); ++i)
        made.coverage.values[i] = static_cast<std::uint8_t>(i * 53 + 20);
    return std::make_shared<const Shape>(std::move(made));
}

/// Panels and inks within the picture, over its edges and beside it; a blank's shape is empty.
Artwork some_artwork() {
    Artwork artwork;
    artwork.panels = {{{2, 3, {9, 5}}, {255, 0, 0}, .5}, {{-4, 12, {50, 9}}, {0, 0, 255}, 1}};
    auto letter = shape(-1, 4, {5, 7});
    artwork.inks = {{letter, 4, 6, {255, 255, 255}},          {letter, 9, 6, {0, 255, 0}},
                    {shape(2, -1, {6, 3}), 17, 1, {9, 9, 9}}, {shape(0, 0, {}), 3, 3, {}},
                    {letter, -2, 16, {200, 100, 0}},          {letter, 40, 40, {1, 2, 3}}};
    return artwork;
}

} // namespace

TEST_CASE("ArtworkTurner: painted as stored and shown is as painted on what is shown") {
    ArtworkTurner turner;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Size size = displayed(shown, orientation); // it is its own inverse
        CHECK((size == shown) == (orientation <= 4));
        CHECK(displayed(size, orientation) == shown);
        Picture stored = patterned(size);
        Picture wanted = as_shown(stored, orientation);
        paint(wanted, some_artwork());
        paint(stored, turner.for_stored(some_artwork(), shown, orientation));
        CHECK(as_shown(stored, orientation).pixels == wanted.pixels);
    }
}

TEST_CASE("ArtworkTurner: the same shape gives the same turned shape in every frame") {
    ArtworkTurner turner;
    Artwork artwork = some_artwork();
    for (int orientation = 1; orientation <= 8; ++orientation) {
        Artwork first = turner.for_stored(artwork, shown, orientation);
        Artwork second = turner.for_stored(artwork, {100, 80}, orientation);
        for (std::size_t i = 0; i < artwork.inks.size(); ++i)
            CHECK(first.inks[i].shape == second.inks[i].shape);
        CHECK(first.inks[0].shape == first.inks[1].shape);
        CHECK((first.inks[0].shape == artwork.inks[0].shape) == (orientation == 1));
    }
    CHECK(turner.for_stored(artwork, shown, 6).inks[0].shape !=
          turner.for_stored(artwork, shown, 8).inks[0].shape);
}

TEST_CASE("ArtworkTurner: shapes that come and go for ever do not fill the memory") {
    ArtworkTurner turner;
    std::weak_ptr<const Shape> first;
    for (int i = 0; i < 80; ++i) {
        auto large = shape(0, 0, {1024, 1024});
        if (i == 0)
            first = large;
        turner.for_stored({{}, {{large, 0, 0, {}}}}, shown, 3);
    }
    CHECK(first.expired());
}
