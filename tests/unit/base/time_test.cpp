#include "base/time.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/fs.hpp"

#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

Instant at(std::string_view iso) {
    return parse_iso_time(iso).value();
}

const Zone& athens() {
    static const Zone zone{"Europe/Athens"};
    return zone;
}

const Zone& utc() {
    static const Zone zone{minutes{0}};
    return zone;
}

/// The time in `name`, read in Athens, as ISO text; "none" when there is none.
std::string in_name(std::string_view name) {
    std::optional<Instant> time = time_in_name(name, athens());
    return time ? iso_time(*time) : "none";
}

std::string of_exif(std::string_view date, std::string_view subseconds, std::string_view offset) {
    std::optional<Instant> time = parse_exif_time(date, subseconds, offset, athens());
    return time ? iso_time(*time) : "none";
}

Exit status_of(const std::string& zone) {
    try {
        Zone{zone};
    } catch (const Error& error) {
        return error.status();
    }
    return Exit::ok;
}

} // namespace

TEST_CASE("name_time: reads back to the millisecond") {
    for (std::string_view iso :
         {"2026-11-21T13:43:38.123Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z",
          "1969-12-31T23:59:59.001Z", "1900-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"})
        CHECK(in_name(name_time(at(iso))) == iso);
    CHECK(name_time(at("2026-11-21T13:43:38.123Z")) == "20261121T134338.123Z");
}

TEST_CASE("time_in_name: a time without Z is local, summer and winter") {
    CHECK(in_name("20260701_120000") == "2026-07-01T09:00:00.000Z");
    CHECK(in_name("20260101_120000") == "2026-01-01T10:00:00.000Z");
    CHECK(in_name("20260101T120000") == "2026-01-01T10:00:00.000Z");
    CHECK(in_name("20260101T120000Z") == "2026-01-01T12:00:00.000Z");
    CHECK(in_name("20260101T120000.5Z") == "2026-01-01T10:00:00.000Z");
}

TEST_CASE("time_in_name: around the hour that is skipped, time does not run backwards") {
    CHECK(in_name("20260329_025959") == "2026-03-29T00:59:59.000Z");
    CHECK(in_name("20260329_030000") == "2026-03-29T01:00:00.000Z");
    CHECK(in_name("20260329_033000") == "2026-03-29T01:30:00.000Z");
    CHECK(in_name("20260329_040000") == "2026-03-29T01:00:00.000Z");
    CHECK(in_name("20260329_120000") == "2026-03-29T09:00:00.000Z");
}

TEST_CASE("time_in_name: of the repeated hour the first is meant") {
    CHECK(in_name("20261025_025959") == "2026-10-24T23:59:59.000Z");
    CHECK(in_name("20261025_030000") == "2026-10-25T00:00:00.000Z");
    CHECK(in_name("20261025_035959") == "2026-10-25T00:59:59.000Z");
    CHECK(in_name("20261025_040000") == "2026-10-25T02:00:00.000Z");
}

TEST_CASE("time_in_name: what stands around the time does not matter") {
    CHECK(in_name("cam-20260701T120000.250Z.jpg") == "2026-07-01T12:00:00.250Z");
    CHECK(in_name("IMG_20260701_120000_HDR.jpg") == "2026-07-01T09:00:00.000Z");
    CHECK(in_name("IMG_20260701_120000~2.jpg") == "2026-07-01T09:00:00.000Z");
    CHECK(in_name("no7_20260701T120000Z") == "2026-07-01T12:00:00.000Z");
    CHECK(in_name("20260732_000000 20260701T120000Z") == "2026-07-01T12:00:00.000Z");
}

TEST_CASE("time_in_name: what is no time is none") {
    for (std::string_view name :
         {"", "x.jpg", "20260701", "20260701_1200", "120260701_120000", "20260701-120000",
          "20261301_000000", "20260230_000000", "20250229_000000", "20260701_240000",
          "20260701_126000", "20260701_120061", "00000000_000000", "18991231_235959",
          "2026070a_120000", "20260701_12000a", "latest.jpg"})
        CHECK_MESSAGE(in_name(name) == "none", name);
}

