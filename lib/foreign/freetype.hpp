// FreeType: the shapes of a font's characters.
#pragma once

#include "base/bytes.hpp"
#include "base/fs.hpp"
#include "base/picture.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace img {

/// How much of each pixel a shape covers, 0 to 255; rows from top to bottom without padding.
struct Coverage {
    Size size;
    std::vector<std::uint8_t> values;

    Coverage() = default;
    explicit Coverage(Size size_)
        : size(size_),
          values(static_cast<std::size_t>(size_.width) * static_cast<std::size_t>(size_.height)) {}
    std::uint8_t* row(int y) { return values.data() + offset(y); }
    const std::uint8_t* row(int y) const { return values.data() + offset(y); }

private:
    std::size_t offset(int y) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(size.width);
    }
};

/// A shape, and where it stands: its left column is `left` pixels right of the pen, its top row
/// `top` pixels above the baseline.
struct Shape {
    int left = 0, top = 0;
    Coverage coverage;
};

/// The measures of a line of text, in pixels; ascent and descent are both positive.
struct LineMetrics {
    int ascent = 0, descent = 0;
    int height = 0; ///< from baseline to baseline
};

/// One font file with scalable outlines, at one size at a time. No program of the font itself is
/// run to fit it to the pixels.
class Font {
public:
    static constexpr int largest_size = 2048;

    /// Throws Error when the file cannot be read, is over 64 MiB or is not a scalable font. Of a
    /// collection the first font is taken. The file stays open, and is read as needed.
    explicit Font(const fs::path& file);
    Font(Font&&) noexcept;
    Font& operator=(Font&&) noexcept;
    ~Font();

    /// The name of its file, without directories.
    const std::string& name() const;

    /// The height of its em square in pixels, 1 to largest_size. Shapes and measures are of this
    /// size from now on.
    void set_size(int pixels);
    int size() const;
    LineMetrics metrics() const;

    /// One of the tables that the file is made of, by its four letters; empty when it has none.
    /// Throws Error when it cannot be read.
    Bytes table(std::uint32_t tag) const;

    /// The number of a character's glyph; 0, the glyph of unknown characters, when it has none.
    std::uint32_t glyph_of(char32_t character) const;
    /// How far the pen moves behind a glyph, in 64ths of a pixel.
    int advance(std::uint32_t glyph) const;
    /// What the pen moves in addition between two glyphs, in 64ths of a pixel, by the font's kern
    /// table; 0 without one.
    int kerning(std::uint32_t left, std::uint32_t right) const;

    /// The filled shape of a glyph. Throws Error when the font is broken, or draws a glyph many
    /// times larger than its size.
    Shape shape(std::uint32_t glyph) const;
    /// The filled shape of a glyph that is `width` pixels thicker on every side.
    Shape outlined_shape(std::uint32_t glyph, double width) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
