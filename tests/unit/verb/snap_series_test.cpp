#include "verb/snap.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>
#include <vector>

using namespace img;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::minutes utc{0};

Instant at(const char* text) {
    std::optional<Instant> time = parse_iso_time(text);
    REQUIRE(time);
    return *time;
}

/// A clock that moves only when somebody waits or works.
struct FakeClock : Clock {
    Instant time = at("2026-11-21T12:00:00.000Z");
    Instant now() override { return time; }
    void sleep_until(Instant when) override {
        time = std::max(time, when);
        if (--sleeps_until_set_back == 0)
            time -= 1h;
    }
    int sleeps_until_set_back = 0;
};

/// What a fake camera does when it is asked.
enum class Act { shot, fails, refuses, ends };

struct FakeCamera : Camera {
    FakeCamera(FakeClock& own_clock, std::vector<Act> own_acts)
        : clock(own_clock), acts(std::move(own_acts)) {}

    std::optional<Shot> take(Instant tick) override {
        ticks.push_back(tick);
        asked.push_back(clock.time);
        Act act = acts[std::min(asked.size() - 1, acts.size() - 1)];
        clock.time += work;
        if (act == Act::fails)
            throw Error("camera: no answer", Exit::unavailable);
        if (act == Act::refuses)
            throw Error("camera: wrong password");
        if (act == Act::ends)
            return std::nullopt;
        Shot shot;
        shot.metadata.time = asked.back();
        return shot;
    }
    bool is_recording() const override { return recording; }

    FakeClock& clock;
    std::vector<Act> acts; ///< the last one goes on
    Duration work{0};      ///< how long an answer takes
    bool recording = false;
    std::vector<Instant> ticks, asked;
};

/// The seconds since noon at which frames were taken. What is said on the way is not for the
/// test's output.
std::vector<double> taken_at(FakeCamera& camera, const SnapSeries& series) {
    std::vector<double> seconds;
    take_series(camera, series, Zone{"UTC"}, camera.clock, [&](const Shot& shot) {
        seconds.push_back(
            std::chrono::duration<double>(*shot.metadata.time - at("2026-11-21T12:00:00.000Z"))
                .count());
    });
    return seconds;
}

SnapSeries every(Duration interval) {
    SnapSeries series;
    series.every = interval;
    return series;
}

Exit status_of(FakeCamera& camera, const SnapSeries& series) {
    try {
        taken_at(camera, series);
    } catch (const Error& error) {
        return error.status();
    }
    return Exit::ok;
}

} // namespace

TEST_CASE("next_tick: a point of the grid is a tick itself") {
    CHECK(next_tick(at("2026-11-21T12:00:30.000Z"), {}, 30s, utc) ==
          at("2026-11-21T12:00:30.000Z"));
    CHECK(next_tick(at("2026-11-21T12:00:30.001Z"), {}, 30s, utc) ==
          at("2026-11-21T12:01:00.000Z"));
}

TEST_CASE("next_tick: no tick is given twice") {
    Instant tick = at("2026-11-21T12:00:30.000Z");
    CHECK(next_tick(tick, tick, 30s, utc) == tick + 30s);
    CHECK(next_tick(tick - 5ms, tick, 30s, utc) == tick + 30s); // a clock that was set back
}

TEST_CASE("next_tick: what was missed is skipped") {
    Instant tick = at("2026-11-21T12:00:30.000Z");
    CHECK(next_tick(tick + 95s, tick, 30s, utc) == tick + 120s);
}

TEST_CASE("next_tick: hours are those of the zone's clock, with 45 minutes too") {
    CHECK(next_tick(at("2026-11-21T12:00:00.000Z"), {}, 1h, 5h + 45min) ==
          at("2026-11-21T12:15:00.000Z"));
    CHECK(next_tick(at("2026-11-21T12:00:00.000Z"), {}, 24h, 5h + 45min) ==
          at("2026-11-21T18:15:00.000Z"));
    CHECK(next_tick(at("2026-11-21T12:00:00.000Z"), {}, 24h, -8h) ==
          at("2026-11-22T08:00:00.000Z"));
}

TEST_CASE("next_tick: an interval that does not divide a day keeps its length over midnight") {
    Instant tick = next_tick(at("2026-11-21T23:59:50.000Z"), {}, 7s, utc);
    for (int i = 0; i < 5; ++i) {
        Instant next = next_tick(tick, tick, 7s, utc);
        CHECK(next - tick == 7s);
        tick = next;
    }
}

TEST_CASE("retry_delay: a second, doubling, then five minutes") {
    std::vector<Duration> delays;
    for (int failures = 1; failures <= 6; ++failures)
        delays.push_back(retry_delay(failures));
    CHECK(delays == std::vector<Duration>{1s, 2s, 4s, 8s, 300s, 300s});
    CHECK(retry_delay(1'000'000) == 300s);
}