TEST_CASE("time_in_name: dashes may stand in it, local or in UTC") {
    CHECK(in_name("2026-07-01_12-00-00.jpg") == "2026-07-01T09:00:00.000Z");
    CHECK(in_name("2026-01-01T12-00-00.jpg") == "2026-01-01T10:00:00.000Z");
    CHECK(in_name("2026-01-01T12-00-00Z.jpg") == "2026-01-01T12:00:00.000Z");
    CHECK(in_name("2026-01-01_12-00-00Z.jpg") == "2026-01-01T12:00:00.000Z");
    CHECK(in_name("2026-01-01_12-00-00.250Z.jpg") == "2026-01-01T12:00:00.250Z");
    CHECK(in_name("north_2026-07-01_12-00-00-3.jpg") == "2026-07-01T09:00:00.000Z");
    for (std::string_view name :
         {"2026-07-01_12-00-0", "2026-07-01 12-00-00", "2026-07-01_12:00:00", "2026-07-0112-00-00",
          "12026-07-01_12-00-00", "2026-13-01_12-00-00", "2026-07-01_24-00-00",
          "2026_07_01_12_00_00", "2026-07-01-12-00-00", "2026-7-01_12-00-00"})
        CHECK_MESSAGE(in_name(name) == "none", name);
}

TEST_CASE("time_in_name: a Unix time counts where there is no date") {
    CHECK(in_name("1795268618.jpg") == "2026-11-21T13:43:38.000Z");
    CHECK(in_name("1795268618123.jpg") == "2026-11-21T13:43:38.123Z");
    CHECK(in_name("north-7-1795268618.jpg") == "2026-11-21T13:43:38.000Z");
    CHECK(in_name("9999999999 1795268618") == "2026-11-21T13:43:38.000Z");
    CHECK(in_name("1795268618_20260101T120000Z.jpg") == "2026-01-01T12:00:00.000Z");
    CHECK(in_name("0946684800.jpg") == "2000-01-01T00:00:00.000Z");
    CHECK(in_name("4102444799999.jpg") == "2099-12-31T23:59:59.999Z");
    for (std::string_view name :
         {"0946684799.jpg", "4102444800.jpg", "0946684799999.jpg", "4102444800000.jpg",
          "179526861.jpg", "17952686181.jpg", "179526861812.jpg", "17952686181234.jpg"})
        CHECK_MESSAGE(in_name(name) == "none", name);
}

TEST_CASE("find_time: says where the time begins") {
    LocalTimes times{athens()};
    auto begins = [&](std::string_view name) { return find_time(name, times).value().at; };
    CHECK(begins("20260101T120000Z.jpg") == 0);
    CHECK(begins("north_20260101T120000Z.jpg") == 6);
    CHECK(begins("n7_2026-01-01_12-00-00.jpg") == 3);
    CHECK(begins("c1-1795268618.jpg") == 3);
}

TEST_CASE("LocalTimes: what clocks showed leads to the instant at which they did") {
    for (const char* name : {"Europe/Athens", "Australia/Lord_Howe", "America/St_Johns",
                             "Africa/Casablanca", "Pacific/Apia"}) {
        const Zone zone{name};
        LocalTimes times{zone};
        // An odd step, so that all hours are met.
        for (Instant time = at("2010-01-01T00:00:00Z"); time < at("2030-01-01T00:00:00Z");
             time += hours{17} + minutes{7}) {
            const LocalTimes::Clocks clocks{time.time_since_epoch() +
                                            seconds{zone.local(time).tm_gmtoff}};
            const Instant found = times.at(clocks);
            CHECK((found == time || (found < time && is_repeated(time, zone))));
        }
    }
}

TEST_CASE("LocalTimes: days may be asked for in any order, and names read as they do alone") {
    LocalTimes times{athens()};
    for (const char* name :
         {"20261025_030000", "20260329_030000", "20261025_025959", "20260701_120000",
          "20261025_040000", "19000101_000000", "20260329_033000", "99991231_235959"})
        CHECK(find_time(name, times).value().time == time_in_name(name, athens()));
}

