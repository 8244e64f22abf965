// Adding tags to a TIFF block (the inside of an EXIF segment) without moving a byte of it.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace img {

enum class TiffDirectory { primary, exif, gps };

struct TiffUndefined {
    Bytes bytes;
};
struct TiffBytes {
    Bytes bytes;
};
struct TiffShort {
    std::uint16_t value;
};
/// Numerators and denominators.
using TiffRationals = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

struct TiffTag {
    TiffDirectory directory;
    std::uint16_t tag;
    std::variant<std::string, TiffUndefined, TiffBytes, TiffShort, TiffRationals> value;
};

/// `tiff` with `tags` set. Values that fit where an old one stands replace it in place; for others
/// a new directory and its values are appended and the pointer to the old directory is changed.
/// All other tags, values whose places are known only to the camera (MakerNotes) and the thumbnail
/// stay where they are. An empty `tiff` gives a new block. Throws Error for a block whose
/// directories cannot be walked.
Bytes with_tiff_tags(ByteView tiff, const std::vector<TiffTag>& tags);

/// Whether the block says something with this tag: blanks, and dates of zeros, say nothing. Throws
/// Error as with_tiff_tags() does.
bool tiff_says(ByteView tiff, TiffDirectory directory, std::uint16_t tag);

} // namespace img
