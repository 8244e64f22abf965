// What a frame says of itself, in its EXIF segment. The only place that names tags.

#include "frame/metadata.hpp"

#include "base/error.hpp"
#include "foreign/libexif.hpp"
#include "frame/jpeg_walk.hpp"
#include "frame/tiff.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <nlohmann/json.hpp>

namespace img {

namespace {

using nlohmann::json;

constexpr std::string_view exif_name{"Exif\0\0", 6};
constexpr std::string_view ascii_charset{"ASCII\0\0\0", 8};
/// A segment's length field counts itself and holds 16 bits.
constexpr std::size_t largest_payload = 65533;

bool is_exif(const JpegSegment& segment) {
    return segment.marker == marker::app1 && text_of(segment.payload).starts_with(exif_name);
}

std::optional<JpegSegment> exif_segment(ByteView jpeg) {
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        if (is_exif(segment))
            return segment;
    return std::nullopt;
}

std::optional<json> parse_object(std::string_view text) {
    json value = json::parse(text, nullptr, false);
    if (!value.is_object())
        return std::nullopt;
    return value;
}

std::optional<double> degrees(const std::optional<std::array<double, 3>>& parts,
                              const std::string& ref, char negative, double most) {
    if (!parts || ref.empty())
        return std::nullopt;
    double value = (*parts)[0] + (*parts)[1] / 60 + (*parts)[2] / 3600;
    if (!(value >= 0 && value <= most))
        return std::nullopt;
    return ref[0] == negative ? -value : value;
}

std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    if (text.size() < 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    std::optional<std::int64_t> hours = parse_int(text.substr(1, 2));
    std::optional<std::int64_t> minutes = parse_int(text.substr(4, 2));
    if (!hours || !minutes || *hours > 14 || *minutes > 59)
        return std::nullopt;
    std::chrono::minutes east{*hours * 60 + *minutes};
    return text[0] == '-' ? -east : east;
}

std::string format_offset(std::chrono::minutes offset) {
    auto minutes = static_cast<int>(std::abs(offset.count()));
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%c%02d:%02d", offset.count() < 0 ? '-' : '+',
                  minutes / 60, minutes % 60);
    return text.data();
}

std::pair<std::uint32_t, std::uint32_t> rational(double value, std::uint32_t denominator) {
    return {static_cast<std::uint32_t>(std::llround(value * denominator)), denominator};
}

/// Degrees, minutes and seconds to a ten-thousandth: 3 mm.
TiffRationals angle(double value) {
    auto total = std::llround(std::abs(value) * 3600 * 10000);
    return {{static_cast<std::uint32_t>(total / 36'000'000), 1},
            {static_cast<std::uint32_t>(total / 600'000 % 60), 1},
            {static_cast<std::uint32_t>(total % 600'000), 10000}};
}

/// The header of the picture itself: T.81, B.2.2. DHT, JPG and DAC share its range of markers.
bool is_frame_header(const JpegSegment& segment) {
    return segment.marker >= 0xC0 && segment.marker <= 0xCF && segment.marker != 0xC4 &&
           segment.marker != 0xC8 && segment.marker != 0xCC && segment.payload.size() >= 6;
}

/// The tags that Exif 2.32 (section 4.6.8) makes mandatory, for a frame that has none.
std::vector<TiffTag> mandatory_tags(ByteView jpeg) {
    using enum TiffDirectory;
    auto undefined = [](std::string_view text) {
        return TiffUndefined{Bytes(text.begin(), text.end())};
    };
    constexpr std::uint16_t inches = 2, centered = 1, srgb = 1;
    std::vector<TiffTag> tags{{primary, 0x011A, TiffRationals{{72, 1}}},
                              {primary, 0x011B, TiffRationals{{72, 1}}},
                              {primary, 0x0128, TiffShort{inches}},
                              {primary, 0x0213, TiffShort{centered}},
                              {exif, 0x9000, undefined("0232")},
                              {exif, 0xA000, undefined("0100")},
                              {exif, 0xA001, TiffShort{srgb}}};
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        if (!is_frame_header(segment))
            continue;
        ByteView header = segment.payload;
        auto side = [&](std::size_t at) {
            return static_cast<std::uint16_t>(header[at] << 8 | header[at + 1]);
        };
        bool gray = header[5] == 1;
        tags.push_back({exif, 0x9101, undefined({gray ? "\1\0\0\0" : "\1\2\3\0", 4})});
        tags.push_back({exif, 0xA002, TiffShort{side(3)}});
        tags.push_back({exif, 0xA003, TiffShort{side(1)}});
        break;
    }
    return tags;
}

void add_time(std::vector<TiffTag>& tags, Instant time, std::chrono::minutes offset) {
    using enum TiffDirectory;
    static const Zone utc{std::chrono::minutes{0}};
    std::string date = format_time("%Y:%m:%d %H:%M:%S", time + offset, utc);
    std::string subseconds = format_time("%L", time, utc);
    std::string east = format_offset(offset);
    tags.push_back({exif, 0x9003, date});
    tags.push_back({exif, 0x9004, date});
    tags.push_back({exif, 0x9291, subseconds});
    tags.push_back({exif, 0x9292, subseconds});
    // Readers that know only one of the three take it for all.
    for (std::uint16_t tag : {std::uint16_t{0x9010}, std::uint16_t{0x9011}, std::uint16_t{0x9012}})
        tags.push_back({exif, tag, east});
}

void add_position(std::vector<TiffTag>& tags, const Position& position,
                  const std::optional<Instant>& time) {
    using enum TiffDirectory;
    static const Zone utc{std::chrono::minutes{0}};
    tags.push_back({gps, 0x0000, TiffBytes{{2, 3, 0, 0}}});
    tags.push_back({gps, 0x0001, std::string{position.latitude < 0 ? "S" : "N"}});
    tags.push_back({gps, 0x0002, angle(position.latitude)});
    tags.push_back({gps, 0x0003, std::string{position.longitude < 0 ? "W" : "E"}});
    tags.push_back({gps, 0x0004, angle(position.longitude)});
    if (position.altitude) {
        tags.push_back(
            {gps, 0x0005, TiffBytes{{static_cast<std::uint8_t>(*position.altitude < 0)}}});
        tags.push_back({gps, 0x0006, TiffRationals{rational(std::abs(*position.altitude), 100)}});
    }
    if (time) {
        std::tm fields = utc.local(*time);
        tags.push_back({gps, 0x0007,
                        TiffRationals{{static_cast<std::uint32_t>(fields.tm_hour), 1},
                                      {static_cast<std::uint32_t>(fields.tm_min), 1},
                                      {static_cast<std::uint32_t>(fields.tm_sec), 1}}});
        tags.push_back({gps, 0x001D, format_time("%Y:%m:%d", *time, utc)});
    }
    tags.push_back({gps, 0x0012, std::string{"WGS-84"}});
}

std::vector<TiffTag> tags_for(const Metadata& metadata) {
    using enum TiffDirectory;
    std::vector<TiffTag> tags;
    if (metadata.time)
        add_time(tags, *metadata.time, metadata.offset.value_or(std::chrono::minutes{0}));
    if (!metadata.camera.empty())
        tags.push_back({primary, 0x010E, metadata.camera});
    if (metadata.position)
        add_position(tags, *metadata.position, metadata.time);
    if (!metadata.notes.empty()) {
        Bytes comment(ascii_charset.begin(), ascii_charset.end());
        comment.insert(comment.end(), metadata.notes.begin(), metadata.notes.end());
        tags.push_back({exif, 0x9286, TiffUndefined{std::move(comment)}});
    }
    return tags;
}

void append(Bytes& to, ByteView bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
}

/// Where a new EXIF segment goes: behind the start marker, and behind JFIF's segment if that is
/// the first.
std::size_t place_for_exif(ByteView jpeg) {
    std::vector<JpegSegment> segments = jpeg_segments(jpeg);
    bool jfif = !segments.empty() && segments[0].marker == marker::app0;
    return jfif ? segments[0].end() : 2;
}

bool is_metadata(const JpegSegment& segment) {
    bool jfif = segment.marker == marker::app0 && text_of(segment.payload).starts_with("JFIF");
    bool adobe = segment.marker == marker::app14 && text_of(segment.payload).starts_with("Adobe");
    bool application = segment.marker >= marker::app0 && segment.marker <= marker::app15;
    return (application && !jfif && !adobe) || segment.marker == marker::com;
}

/// To a metre: "47.37690° N 8.54170° E".
std::string shown(const Position& position) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.5f\u00B0 %c %.5f\u00B0 %c",
                  std::abs(position.latitude), position.latitude < 0 ? 'S' : 'N',
                  std::abs(position.longitude), position.longitude < 0 ? 'W' : 'E');
    return text.data();
}

} // namespace

std::optional<std::string> Metadata::field(std::string_view name) const {
    if (name == "camera")
        return camera.empty() ? std::nullopt : std::optional{camera};
    if (name == "time")
        return time ? std::optional{iso_time(*time)} : std::nullopt;
    if (name == "gps")
        return position ? std::optional{shown(*position)} : std::nullopt;
    if (name == "latitude")
        return position ? std::optional{str(position->latitude)} : std::nullopt;
    if (name == "longitude")
        return position ? std::optional{str(position->longitude)} : std::nullopt;
    if (name == "altitude")
        return position && position->altitude ? std::optional{str(*position->altitude)}
                                              : std::nullopt;
    std::optional<json> value = parse_object(notes);
    for (std::string_view part : split(name, '.')) {
        if (!value || !value->is_object())
            return std::nullopt;
        auto found = value->find(std::string{part});
        if (found == value->end())
            return std::nullopt;
        value = json(*found);
    }
    if (!value || value->is_null() || value->is_structured())
        return std::nullopt;
    return value->is_string() ? value->get<std::string>() : value->dump();
}

namespace {

void set_note(std::string& notes, const std::string& name, json value) {
    json object = parse_object(notes).value_or(json::object());
    object[name] = std::move(value);
    // Escaped to ASCII, as the comment's character set says; invalid UTF-8 is replaced.
    notes = object.dump(-1, ' ', true, json::error_handler_t::replace);
}

} // namespace

void Metadata::note(const std::string& name, const std::string& value) {
    set_note(notes, name, value);
}

void Metadata::note_json(const std::string& name, const std::string& text) {
    set_note(notes, name, json::parse(text));
}

Metadata metadata_of(const Frame& frame, const Zone& zone) {
    Metadata metadata;
    std::optional<JpegSegment> segment = exif_segment(frame.jpeg);
    if (!segment)
        return metadata;
    ExifTags tags = read_exif(segment->payload);
    metadata.time = parse_exif_time(tags.date_time_original, tags.subsec_time_original,
                                    tags.offset_time_original, zone);
    metadata.offset = parse_offset(tags.offset_time_original);
    metadata.camera = tags.image_description;
    if (tags.orientation != 0)
        metadata.orientation = tags.orientation;
    std::optional<double> latitude = degrees(tags.gps_latitude, tags.gps_latitude_ref, 'S', 90);
    std::optional<double> longitude = degrees(tags.gps_longitude, tags.gps_longitude_ref, 'W', 180);
    if (latitude && longitude) {
        metadata.position = Position{*latitude, *longitude, tags.gps_altitude};
        if (tags.gps_altitude && tags.gps_below_sea)
            metadata.position->altitude = -*tags.gps_altitude;
    }
    std::string_view comment = text_of(tags.user_comment);
    if (comment.starts_with(ascii_charset) && parse_object(comment.substr(8)))
        metadata.notes = std::string{comment.substr(8)};
    return metadata;
}

namespace {

Frame with_tags(const Frame& frame, std::vector<TiffTag> tags) {
    ByteView jpeg = frame.jpeg;
    std::optional<JpegSegment> old = exif_segment(jpeg);
    ByteView tiff = old ? old->payload.subspan(exif_name.size()) : ByteView{};
    if (!old) {
        std::vector<TiffTag> mandatory = mandatory_tags(jpeg);
        tags.insert(tags.end(), mandatory.begin(), mandatory.end());
    }
    Bytes block = with_tiff_tags(tiff, tags);
    std::size_t length = exif_name.size() + block.size();
    if (length > largest_payload)
        throw Error("no room left in the EXIF segment");

    std::size_t begin = old ? old->offset : place_for_exif(jpeg);
    std::size_t end = old ? old->end() : begin;
    Frame out;
    out.jpeg.reserve(jpeg.size() + length + 4);
    append(out.jpeg, jpeg.first(begin));
    out.jpeg.insert(out.jpeg.end(),
                    {0xFF, marker::app1, static_cast<std::uint8_t>((length + 2) >> 8),
                     static_cast<std::uint8_t>(length + 2)});
    append(out.jpeg, bytes_of(exif_name));
    append(out.jpeg, block);
    append(out.jpeg, jpeg.subspan(end));
    return out;
}

/// Whether what the block says itself is better than our own tag. Fractions of a second, offsets
/// and the day in GPS belong to the time that they stand beside.
bool stays(ByteView tiff, const TiffTag& tag) {
    using enum TiffDirectory;
    auto says = [&](TiffDirectory directory, std::uint16_t code) {
        return tiff_says(tiff, directory, code);
    };
    const bool own = says(tag.directory, tag.tag);
    if (tag.directory == gps)
        return tag.tag == 0x001D ? says(gps, 0x0007)
                                 : own && (tag.tag == 0x0000 || tag.tag == 0x0007);
    switch (tag.tag) {
    case 0x9003:
    case 0x9004:
    case 0x9010:
        return own;
    case 0x9011:
        return own && says(exif, 0x9003);
    case 0x9012:
        return own && says(exif, 0x9004);
    case 0x9291:
        return says(exif, 0x9003);
    case 0x9292:
        return says(exif, 0x9004);
    default:
        return false;
    }
}

} // namespace

Frame with_metadata(const Frame& frame, const Metadata& metadata) {
    return with_tags(frame, tags_for(metadata));
}

Frame with_missing(const Frame& frame, const Metadata& metadata) {
    std::vector<TiffTag> tags = tags_for(metadata);
    if (std::optional<JpegSegment> segment = exif_segment(frame.jpeg)) {
        ByteView tiff = segment->payload.subspan(exif_name.size());
        std::erase_if(tags, [&](const TiffTag& tag) { return stays(tiff, tag); });
    }
    return with_tags(frame, std::move(tags));
}

Frame with_only(const Frame& frame, const Metadata& metadata) {
    ByteView jpeg = frame.jpeg;
    std::optional<JpegSegment> old = exif_segment(jpeg);
    int orientation = old ? read_exif(old->payload).orientation : 0;
    Frame bare;
    std::size_t from = 0;
    for (const JpegSegment& segment : jpeg_segments(jpeg)) {
        bool profile =
            segment.marker == marker::app2 && text_of(segment.payload).starts_with("ICC_PROFILE");
        if (!is_metadata(segment) || profile)
            continue;
        append(bare.jpeg, jpeg.subspan(from, segment.offset - from));
        from = segment.end();
    }
    append(bare.jpeg, jpeg.subspan(from));
    std::vector<TiffTag> tags = tags_for(metadata);
    if (orientation != 0)
        tags.push_back(
            {TiffDirectory::primary, 0x0112, TiffShort{static_cast<std::uint16_t>(orientation)}});
    return tags.empty() ? bare : with_tags(bare, tags);
}

} // namespace img