TEST_CASE("parse_iso_time: reads back what iso_time writes, with and without a fraction") {
    Instant instant{milliseconds{1'795'268'618'123}};
    CHECK(iso_time(instant) == "2026-11-21T13:43:38.123Z");
    CHECK(parse_iso_time(iso_time(instant)) == instant);
    CHECK(parse_iso_time("2026-11-21T13:43:38Z") == floor<seconds>(instant));
    for (std::string_view text :
         {"", "2026-11-21", "2026-11-21T13:43:38", "2026-11-21 13:43:38Z", "2026-11-21T13:43:38.1Z",
          "2026-11-21T13:43:38.1234Z", "2026-11-21T13:43:38.12xZ", "2026-13-21T13:43:38Z",
          "2026-02-30T13:43:38Z", "2026-11-21T24:00:00Z", "2026-11-21T13:43:38+00:00",
          "x2026-11-21T13:43:38Z", "2026-11-21T13:43:38Zx"})
        CHECK_MESSAGE(!parse_iso_time(text), text);
}

TEST_CASE("parse_exif_time: an offset says where the clock stood") {
    CHECK(of_exif("2026:11:21 13:43:38", "", "Z") == "2026-11-21T13:43:38.000Z");
    CHECK(of_exif("2026:11:21 13:43:38", "", "+05:45") == "2026-11-21T07:58:38.000Z");
    CHECK(of_exif("2026:11:21 13:43:38", "", "-03:30") == "2026-11-21T17:13:38.000Z");
    CHECK(of_exif("2026:01:01 00:30:00", "", "+14:00") == "2025-12-31T10:30:00.000Z");
}

TEST_CASE("parse_exif_time: without an offset, or with a broken one, the time is local") {
    for (std::string_view offset :
         {"", "   :  ", "+5:45", "05:45", "+99:00", "+05:60", "+0a:00", "+05:45:00", "z"})
        CHECK_MESSAGE(of_exif("2026:07:01 12:00:00", "", offset) == "2026-07-01T09:00:00.000Z",
                      offset);
}

TEST_CASE("parse_exif_time: sub-seconds are a decimal fraction") {
    CHECK(of_exif("2026:07:01 12:00:00", "5", "Z") == "2026-07-01T12:00:00.500Z");
    CHECK(of_exif("2026:07:01 12:00:00", "05", "Z") == "2026-07-01T12:00:00.050Z");
    CHECK(of_exif("2026:07:01 12:00:00", "123456", "Z") == "2026-07-01T12:00:00.123Z");
    CHECK(of_exif("2026:07:01 12:00:00", "12  ", "Z") == "2026-07-01T12:00:00.120Z");
    CHECK(of_exif("2026:07:01 12:00:00", "   ", "Z") == "2026-07-01T12:00:00.000Z");
}

TEST_CASE("parse_exif_time: blank and impossible dates are none") {
    for (std::string_view date :
         {"", "0000:00:00 00:00:00", "    :  :     :  :  ", "                   ",
          "2026:02:30 12:00:00", "2026:07:01 25:00:00", "2026:07:01 12:00", "2026:7:1 12:00:00  "})
        CHECK_MESSAGE(of_exif(date, "000", "Z") == "none", date);
}

TEST_CASE("http_time: is the example of RFC 9110, section 5.6.7") {
    Instant instant = at("1994-11-06T08:49:37Z");
    CHECK(http_time(instant) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_time("Sun, 06 Nov 1994 08:49:37 GMT") == instant);
    CHECK(http_time(at("2026-11-21T13:43:38.999Z")) == "Sat, 21 Nov 2026 13:43:38 GMT");
}

TEST_CASE("parse_http_time: RFC 9110, section 5.6.7: obsolete spellings are understood") {
    Instant now = at("2026-11-21T13:43:38Z");
    auto parsed = [&](std::string_view text) {
        std::optional<Instant> time = parse_http_time(text, now);
        return time ? iso_time(*time) : "none";
    };
    CHECK(parsed("Sunday, 06-Nov-94 08:49:37 GMT") == "1994-11-06T08:49:37.000Z");
    CHECK(parsed("Saturday, 21-Nov-26 13:43:38 GMT") == "2026-11-21T13:43:38.000Z");
    CHECK(parsed("Sun Nov  6 08:49:37 1994") == "1994-11-06T08:49:37.000Z");
    CHECK(parsed("Sat Nov 21 13:43:38 2026") == "2026-11-21T13:43:38.000Z");
}

