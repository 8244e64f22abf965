#include "foreign/libexif.hpp"

#include "frame/tiff.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

using enum TiffDirectory;

ExifTags read(const std::vector<TiffTag>& tags) {
    Bytes payload{'E', 'x', 'i', 'f', 0, 0}, block = with_tiff_tags({}, tags);
    payload.insert(payload.end(), block.begin(), block.end());
    return read_exif(payload);
}

bool says_nothing(const ExifTags& tags) {
    return tags.date_time_original.empty() && tags.subsec_time_original.empty() &&
           tags.offset_time_original.empty() && tags.image_description.empty() &&
           tags.user_comment.empty() && tags.gps_latitude_ref.empty() &&
           tags.gps_longitude_ref.empty() && !tags.gps_latitude && !tags.gps_longitude &&
           !tags.gps_altitude && !tags.gps_below_sea;
}

const TiffRationals some_angle{{42, 1}, {30, 1}, {123, 10}};

} // namespace

TEST_CASE("read_exif: gives each tag as it stands") {
    ExifTags tags = read({{primary, 0x010E, std::string{"north"}},
                          {exif, 0x9003, std::string{"2026:11:21 13:43:38"}},
                          {exif, 0x9291, std::string{"123"}},
                          {exif, 0x9011, std::string{"+02:00"}},
                          {exif, 0x9286, TiffUndefined{{1, 0, 2}}},
                          {gps, 0x0001, std::string{"S"}},
                          {gps, 0x0002, some_angle},
                          {gps, 0x0003, std::string{"W"}},
                          {gps, 0x0004, some_angle},
                          {gps, 0x0005, TiffBytes{{1}}},
                          {gps, 0x0006, TiffRationals{{25, 2}}}});
    CHECK(tags.image_description == "north");
    CHECK(tags.date_time_original == "2026:11:21 13:43:38");
    CHECK(tags.subsec_time_original == "123");
    CHECK(tags.offset_time_original == "+02:00");
    CHECK(tags.user_comment == Bytes{1, 0, 2});
    CHECK(tags.gps_latitude_ref == "S");
    CHECK(tags.gps_longitude_ref == "W");
    REQUIRE(tags.gps_latitude.has_value());
    CHECK(*tags.gps_latitude == std::array{42., 30., 12.3});
    CHECK(tags.gps_longitude == tags.gps_latitude);
    CHECK(tags.gps_altitude == 12.5);
    CHECK(tags.gps_below_sea);
}

TEST_CASE("read_exif: texts end at their first NUL, and lose the blanks that cameras pad with") {
    CHECK(read({{primary, 0x010E, std::string{"north   "}}}).image_description == "north");
    CHECK(read({{primary, 0x010E, std::string{"no\0rth", 6}}}).image_description == "no");
    CHECK(read({{primary, 0x010E, std::string{"   "}}}).image_description.empty());
    CHECK(read({{primary, 0x010E, std::string{"  a b"}}}).image_description == "  a b");
}

TEST_CASE("read_exif: values of another type are not taken for what they are not") {
    CHECK(says_nothing(read({{primary, 0x010E, TiffShort{0x4141}},
                             {exif, 0x9003, TiffUndefined{{'2', '0', '2', '6'}}},
                             {gps, 0x0001, TiffBytes{{'N', 0}}},
                             {gps, 0x0002, std::string{"42 30 12 and so on, and so on"}},
                             {gps, 0x0006, TiffShort{12}}})));
}

TEST_CASE("read_exif: angles that are short, or divide by zero, are none") {
    CHECK_FALSE(read({{gps, 0x0002, TiffRationals{{42, 1}, {30, 1}}}}).gps_latitude.has_value());
    CHECK_FALSE(
        read({{gps, 0x0002, TiffRationals{{42, 1}, {30, 0}, {0, 1}}}}).gps_latitude.has_value());
    CHECK_FALSE(read({{gps, 0x0006, TiffRationals{{42, 0}}}}).gps_altitude.has_value());
}

TEST_CASE("read_exif: what is no block says nothing") {
    CHECK(says_nothing(read_exif({})));
    CHECK(says_nothing(read_exif(bytes_of({"Exif\0\0", 6}))));
    CHECK(says_nothing(read_exif(bytes_of({"Exif\0\0II*\0\xFF\xFF\xFF\xFF", 14}))));
    CHECK(says_nothing(read_exif(bytes_of("http://ns.adobe.com/xap/1.0/"))));
}
