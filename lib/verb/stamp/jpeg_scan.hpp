// What a decoder must know of a JPEG before its first scan: geometry, colours, tables.
// Terms and rules are those of ITU-T T.81.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace img {

/// A Huffman table as DHT says it: how many codes there are of each length from 1 to 16 bits, and
/// their symbols in order.
struct HuffmanSpec {
    std::array<std::uint8_t, 16> counts{};
    std::array<std::uint8_t, 256> symbols{};
    bool operator==(const HuffmanSpec&) const = default;
};

/// What the components of a picture mean.
enum class ColorModel {
    gray,
    ycbcr, ///< full-range BT.601, as in JFIF
    rgb,
    cmyk,
    inverted_cmyk, ///< as Adobe writes it: 255 is no ink
    inverted_ycck  ///< that as YCbCr and black
};

/// Quantisation steps in zigzag order.
using QuantizationTable = std::array<std::uint16_t, 64>;

struct JpegComponent {
    std::uint8_t id = 0;
    int horizontal = 1, vertical = 1; ///< sampling factors, 1 to 4
    QuantizationTable steps{};
    std::size_t dc_table = 0, ac_table = 0; ///< which of the scan's Huffman tables, 0 to 3
};

constexpr std::size_t most_components = 4;
/// Blocks of an MCU (T.81, B.2.3).
constexpr std::size_t most_mcu_blocks = 10;

struct JpegScan {
    Size size; ///< of the picture
    ColorModel model = ColorModel::gray;
    std::array<JpegComponent, most_components> components;
    std::size_t component_count = 0;
    int most_horizontal = 1, most_vertical = 1; ///< the largest of the sampling factors
    std::array<std::optional<HuffmanSpec>, 4> dc, ac;
    /// MCUs between two restart markers; 0: there are none.
    std::uint32_t restart_interval = 0;
    std::size_t begin = 0; ///< of the entropy-coded bytes, from the frame's first byte
    /// Empty when this is one interleaved scan of 8 bit sequential Huffman coding; else what it is
    /// instead: "progressive".
    std::string other;

    /// A single component is coded block by block, whatever its sampling factors are.
    int mcu_width() const { return component_count == 1 ? 8 : 8 * most_horizontal; }
    int mcu_height() const { return component_count == 1 ? 8 : 8 * most_vertical; }
    int mcus_wide() const { return (size.width + mcu_width() - 1) / mcu_width(); }
    int mcus_high() const { return (size.height + mcu_height() - 1) / mcu_height(); }
};

/// MCUs in the order of the scan, `begin` to before `end`.
struct McuRun {
    std::int64_t begin = 0, end = 0;
    bool operator==(const McuRun&) const = default;
};

/// The first scan of a whole frame; a frame without Huffman tables has the typical ones, as cameras
/// leave them out of motion JPEG. Throws Error for frames that nothing here can change: broken or
/// missing headers, 12 bits a sample, lossless and hierarchical coding, an unknown height.
JpegScan read_scan(ByteView jpeg);

/// The typical tables (T.81, K.3): of luminance and, with 1, of chrominance.
const HuffmanSpec& typical_dc(std::size_t which);
const HuffmanSpec& typical_ac(std::size_t which);

/// zigzag_to_natural[i] is the place (row by row) of the i-th coefficient of a block.
extern const std::array<std::uint8_t, 64> zigzag_to_natural;

} // namespace img
