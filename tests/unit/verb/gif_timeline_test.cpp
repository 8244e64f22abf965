#include "verb/gif/timeline.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant noon{std::chrono::milliseconds{1795269600000}};

} // namespace

TEST_CASE("GifTimeline: a fixed delay is rounded once, and never to nothing") {
    for (auto [delay, expected] : {std::pair{1000ms, 100},
                                   {500ms, 50},
                                   {20ms, 2},
                                   {34ms, 3},
                                   {35ms, 4},
                                   {10ms, 1},
                                   {4ms, 1},
                                   {60000ms, 6000}}) {
        GifTimeline timeline{delay, std::nullopt};
        for (int i = 0; i < 5; ++i)
            CHECK(timeline.next(std::nullopt) == i * expected);
        CHECK(timeline.end() == 5 * expected);
    }
}

TEST_CASE("GifTimeline: nothing lasts no time, one picture the fixed delay") {
    GifTimeline timeline{700ms, 10.0};
    CHECK(timeline.end() == 0);
    CHECK(timeline.next(noon) == 0);
    CHECK(timeline.end() == 70);
}

TEST_CASE("GifTimeline: with a speed pictures appear as they were taken, that much faster") {
    GifTimeline timeline{1000ms, 10.0};
    CHECK(timeline.next(noon) == 0);
    CHECK(timeline.next(noon + 2s) == 20);
    CHECK(timeline.next(noon + 5s) == 50);
    CHECK(timeline.next(noon + 9s) == 90);
    CHECK(timeline.end() == 130);
}

TEST_CASE("GifTimeline: rounding errors do not add up") {
    GifTimeline timeline{1000ms, 3.0};
    for (int i = 0; i <= 3000; ++i)
        CHECK(timeline.next(noon + i * 1s) == (i * 100 + 1) / 3);
    CHECK(timeline.end() == 100033);
}

TEST_CASE("GifTimeline: gaps are shown for 5 s at most, bursts for 20 ms each at least") {
    GifTimeline timeline{1000ms, 1.0};
    CHECK(timeline.next(noon) == 0);
    CHECK(timeline.next(noon + 24h) == 500);
    CHECK(timeline.next(noon + 24h + 1ms) == 502);
    CHECK(timeline.end() == 504);
}

TEST_CASE("GifTimeline: a clock that was set back does not turn the GIF's time back") {
    GifTimeline timeline{1000ms, 10.0};
    CHECK(timeline.next(noon) == 0);
    CHECK(timeline.next(noon - 1h) == 2);
    CHECK(timeline.next(noon - 1h + 1s) == 12);
}

TEST_CASE("GifTimeline: one picture is held, those after it are not") {
    GifTimeline timeline{500ms, std::nullopt};
    CHECK(timeline.next(std::nullopt) == 0);
    timeline.hold(3s);
    CHECK(timeline.end() == 300);
    CHECK(timeline.next(std::nullopt) == 300);
    CHECK(timeline.next(std::nullopt) == 350);
    CHECK(timeline.end() == 400);
}

TEST_CASE("GifTimeline: a held picture does not change the pace of the camera") {
    GifTimeline timeline{1000ms, 10.0};
    CHECK(timeline.next(noon) == 0);
    timeline.hold(7s);
    CHECK(timeline.next(noon + 2s) == 700);
    CHECK(timeline.end() == 720);
    timeline.hold(10s);
    CHECK(timeline.end() == 1700);
}

TEST_CASE("GifTimeline: backwards, the times between frames are the same") {
    GifTimeline timeline{1000ms, 10.0};
    using Step = GifTimeline::Step;
    CHECK(timeline.next(noon + 5s, Step::back) == 0);
    CHECK(timeline.next(noon + 2s, Step::back) == 30);
    CHECK(timeline.next(noon, Step::back) == 50);
    CHECK(timeline.next(noon + 2s, Step::forward) == 70);
    // A frame whose clock was wrong does not stop it.
    CHECK(timeline.next(noon + 9s, Step::back) == 72);
}