TEST_CASE("take_series: frames stand on the grid, however long one takes") {
    FakeClock clock;
    clock.time += 300ms;
    FakeCamera camera{clock, {Act::shot}};
    camera.work = 400ms;
    SnapSeries series = every(1s);
    series.count = 4;
    CHECK(taken_at(camera, series) == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("take_series: a frame that takes longer than the interval costs ticks, not order") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot}};
    camera.work = 2500ms;
    SnapSeries series = every(1s);
    series.count = 3;
    CHECK(taken_at(camera, series) == std::vector<double>{0, 3, 6});
}

TEST_CASE("take_series: a length ends before the tick that is behind it") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot}};
    SnapSeries series = every(10s);
    series.length = 30s;
    CHECK(taken_at(camera, series) == std::vector<double>{0, 10, 20});
    CHECK(clock.time == at("2026-11-21T12:00:30.000Z"));
}

TEST_CASE("take_series: without an interval it is half a minute") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot}};
    SnapSeries series;
    series.count = 3;
    CHECK(taken_at(camera, series) == std::vector<double>{0, 30, 60});
}

TEST_CASE("take_series: a single frame is one attempt, at once") {
    FakeClock clock;
    clock.time += 123ms;
    FakeCamera camera{clock, {Act::shot}};
    CHECK(taken_at(camera, {}) == std::vector<double>{0.123});
    FakeCamera failing{clock, {Act::fails, Act::shot}};
    CHECK(status_of(failing, {}) == Exit::unavailable);
    CHECK(failing.asked.size() == 1);
}

TEST_CASE("take_series: failures are followed by growing delays, off the grid, and a success ends "
          "them") {
    FakeClock clock;
    FakeCamera camera{
        clock, {Act::shot, Act::fails, Act::fails, Act::fails, Act::shot, Act::fails, Act::shot}};
    SnapSeries series = every(60s);
    series.count = 3;
    // 60 fails, 61 fails, 63 fails, 67 is the next frame; then the grid again: 120 fails, 121.
    CHECK(taken_at(camera, series) == std::vector<double>{0, 67, 121});
}

TEST_CASE("take_series: where ticks come faster than attempts, attempts stand on ticks") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::fails, Act::fails, Act::shot}};
    clock.time += 100ms;
    SnapSeries series = every(1s);
    series.count = 2;
    // 1 fails; at 2 a second is over; that fails too; at 4 two seconds are over.
    CHECK(taken_at(camera, series) == std::vector<double>{4, 5});
}

TEST_CASE("take_series: a camera that refuses from the start is not asked again") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::refuses}};
    CHECK(status_of(camera, every(1s)) == Exit::failed);
    CHECK(camera.asked.size() == 1);
}

TEST_CASE("take_series: a camera that refuses after it has given frames is asked again") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot, Act::refuses, Act::shot}};
    SnapSeries series = every(10s);
    series.count = 2;
    CHECK(taken_at(camera, series) == std::vector<double>{0, 11});
}

TEST_CASE("take_series: without one frame it ends with the last error") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::fails}};
    SnapSeries series = every(10s);
    series.length = 15s;
    CHECK(status_of(camera, series) == Exit::unavailable);
    // 0, 1, 3, 7 and 15 would be the attempts; the last is behind the end.
    CHECK(camera.asked.size() == 4);
}

TEST_CASE("take_series: with a frame, failures at the end are no failure") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot, Act::fails}};
    SnapSeries series = every(10s);
    series.length = 25s;
    CHECK(status_of(camera, series) == Exit::ok);
}

TEST_CASE("take_series: a recording is not waited for, and ends") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot, Act::shot, Act::shot, Act::ends}};
    camera.recording = true;
    CHECK(taken_at(camera, every(1h)).size() == 3);
    CHECK(clock.time == at("2026-11-21T12:00:00.000Z"));
}

TEST_CASE("take_series: a recording that breaks is not tried again") {
    FakeClock clock;
    FakeCamera camera{clock, {Act::shot, Act::fails}};
    camera.recording = true;
    CHECK(status_of(camera, every(1s)) == Exit::unavailable);
    CHECK(camera.asked.size() == 2);
}

TEST_CASE("take_series: a clock that is set back does not silence the camera") {
    for (int sleeps : {1, 3}) {
        FakeClock clock;
        clock.sleeps_until_set_back = sleeps;
        FakeCamera camera{clock, {Act::shot}};
        SnapSeries series = every(10s);
        series.count = 4;
        std::vector<double> expected{-3600, -3590, -3580, -3570};
        if (sleeps == 3)
            expected = {0, 10, -3580, -3570};
        CHECK(taken_at(camera, series) == expected);
    }
}
