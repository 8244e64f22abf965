// The palette: which few colours stand for all of the pictures' colours.
#pragma once

#include "base/picture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace img {

/// A colour where distance is about what the eye sees: full-range YCbCr, chroma centred on 0 and
/// weighed less than luma.
struct Tone {
    float luma = 0, blue = 0, red = 0;
};

/// What a chroma difference counts beside a luma difference of the same size.
constexpr float chroma_weight = 0.84F;

inline Tone tone_of(float y, float cb, float cr) {
    return {y, (cb - 128) * chroma_weight, (cr - 128) * chroma_weight};
}

/// JFIF's conversions.
Color color_of(Tone tone);
Tone tone_of(Color color);

/// How often each colour occurs in a sample of pictures.
class ColorHistogram {
public:
    ColorHistogram();
    /// Counts the pixels of a picture in YCbCr; of a large one, a regular sample.
    void add(const Picture& picture);
    /// Counts one colour as often as a `share` of all pixels so far.
    void add(Color color, double share);
    bool empty() const { return total_ == 0; }

    struct Bin {
        Tone mean;
        float count;
    };
    /// The colours that occur, in fine steps; grey pictures by the exact level.
    std::vector<Bin> bins() const;

private:
    /// Sums stay below 2^32: a picture adds at most 2^18 pixels and there are some dozen pictures.
    struct Cell {
        std::uint32_t count = 0, y = 0, cb = 0, cr = 0;
    };
    void count(std::uint8_t y, std::uint8_t cb, std::uint8_t cr, std::uint32_t times);

    std::vector<Cell> cells_;
    std::array<std::uint32_t, 256> levels_{};
    std::uint64_t total_ = 0;
    bool gray_ = true;
};

/// At most `most` (1 to 256) colours for the histogram, which is not empty, from dark to bright.
/// Boxes are cut where they vary most (Wan, Wong, Prusinkiewicz: "An algorithm for
/// multidimensional data clustering", 1988), then moved by some rounds of k-means.
std::vector<Color> make_palette(const ColorHistogram& histogram, std::size_t most);

/// Many tones beside each other, for finding the one nearest to another.
class ToneTable {
public:
    explicit ToneTable(const std::vector<Tone>& tones);
    std::size_t nearest(Tone tone) const;

private:
    std::vector<float> luma_, blue_, red_;
};

} // namespace img