TEST_CASE("parse_http_time: a year of two digits is at most 50 years away") {
    auto year_of = [](std::string_view digits, std::string_view now) {
        std::string text = "Monday, 01-Jun-" + std::string{digits} + " 12:00:00 GMT";
        return iso_time(parse_http_time(text, at(now)).value()).substr(0, 4);
    };
    CHECK(year_of("76", "2026-06-01T00:00:00Z") == "2076");
    CHECK(year_of("77", "2026-06-01T00:00:00Z") == "1977");
    CHECK(year_of("00", "2026-06-01T00:00:00Z") == "2000");
    CHECK(year_of("99", "2026-06-01T00:00:00Z") == "1999");
    CHECK(year_of("00", "2060-06-01T00:00:00Z") == "2100");
    CHECK(year_of("11", "2060-06-01T00:00:00Z") == "2011");
}

TEST_CASE("parse_http_time: what is spelled otherwise is none") {
    for (std::string_view text : {"",
                                  "Sun, 06 Nov 1994 08:49:37 UTC",
                                  "Sun, 6 Nov 1994 08:49:37 GMT",
                                  "Sun, 06 nov 1994 08:49:37 GMT",
                                  "Sun, 31 Nov 1994 08:49:37 GMT",
                                  "Sun, 06 Nov 1994 24:49:37 GMT",
                                  "Sun, 06 Nov 1994 08:49:37 GMT ",
                                  "Sun, 06-Nov-1994 08:49:37 GMT",
                                  "Sun, 06 Nov 1994 08-49-37 GMT",
                                  "Sunday, 06-Nov-1994 08:49:37 GMT",
                                  "Sunday, 06 Nov 94 08:49:37 GMT",
                                  "Sunday, 06-Nov-94 08:49:37 UTC",
                                  "Sunday, -1-Nov-94 08:49:37 GMT",
                                  "Sunday, 06-Nov--4 08:49:37 GMT",
                                  "06-Nov-94 08:49:37 GMT",
                                  "Sunday, ",
                                  "Sun Nov 6 08:49:37 1994",
                                  "Sun Nov  6 08:49:37 1994 GMT",
                                  "Sun Nov  6 08:49:37 94",
                                  "Sun Nov -6 08:49:37 1994",
                                  "Sun Xov  6 08:49:37 1994"})
        CHECK_MESSAGE(!parse_http_time(text), text);
}

TEST_CASE("Zone: what is not in the database is a usage error that quotes it") {
    for (const char* name :
         {"", "Europe", "Europe/", "Atlantis", "../etc/passwd", "/etc/localtime", "tzdata.zi",
          "Europe/../Europe/Athens", "Europe/Athens ", "europe/athens\n"})
        CHECK_MESSAGE(status_of(name) == Exit::usage, name);
    CHECK_THROWS_WITH(Zone{"Mars\n"}, "'Mars\\x0a' is not a time zone; use an IANA name such as "
                                      "Europe/Athens");
}

TEST_CASE("Zone: a fixed offset is named by its hours and minutes") {
    auto named = [](int east) {
        return format_time("%H:%M %z %Z", at("2026-07-01T12:00:00Z"), Zone{minutes{east}});
    };
    CHECK(named(0) == "12:00 +0000 UTC");
    CHECK(named(120) == "14:00 +0200 +02");
    CHECK(named(-210) == "08:30 -0330 -0330");
    CHECK(named(345) == "17:45 +0545 +0545");
    CHECK(named(-30) == "11:30 -0030 -0030");
}

TEST_CASE("Zone: several are used in turn") {
    Instant instant = at("2026-07-01T12:00:00Z");
    Zone kathmandu{"Asia/Kathmandu"};
    for (int turn = 0; turn < 2; ++turn) {
        CHECK(format_time("%H:%M %Z", instant, athens()) == "15:00 EEST");
        CHECK(format_time("%H:%M %Z", instant, kathmandu) == "17:45 +0545");
        CHECK(format_time("%H:%M %Z", instant, Zone{}) == "12:00 UTC"); // the tests run with TZ=UTC
    }
}

TEST_CASE("Zone: rules that change while we run are read again") {
    const char* zones = "/usr/share/zoneinfo/";
    if (!fs::exists(str(zones, "Europe/Athens")) || !fs::exists(str(zones, "Asia/Tokyo"))) {
        MESSAGE("skipped: no zone database");
        return;
    }
    Scratch directory;
    auto rules = [&](const char* of) {
        fs::copy_file(str(zones, of), directory / "new");
        fs::rename(directory / "new", directory / "Site");
    };
    rules("Europe/Athens");
    ::setenv("TZDIR", directory.path().c_str(), 1);
    Zone site{"Site"};
    const Instant summer = at("2026-07-01T12:00:00Z"), winter = at("2026-12-01T12:00:00Z");
    CHECK(format_time("%H:%M %Z", summer, site) == "15:00 EEST");
    CHECK(format_time("%H:%M %Z", winter, site) == "14:00 EET");
    rules("Asia/Tokyo");
    CHECK(format_time("%H:%M %Z", summer, site) == "21:00 JST");
    CHECK(format_time("%H:%M %Z", summer, Zone{minutes{60}}) == "13:00 +01");
    rules("Europe/Athens");
    CHECK(format_time("%H:%M %Z", summer, site) == "15:00 EEST");
    ::unsetenv("TZDIR");
}

