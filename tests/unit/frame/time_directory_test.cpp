#include "frame/time_directory.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

std::string shown(LocalTimes::Clocks clocks) {
    return iso_time(Instant{clocks.time_since_epoch()}).substr(0, 16);
}

/// What the last directory of a path stands for: "from to"; "none" when it is not in a chain.
std::string meant(std::string_view path) {
    std::optional<DirectoryTime> time;
    for (std::string_view name : split(path, '/'))
        time = directory_time(name, time);
    return time ? shown(time->begin) + " " + shown(time->end) : "none";
}

} // namespace

TEST_CASE("directory_time: a year begins a chain, alone or with what follows it") {
    CHECK(meant("2026") == "2026-01-01T00:00 2027-01-01T00:00");
    CHECK(meant("2026-02") == "2026-02-01T00:00 2026-03-01T00:00");
    CHECK(meant("202612") == "2026-12-01T00:00 2027-01-01T00:00");
    CHECK(meant("2024-02-29") == "2024-02-29T00:00 2024-03-01T00:00");
    CHECK(meant("20261231") == "2026-12-31T00:00 2027-01-01T00:00");
    CHECK(meant("1970") == "1970-01-01T00:00 1971-01-01T00:00");
    for (const char* name : {"",       "1969",       "2200",     "1024",     "8080",    "26",
                             "11",     "011",        "20260",    "202600",   "202613",  "2026-13",
                             "2026-2", "2026-02-30", "20260230", "20260100", "2026_02", "2026-02-",
                             "202a",   "+202",       "02026",    "2026 ",    "-202-01"})
        CHECK_MESSAGE(meant(name) == "none", name);
}

TEST_CASE("directory_time: a day may have its hour with it") {
    for (const char* name :
         {"2026112113", "20261121T13", "20261121_13", "20261121-13", "2026-11-21T13",
          "2026-11-21_13", "2026-11-21-13", "2026/11/20261121_13"})
        CHECK_MESSAGE(meant(name) == "2026-11-21T13:00 2026-11-21T14:00", name);
    CHECK(meant("2026112123/59") == "2026-11-21T23:59 2026-11-22T00:00");
    for (const char* name :
         {"2026112124", "2026113113", "2026-11-21_24", "2026-11-31_13", "2026-11_13", "20261121_1",
          "20261121_123", "20261121__13", "1795269600", "2026-11-2a", "20261121 13", "_13", "T13"})
        CHECK_MESSAGE(meant(name) == "none", name);
}

TEST_CASE("directory_time: finer units continue it") {
    CHECK(meant("2026/11") == "2026-11-01T00:00 2026-12-01T00:00");
    CHECK(meant("2026/11/21") == "2026-11-21T00:00 2026-11-22T00:00");
    CHECK(meant("2026/11/21/13") == "2026-11-21T13:00 2026-11-21T14:00");
    CHECK(meant("2026/11/21/13/59") == "2026-11-21T13:59 2026-11-21T14:00");
    CHECK(meant("2026-11/30") == "2026-11-30T00:00 2026-12-01T00:00");
    CHECK(meant("20261121/23") == "2026-11-21T23:00 2026-11-22T00:00");
    CHECK(meant("2026/001") == "2026-01-01T00:00 2026-01-02T00:00");
    CHECK(meant("2024/366") == "2024-12-31T00:00 2025-01-01T00:00");
    CHECK(meant("2026/325/13") == "2026-11-21T13:00 2026-11-21T14:00");
    CHECK(meant("2026/2026-11/2026-11-21") == "2026-11-21T00:00 2026-11-22T00:00");
    CHECK(meant("11/2026/11/21") == "2026-11-21T00:00 2026-11-22T00:00");
    CHECK(meant("north/2026/11") == "2026-11-01T00:00 2026-12-01T00:00");
    CHECK(meant("2001/2026/11") == "2026-11-01T00:00 2026-12-01T00:00");
    for (const char* path :
         {"11", "11/21", "2026/north", "2026/north/11", "2026/13", "2026/00", "2026/1", "2026/000",
          "2026/366", "2026/11/31", "2026/11/00", "2026/11/021", "2026/11/21/24",
          "2026/11/21/13/60", "2026/11/21/13/59/59", "2026/325/325"})
        CHECK_MESSAGE(meant(path) == "none", path);
}

TEST_CASE("holds: a time lies in a directory by UTC's clock or by the zone's") {
    LocalTimes athens{Zone{"Europe/Athens"}};
    const DirectoryTime day = directory_time("20261121", std::nullopt).value();
    auto is_held = [&](const char* time) {
        return holds(day, parse_iso_time(time).value(), athens);
    };
    CHECK_FALSE(is_held("2026-11-20T21:59:59.999Z"));
    CHECK(is_held("2026-11-20T22:00:00Z"));
    CHECK(is_held("2026-11-21T00:00:00Z"));
    CHECK(is_held("2026-11-21T23:59:59.999Z"));
    CHECK_FALSE(is_held("2026-11-22T00:00:00Z"));
}
