// Turns pictures that EXIF says are stored turned or mirrored.

#include "frame/upright.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>

namespace img {

namespace {

/// By which edges of the shown picture the stored row 0 and column 0 are: Exif 2.32, 4.6.4.
struct Turn {
    bool from_bottom, from_right, swapped;
};

Turn turn_of(int orientation) {
    assert(orientation >= 1 && orientation <= 8);
    const int o = orientation;
    return {o == 3 || o == 4 || o == 7 || o == 8, o == 2 || o == 3 || o == 6 || o == 7, o >= 5};
}

void turn_channel(const std::uint8_t* from, Size stored, Turn turn, std::uint8_t* to) {
    const Size shown = turn.swapped ? Size{stored.height, stored.width} : stored;
    // How far the next stored pixel, and the next stored row, are from the last one in `to`.
    std::ptrdiff_t across = turn.swapped ? shown.width : 1, down = turn.swapped ? 1 : shown.width;
    std::uint8_t* line = to;
    if (turn.from_right)
        line += shown.width - 1;
    if (turn.from_bottom)
        line += std::ptrdiff_t{shown.width} * (shown.height - 1);
    if (turn.swapped ? turn.from_bottom : turn.from_right)
        across = -across;
    if (turn.swapped ? turn.from_right : turn.from_bottom)
        down = -down;
    for (int y = 0; y < stored.height; ++y, line += down) {
        std::uint8_t* pixel = line;
        for (int x = 0; x < stored.width; ++x, pixel += across)
            *pixel = *from++;
    }
}

} // namespace

Size upright_size(Size stored, int orientation) {
    return turn_of(orientation).swapped ? Size{stored.height, stored.width} : stored;
}

Area stored_area(Area area, Size stored, int orientation) {
    const Turn turn = turn_of(orientation);
    const Size shown = upright_size(stored, orientation);
    if (turn.from_right)
        area.left = shown.width - area.left - area.width;
    if (turn.from_bottom)
        area.top = shown.height - area.top - area.height;
    return turn.swapped ? Area{area.top, area.left, area.height, area.width} : area;
}

Planes turned_upright(Planes stored, int orientation) {
    if (orientation == 1)
        return stored;
    Planes upright{upright_size(stored.size, orientation)};
    for (std::size_t c = 0; c < stored.channel.size(); ++c)
        turn_channel(stored.channel[c].data(), stored.size, turn_of(orientation),
                     upright.channel[c].data());
    return upright;
}

} // namespace img