TEST_CASE("format_time: %L is milliseconds, %%L is not") {
    Instant instant = at("2026-07-01T12:00:00.007Z");
    CHECK(format_time("%L", instant, utc()) == "007");
    CHECK(format_time("%%L %%%L", instant, utc()) == "%L %007");
    CHECK(format_time("%L", Instant{milliseconds{-1}}, utc()) == "999");
    CHECK(format_time("%", instant, utc()) == "%");
}

TEST_CASE("format_time: an empty format is empty") {
    CHECK(format_time("", Instant{}, utc()).empty());
}

TEST_CASE("format_time: a long text is not cut, a field too wide is refused") {
    std::string text(100'000, 'x');
    CHECK(format_time(text + "%Y", Instant{}, utc()) == text + "1970");
    try {
        format_time("%999999999d", Instant{}, utc());
        FAIL("not refused");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
    }
}

TEST_CASE("parse_moment: a duration counts back from now") {
    Instant now = parse_iso_time("2026-11-21T12:00:00Z").value();
    Zone athens{"Europe/Athens"};
    CHECK(parse_moment("5m", now, athens) == now - std::chrono::minutes{5});
    CHECK(parse_moment("1.5s", now, athens) == now - std::chrono::milliseconds{1500});
    CHECK(parse_moment("0", now, athens) == now);
}

TEST_CASE("parse_moment: a date and time, in the zone unless it says its own") {
    Instant now = parse_iso_time("2026-11-21T12:00:00Z").value();
    Zone athens{"Europe/Athens"};
    for (auto [text, expected] : {std::pair{"2026-11-21", "2026-11-20T22:00:00Z"},
                                  {"2026-07-01", "2026-06-30T21:00:00Z"},
                                  {"2026-11-21T13:43", "2026-11-21T11:43:00Z"},
                                  {"2026-11-21 13:43", "2026-11-21T11:43:00Z"},
                                  {"2026-11-21T13:43:38", "2026-11-21T11:43:38Z"},
                                  {"2026-11-21T13:43:38.5", "2026-11-21T11:43:38.500Z"},
                                  {"2026-11-21T13:43:38.123456Z", "2026-11-21T13:43:38.123Z"},
                                  {"2026-11-21T13:43Z", "2026-11-21T13:43:00Z"},
                                  {"2026-11-21Z", "2026-11-21T00:00:00Z"},
                                  {"2026-11-21T13:43+01:00", "2026-11-21T12:43:00Z"},
                                  {"2026-11-21T13:43:38-0330", "2026-11-21T17:13:38Z"}}) {
        const std::string given = text; // clang 14 takes no structured bindings into lambdas
        CAPTURE(given);
        CHECK(parse_moment(given, now, athens) == parse_iso_time(expected));
    }
}

TEST_CASE("parse_moment: nothing else") {
    Instant now = parse_iso_time("2026-11-21T12:00:00Z").value();
    for (const char* text : {"",
                             "yesterday",
                             "-5m",
                             "5 m",
                             "2026-11",
                             "2026-11-",
                             "2026-13-01",
                             "2026-02-29",
                             "2026-11-21T",
                             "2026-11-21T24:00",
                             "2026-11-21T13",
                             "2026-11-21T13:",
                             "2026-11-21T13:4",
                             "2026-11-21T13:43:",
                             "2026-11-21T13:43:38.",
                             "2026-11-21T13:43:38.Z",
                             "2026-11-21T13:43z",
                             "2026-11-21T13:43ZZ",
                             "2026-11-21T13:43+15:00",
                             "2026-11-21T13:43+2",
                             "26-11-21"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_moment(text, now, Zone{std::chrono::minutes{0}}).has_value());
    }
}
