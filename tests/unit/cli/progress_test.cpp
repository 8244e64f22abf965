#include "cli/progress.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

TEST_CASE("progress_text: how much is done, and what is left at the same pace") {
    CHECK(progress_text("imggif: frame", 30, 120, 10s) == "imggif: frame 30/120 (25 %), 30s left");
    CHECK(progress_text("x", 1, 2, 100s) == "x 1/2 (50 %), 1m 40s left");
    CHECK(progress_text("x", 1, 4, 1000s) == "x 1/4 (25 %), 50m 0s left");
    CHECK(progress_text("x", 1, 4, 1h) == "x 1/4 (25 %), 3h 0m left");
    CHECK(progress_text("x", 1, 2, 7547s) == "x 1/2 (50 %), 2h 5m left");
}

TEST_CASE("progress_text: an estimate is never nothing") {
    CHECK(progress_text("x", 999, 1000, 5s) == "x 999/1000 (99 %), 1s left");
}

TEST_CASE("progress_text: no estimate at the beginning, and none at the end") {
    CHECK(progress_text("x", 0, 100, 60s) == "x 0/100 (0 %)");
    CHECK(progress_text("x", 4, 100, 60s) == "x 4/100 (4 %)");
    CHECK(progress_text("x", 5, 100, 60s) == "x 5/100 (5 %), 19m 0s left");
    CHECK(progress_text("x", 50, 100, 1900ms) == "x 50/100 (50 %)");
    CHECK(progress_text("x", 100, 100, 60s) == "x 100/100 (100 %)");
    CHECK(progress_text("x", 0, 0, 60s) == "x 0/0 (100 %)");
}
