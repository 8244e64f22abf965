// Turns pictures that EXIF says are stored turned or mirrored.

#include "verb/gif/upright.hpp"

#include <algorithm>
#include <cassert>

namespace img {

Size upright_size(Size stored, int orientation) {
    assert(orientation >= 1 && orientation <= 8);
    return orientation >= 5 ? Size{stored.height, stored.width} : stored;
}

void turn_upright(const std::uint8_t* from, Size stored, std::size_t channels, int orientation,
                  std::uint8_t* to) {
    // By which edges of the shown picture the stored row 0 and column 0 are: Exif 2.32, 4.6.4.
    const bool from_bottom =
                   orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8,
               from_right =
                   orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7,
               swapped = orientation >= 5;
    const Size shown = upright_size(stored, orientation);
    const auto step = static_cast<std::ptrdiff_t>(channels);
    const std::ptrdiff_t row = step * shown.width;
    // How far the next stored pixel, and the next stored row, are from the last one in `to`.
    std::ptrdiff_t across = swapped ? row : step, down = swapped ? step : row;
    std::uint8_t* line = to;
    if (from_right)
        line += step * (shown.width - 1);
    if (from_bottom)
        line += row * (shown.height - 1);
    if (swapped ? from_bottom : from_right)
        across = -across;
    if (swapped ? from_right : from_bottom)
        down = -down;
    for (int y = 0; y < stored.height; ++y, line += down) {
        std::uint8_t* pixel = line;
        for (int x = 0; x < stored.width; ++x, pixel += across, from += step)
            std::copy_n(from, step, pixel);
    }
}

} // namespace img
