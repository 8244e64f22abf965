// When frames are taken: the grid of the wall clock, and patience with cameras that fail.

#include "verb/snap.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <algorithm>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr Duration default_interval = 30s;
/// A wait that ends so long before its instant ended because the clock was set back.
constexpr Duration set_back = 2s;

class Series {
public:
    Series(Camera& camera, const SnapSeries& series, const Zone& zone, Clock& clock)
        : camera_(camera), series_(series), zone_(zone), clock_(clock),
          every_(series.every.value_or(default_interval)) {
        if (series.length)
            end_ = clock.now() + *series.length;
    }

    void run(const std::function<void(const Shot&)>& deliver) {
        while (!finished()) {
            Instant tick = wait_for_tick();
            if (finished() || (end_ && tick >= *end_))
                break;
            if (clock_.now() + set_back < tick)
                continue;
            Answer answer = ask(tick);
            if (answer == Answer::ended)
                break;
            if (answer == Answer::failed)
                continue;
            ++taken_;
            deliver(*shot_);
        }
        if (taken_ == 0 && last_error_)
            throw Error(*last_error_);
    }

private:
    enum class Answer { shot, failed, ended };

    bool finished() const {
        return stop_requested() || (series_.count && taken_ >= *series_.count);
    }

    Instant wait_for_tick() {
        Instant now = clock_.now();
        if (camera_.is_recording())
            return now;
        // A clock that was set back must not silence the camera until it has caught up.
        if (previous_ && now + every_ < *previous_) {
            previous_.reset();
            retry_at_.reset();
        }
        std::chrono::minutes offset{zone_.local(now).tm_gmtoff / 60};
        Instant tick = next_tick(now, previous_, every_, offset);
        // A camera that failed is asked again when its delay is over, on the grid or off it.
        if (retry_at_)
            tick =
                *retry_at_ < tick ? *retry_at_ : next_tick(*retry_at_, previous_, every_, offset);
        camera_.idle(end_ ? std::min(tick, *end_) : tick, clock_);
        return tick;
    }

    Answer ask(Instant tick) {
        previous_ = tick;
        retry_at_.reset();
        try {
            shot_ = camera_.take(tick);
            failures_ = 0;
            return shot_ ? Answer::shot : Answer::ended;
        } catch (const Error& error) {
            bool refused = error.status() != Exit::unavailable && taken_ == 0;
            if (refused || camera_.is_recording())
                throw;
            last_error_ = error;
            if (finished())
                return Answer::failed;
            Duration delay = retry_delay(++failures_);
            retry_at_ = clock_.now() + delay;
            log_error(str(error.what(), "; next try in ", format_duration(delay)));
            return Answer::failed;
        }
    }

    Camera& camera_;
    const SnapSeries& series_;
    const Zone& zone_;
    Clock& clock_;
    Duration every_;
    std::optional<Instant> end_, previous_, retry_at_;
    std::optional<Shot> shot_;
    std::optional<Error> last_error_;
    int taken_ = 0, failures_ = 0;
};

} // namespace

Instant next_tick(Instant now, std::optional<Instant> previous, Duration every,
                  std::chrono::minutes offset) {
    Instant earliest = previous ? std::max(now, *previous + 1ms) : now;
    Duration since_midnight_1970 = (earliest + offset).time_since_epoch();
    Duration::rep ticks = (since_midnight_1970 + every - 1ms) / every;
    return Instant{every * ticks} - offset;
}

Duration retry_delay(int failures) {
    if (failures >= 5)
        return 5min;
    return std::min<Duration>(1s * (1 << (std::max(failures, 1) - 1)), 60s);
}

void take_series(Camera& camera, const SnapSeries& series, const Zone& zone, Clock& clock,
                 const std::function<void(const Shot&)>& deliver) {
    if (series.is_single() && !camera.is_series()) {
        if (std::optional<Shot> shot = camera.take(clock.now()))
            deliver(*shot);
        return;
    }
    Series{camera, series, zone, clock}.run(deliver);
}

} // namespace img
