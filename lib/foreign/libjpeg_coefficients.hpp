// libjpeg-turbo: the quantised coefficients of a JPEG of any process, read and changed.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace img {

/// One component of a JPEG. Its blocks are those that hold a part of the picture. Interleaved
/// scans have more, which fill up the last MCUs and are never shown; they are not seen here, and
/// are written as libjpeg fills up: flat, like the block before them.
struct JpegPlane {
    int horizontal = 1, vertical = 1; ///< sampling factors
    int blocks_wide = 0, blocks_high = 0;
    std::array<std::uint16_t, 64> quantisation{}; ///< row by row
    bool operator==(const JpegPlane&) const = default;
};

/// Quantised coefficients, row by row; the first is DC.
using JpegBlock = std::array<std::int16_t, 64>;

/// Is handed each row of blocks of each component once, in order, and may change them: DC within
/// -1024 to 1023 and AC within -1023 to 1023; the JPEG cannot be written with what is far beyond.
using JpegRowEdit = std::function<void(const std::vector<JpegPlane>& planes, std::size_t component,
                                       int block_row, std::span<JpegBlock> blocks)>;

/// `jpeg`, a whole frame, with its blocks as `edit` leaves them. The coding process stays, and so
/// do all segments besides those of the entropy coding, byte for byte and in their order, the
/// restart interval of the first scan, and the scans. Other scans, libjpeg's usual ones, are
/// written where libjpeg does not write such scans or where they lack bits of coefficients.
/// Huffman tables are made for the result. Takes two bytes of memory a coefficient. Throws Error
/// for what read_jpeg_header refuses, for other than 8 bits a sample, for broken, truncated or torn
/// pictures, and for more than 256 scans; and what `edit` throws.
Bytes edit_jpeg_coefficients(ByteView jpeg, const JpegRowEdit& edit);

/// All coefficients of a picture.
struct JpegCoefficients {
    std::vector<JpegPlane> planes;
    std::vector<std::vector<JpegBlock>> blocks; ///< of each plane, row by row
    bool operator==(const JpegCoefficients&) const = default;
};

/// For tests and measurements. Throws as edit_jpeg_coefficients.
JpegCoefficients read_jpeg_coefficients(ByteView jpeg);

} // namespace img
