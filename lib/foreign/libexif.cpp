// libexif: reading the tags of an EXIF block.

#include "foreign/libexif.hpp"

#include <memory>

#include <libexif/exif-data.h>

namespace img {

namespace {

struct Unref {
    void operator()(ExifData* data) const { exif_data_unref(data); }
};

const ExifEntry* find(ExifData& data, ExifIfd ifd, ExifTag tag) {
    const ExifEntry* entry = exif_content_get_entry(data.ifd[ifd], tag);
    return entry && entry->data ? entry : nullptr;
}

std::string ascii(ExifData& data, ExifIfd ifd, ExifTag tag) {
    const ExifEntry* entry = find(data, ifd, tag);
    if (!entry || entry->format != EXIF_FORMAT_ASCII)
        return {};
    std::string text(reinterpret_cast<const char*>(entry->data), entry->size);
    // Ends at its NUL; cameras pad with blanks.
    text.resize(std::min(text.find('\0'), text.size()));
    text.resize(text.find_last_not_of(' ') + 1);
    return text;
}

std::optional<double> rational(ExifData& data, const ExifEntry& entry, std::size_t index) {
    if (entry.format != EXIF_FORMAT_RATIONAL || entry.size < (index + 1) * 8)
        return std::nullopt;
    ExifRational value = exif_get_rational(entry.data + index * 8, exif_data_get_byte_order(&data));
    if (value.denominator == 0)
        return std::nullopt;
    return static_cast<double>(value.numerator) / value.denominator;
}

std::optional<std::array<double, 3>> angle(ExifData& data, ExifTag tag) {
    const ExifEntry* entry = find(data, EXIF_IFD_GPS, tag);
    if (!entry)
        return std::nullopt;
    std::array<double, 3> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::optional<double> part = rational(data, *entry, i);
        if (!part)
            return std::nullopt;
        parts[i] = *part;
    }
    return parts;
}

// These tags' names are macros, because their numbers are also used elsewhere.
constexpr auto gps_latitude_ref = static_cast<ExifTag>(EXIF_TAG_GPS_LATITUDE_REF);
constexpr auto gps_latitude = static_cast<ExifTag>(EXIF_TAG_GPS_LATITUDE);
constexpr auto gps_longitude_ref = static_cast<ExifTag>(EXIF_TAG_GPS_LONGITUDE_REF);
constexpr auto gps_longitude = static_cast<ExifTag>(EXIF_TAG_GPS_LONGITUDE);
constexpr auto gps_altitude_ref = static_cast<ExifTag>(EXIF_TAG_GPS_ALTITUDE_REF);
constexpr auto gps_altitude = static_cast<ExifTag>(EXIF_TAG_GPS_ALTITUDE);

} // namespace

ExifTags read_exif(ByteView payload) {
    ExifTags tags;
    std::unique_ptr<ExifData, Unref> owned{exif_data_new()};
    if (!owned)
        return tags;
    ExifData& data = *owned;
    exif_data_unset_option(&data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
    exif_data_load_data(&data, payload.data(), static_cast<unsigned>(payload.size()));

    tags.date_time_original = ascii(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL);
    tags.subsec_time_original = ascii(data, EXIF_IFD_EXIF, EXIF_TAG_SUB_SEC_TIME_ORIGINAL);
    tags.offset_time_original = ascii(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME_ORIGINAL);
    tags.image_description = ascii(data, EXIF_IFD_0, EXIF_TAG_IMAGE_DESCRIPTION);
    if (const ExifEntry* entry = find(data, EXIF_IFD_0, EXIF_TAG_ORIENTATION);
        entry && entry->format == EXIF_FORMAT_SHORT && entry->size >= 2)
        if (int value = exif_get_short(entry->data, exif_data_get_byte_order(&data));
            value >= 1 && value <= 8)
            tags.orientation = value;
    if (const ExifEntry* entry = find(data, EXIF_IFD_EXIF, EXIF_TAG_USER_COMMENT))
        tags.user_comment.assign(entry->data, entry->data + entry->size);

    tags.gps_latitude_ref = ascii(data, EXIF_IFD_GPS, gps_latitude_ref);
    tags.gps_longitude_ref = ascii(data, EXIF_IFD_GPS, gps_longitude_ref);
    tags.gps_latitude = angle(data, gps_latitude);
    tags.gps_longitude = angle(data, gps_longitude);
    if (const ExifEntry* entry = find(data, EXIF_IFD_GPS, gps_altitude))
        tags.gps_altitude = rational(data, *entry, 0);
    if (const ExifEntry* entry = find(data, EXIF_IFD_GPS, gps_altitude_ref))
        tags.gps_below_sea = entry->size > 0 && entry->data[0] == 1;
    return tags;
}

} // namespace img
