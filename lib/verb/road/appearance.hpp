// What a single picture says of its road, as numbers that no exposure changes much.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/sight.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace img {

/// Measures of a road and its surroundings. Brightness is in stops (factors of two of linear light)
/// below the picture's own white, colour is chroma by brightness, 0 (grey) to 1.
struct Appearance {
    static constexpr std::size_t count = 57;
    std::array<float, count> values{};
    static const std::array<std::string_view, count> names;
};

/// `road` has the sight's size and is not empty.
Appearance appearance_of(const Sight& sight, const Bitmap& road);

} // namespace img
