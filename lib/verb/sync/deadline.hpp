// A stop that is requested when a time is over.
#pragma once

#include "base/text.hpp"
#include "base/time.hpp"

#include <ctime>
#include <optional>

namespace img {

/// As if somebody sent SIGTERM after `length`, so that whatever waits then ends; absent: never.
/// Stop signals must be caught (base/stop.hpp).
class StopAfter {
public:
    explicit StopAfter(const std::optional<Duration>& length);
    StopAfter(const StopAfter&) = delete;
    StopAfter& operator=(const StopAfter&) = delete;
    ~StopAfter();
    bool is_over() const;

private:
    std::optional<timer_t> timer_;
    std::chrono::steady_clock::time_point end_{};
};

} // namespace img
