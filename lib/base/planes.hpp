// Pictures whose channels lie apart: Y, Cb and Cr, 8 bits a sample.
#pragma once

#include "base/picture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// One channel. Rows from top to bottom, `stride` bytes apart.
struct Plane {
    Size size;
    std::size_t stride = 0; ///< at least the width; what is behind it in a row means nothing
    std::vector<std::uint8_t> samples;

    const std::uint8_t* row(int y) const {
        return samples.data() + static_cast<std::size_t>(y) * stride;
    }
};

/// Full-range BT.601 as in JFIF: Y, Cb, Cr, each of the full `size`, rows without padding.
struct Planes {
    Size size;
    std::array<std::vector<std::uint8_t>, 3> channel;

    Planes() = default;
    explicit Planes(Size size_) : size(size_) {
        for (std::vector<std::uint8_t>& samples : channel)
            samples.resize(static_cast<std::size_t>(size.width) *
                           static_cast<std::size_t>(size.height));
    }

    std::uint8_t* row(std::size_t which, int y) {
        return channel[which].data() +
               static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    }
    const std::uint8_t* row(std::size_t which, int y) const {
        return channel[which].data() +
               static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    }
};

} // namespace img
