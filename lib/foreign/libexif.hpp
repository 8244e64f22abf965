// libexif: reading the tags of an EXIF block.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <optional>
#include <string>

namespace img {

/// The tags that we look at, as they stand; empty where there is none.
struct ExifTags {
    std::string date_time_original;   ///< "2026:11:21 13:43:38"
    std::string subsec_time_original; ///< "123"
    std::string offset_time_original; ///< "+02:00"
    std::string image_description;
    int orientation = 0; ///< 1 (upright) to 8; 0 for any other number
    Bytes user_comment;  ///< with the eight bytes that name its character set
    std::string gps_latitude_ref, gps_longitude_ref;
    std::optional<std::array<double, 3>> gps_latitude, gps_longitude; ///< degrees, minutes, seconds
    std::optional<double> gps_altitude;                               ///< metres
    bool gps_below_sea = false;
};

/// `payload` is that of the APP1 segment, beginning with "Exif\0\0". What cannot be read is left
/// empty; never throws for bad data.
ExifTags read_exif(ByteView payload);

} // namespace img
