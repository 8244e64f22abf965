#include "verb/stamp/time_text.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

Instant at(std::string_view text) {
    return *parse_iso_time(text);
}

const Zone& athens() {
    static const Zone zone{"Europe/Athens"};
    return zone;
}

std::string down(std::string_view time, Duration step, const Zone& zone = athens()) {
    return iso_time(floored(at(time), step, zone));
}

} // namespace

TEST_CASE(
    "zone_mark: the offset is shown in the hour that is repeated, both times, and only there") {
    // On 25 October 2026 at 01:00 UTC clocks in Athens go from 04:00 back to 03:00.
    CHECK(zone_mark(at("2026-10-24T23:59:59Z"), athens()) == "EEST");
    CHECK(zone_mark(at("2026-10-25T00:00:00Z"), athens()) == "EEST (+03:00)");
    CHECK(zone_mark(at("2026-10-25T00:59:59Z"), athens()) == "EEST (+03:00)");
    CHECK(zone_mark(at("2026-10-25T01:00:00Z"), athens()) == "EET (+02:00)");
    CHECK(zone_mark(at("2026-10-25T01:59:59Z"), athens()) == "EET (+02:00)");
    CHECK(zone_mark(at("2026-10-25T02:00:00Z"), athens()) == "EET");
    CHECK(zone_mark(at("2026-03-29T00:59:59Z"), athens()) == "EET");
    CHECK(zone_mark(at("2026-03-29T01:00:00Z"), athens()) == "EEST");
}

TEST_CASE("is_repeated: half an hour in Lord Howe, two hours in Troll, never at a fixed offset") {
    // 5 April 2026, 02:00 (+11:00) goes back to 01:30 (+10:30).
    const Zone howe{"Australia/Lord_Howe"};
    CHECK_FALSE(is_repeated(at("2026-04-04T14:29:59Z"), howe));
    CHECK(is_repeated(at("2026-04-04T14:30:00Z"), howe));
    CHECK(is_repeated(at("2026-04-04T15:29:59Z"), howe));
    CHECK_FALSE(is_repeated(at("2026-04-04T15:30:00Z"), howe));
    const Zone troll{"Antarctica/Troll"};
    CHECK(is_repeated(at("2026-10-25T00:59:59Z"), troll));
    CHECK_FALSE(is_repeated(at("2026-10-24T22:00:00Z"), troll));
    for (int hour = 0; hour < 24; ++hour)
        CHECK_FALSE(is_repeated(at("2026-10-25T00:30:00Z") + hours{hour}, Zone{minutes{120}}));
}

TEST_CASE("floored: to multiples that the site's clocks show") {
    CHECK(down("2026-11-21T13:43:38.123Z", minutes{5}) == "2026-11-21T13:40:00.000Z");
    CHECK(down("2026-11-21T13:40:00.000Z", minutes{5}) == "2026-11-21T13:40:00.000Z");
    CHECK(down("2026-11-21T13:43:38.123Z", seconds{1}) == "2026-11-21T13:43:38.000Z");
    // A quarter to twelve at +05:45, rounded to hours, is eleven: 05:15 UTC.
    CHECK(down("2026-11-21T06:00:00Z", hours{1}, Zone{minutes{345}}) == "2026-11-21T05:15:00.000Z");
    CHECK(down("2026-11-21T13:43:38Z", days{1}) == "2026-11-20T22:00:00.000Z");
    // Seven minutes are counted from midnight: 15:43 is 943 minutes, 938 is 15:38.
    CHECK(down("2026-11-21T13:43:38Z", minutes{7}) == "2026-11-21T13:38:00.000Z");
    CHECK(down("1969-12-31T23:59:59.999Z", minutes{5}) == "1969-12-31T23:55:00.000Z");
}

TEST_CASE("floored: midnight is midnight on days on which clocks are changed") {
    CHECK(down("2026-03-29T12:00:00Z", days{1}) == "2026-03-28T22:00:00.000Z");
    CHECK(down("2026-10-25T12:00:00Z", days{1}) == "2026-10-24T21:00:00.000Z");
}

TEST_CASE("floored: never later than the time, and the same again") {
    for (std::string_view day : {"2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z"})
        for (Duration step : {Duration{minutes{5}}, Duration{hours{1}}, Duration{hours{3}}})
            for (int minute = -180; minute < 1440; minute += 11) {
                Instant time = at(day) + minutes{minute};
                Instant once = floored(time, step, athens());
                REQUIRE(once <= time);
                REQUIRE(time - once < step + hours{1});
                REQUIRE(floored(once, step, athens()) == once);
            }
}
