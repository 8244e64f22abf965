// A stop that is requested when a time is over.

#include "verb/sync/deadline.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace img {

StopAfter::StopAfter(const std::optional<Duration>& length) {
    if (!length)
        return;
    Duration wait = std::max(*length, Duration{1});
    end_ = monotonic_now() + wait;
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGTERM;
    timer_t timer{};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) != 0)
        throw_errno("timer", errno);
    timer_ = timer;
    itimerspec at{};
    at.it_value.tv_sec = wait.count() / 1000;
    at.it_value.tv_nsec = wait.count() % 1000 * 1'000'000;
    if (::timer_settime(timer, 0, &at, nullptr) != 0)
        throw_errno("timer", errno);
}

StopAfter::~StopAfter() {
    if (timer_)
        ::timer_delete(*timer_);
}

bool StopAfter::is_over() const {
    return timer_ && monotonic_now() >= end_;
}

} // namespace img
