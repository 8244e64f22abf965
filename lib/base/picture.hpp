// Pixels: width x height, interleaved, 8 bits a channel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// What the channels of a picture mean. `ycbcr` is full-range BT.601, as in JFIF.
enum class ColorSpace { gray, ycbcr, rgb };

struct Size {
    int width = 0;
    int height = 0;
    bool operator==(const Size&) const = default;
};

/// A rectangle of a picture, in its pixels.
struct Area {
    int left = 0, top = 0, width = 0, height = 0;
    bool operator==(const Area&) const = default;
};

struct Color {
    std::uint8_t red = 0, green = 0, blue = 0;
    bool operator==(const Color&) const = default;
};

/// Rows from top to bottom without padding, `channels()` bytes a pixel.
struct Picture {
    Size size;
    ColorSpace space = ColorSpace::rgb;
    std::vector<std::uint8_t> pixels;

    Picture() = default;
    Picture(Size size_, ColorSpace space_)
        : size(size_), space(space_),
          pixels(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height) *
                 (space_ == ColorSpace::gray ? 1U : 3U)) {}

    std::size_t channels() const { return space == ColorSpace::gray ? 1 : 3; }
    std::size_t stride() const { return static_cast<std::size_t>(size.width) * channels(); }
    std::uint8_t* row(int y) { return pixels.data() + static_cast<std::size_t>(y) * stride(); }
    const std::uint8_t* row(int y) const {
        return pixels.data() + static_cast<std::size_t>(y) * stride();
    }
};

} // namespace img
