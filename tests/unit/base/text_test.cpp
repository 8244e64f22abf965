#include "base/error.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

TEST_CASE("parse_duration: takes a number with a unit, and a bare number as seconds") {
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("1.5s") == 1500ms);
    CHECK(parse_duration("250ms") == 250ms);
    CHECK(parse_duration("7d") == 168h);
    CHECK(parse_duration("10") == 10s);
    CHECK(parse_duration("0") == 0s);
}

TEST_CASE("parse_duration: refuses what is not a duration") {
    for (const char* text : {"", "s", "-1s", "1x", "1 s", "nan", "1e400s", "1s2", "99999999999d"})
        CHECK_FALSE(parse_duration(text).has_value());
}

TEST_CASE("format_duration: is the shortest exact spelling, and reads back") {
    CHECK(format_duration(30s) == "30s");
    CHECK(format_duration(90s) == "90s");
    CHECK(format_duration(300s) == "5m");
    CHECK(format_duration(1500ms) == "1500ms");
    CHECK(format_duration(0s) == "0s");
    for (Duration duration : {Duration{1}, Duration{59999}, Duration{3600000}, Duration{86400000}})
        CHECK(parse_duration(format_duration(duration)) == duration);
}

TEST_CASE("parse_size: takes two sides from 1 to 65535") {
    CHECK(parse_size("1280x720") == Size{1280, 720});
    for (const char* text : {"", "x", "1280", "1280x", "0x5", "-1x5", "65536x1", "1280x720x3"})
        CHECK_FALSE(parse_size(text).has_value());
}

TEST_CASE("substitute: replaces names and leaves doubled braces") {
    auto upper = [](std::string_view name) { return str("<", name, ">"); };
    CHECK(substitute("{a} and {b.c}", upper) == "<a> and <b.c>");
    CHECK(substitute("{{a}}", upper) == "{a}");
    CHECK(substitute("}", upper) == "}");
    CHECK_THROWS_AS(substitute("{a", upper), Error);
}

TEST_CASE("printable: makes one harmless line of anything") {
    CHECK(printable("a\nb\x1b[0m") == "a\\x0ab\\x1b[0m");
    CHECK(printable(std::string(300, 'a')).size() == 203);
}

TEST_CASE("parse_bytes: numbers with decimal and binary units") {
    for (auto [text, bytes] : {std::pair{"0", 0ULL},
                               {"1500", 1500ULL},
                               {"12B", 12ULL},
                               {"500kB", 500'000ULL},
                               {"500 KB", 500'000ULL},
                               {"2MB", 2'000'000ULL},
                               {"1.5mb", 1'500'000ULL},
                               {"3GB", 3'000'000'000ULL},
                               {"1KiB", 1024ULL},
                               {"2.5MiB", 2'621'440ULL},
                               {"1GiB", 1'073'741'824ULL},
                               {"0.1B", 0ULL}}) {
        const std::string given = text; // clang 14 takes no structured bindings into lambdas
        CAPTURE(given);
        CHECK(parse_bytes(given) == bytes);
    }
}

TEST_CASE("parse_bytes: nothing else") {
    for (const char* text : {"", "MB", "-1MB", "2M", "2 M B", "2TB", "1e3", "0x10", "2,5MB", "inf",
                             "1..5MB", "9999999999GB"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_bytes(text).has_value());
    }
}
