// HarfBuzz: letters to the shapes that they take beside each other.
#pragma once

#include "foreign/freetype.hpp"

#include <memory>
#include <string_view>
#include <vector>

namespace img {

enum class TextDirection { left_to_right, right_to_left };

/// A glyph, all measures in 64ths of a pixel.
struct ShapedGlyph {
    std::uint32_t glyph;
    std::uint32_t cluster; ///< where in the run its letter begins, with the marks and parts that
                           ///< cannot be told from it
    int advance;           ///< how far the pen moves behind it
    int x, y;              ///< where it stands from the pen; y upwards
};

/// Shapes text in one font. The library is loaded when it is first asked for: most text needs none.
class Shaper {
public:
    /// Whether the library is installed.
    static bool available();

    /// The font has to outlive this, at the same place. Only when available().
    explicit Shaper(const Font& font);
    Shaper(Shaper&&) noexcept;
    ~Shaper();

    /// The glyphs of a run of one direction, from left to right, at the font's size. Scripts may
    /// mix; each is shaped by its own rules. Throws Error when the font cannot be read.
    std::vector<ShapedGlyph> shape(std::u32string_view run, TextDirection direction);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
