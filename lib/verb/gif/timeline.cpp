// When each picture of a GIF appears.

#include "verb/gif/timeline.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

/// Viewers take shorter delays for a mistake and wait a tenth of a second.
constexpr double shortest = 2, longest = 500;

double hundredths(Duration duration) {
    return std::max(static_cast<double>((duration.count() + 5) / 10), 1.0);
}

} // namespace

GifTimeline::GifTimeline(Duration delay, std::optional<double> speed)
    : speed_(speed), delay_(hundredths(delay)) {}

std::int64_t GifTimeline::next(std::optional<Instant> time, Step step) {
    if (speed_ && time && !first_) {
        auto between = static_cast<double>((*time - before_).count());
        if (step == Step::back)
            between = -between;
        delay_ = std::clamp(between / *speed_ / 10, shortest, longest);
    }
    start_ += first_ ? 0 : shown();
    held_.reset();
    first_ = false;
    before_ = time.value_or(before_);
    return std::llround(start_);
}

void GifTimeline::hold(Duration duration) {
    held_ = hundredths(duration);
}

std::int64_t GifTimeline::end() const {
    return first_ ? 0 : std::llround(start_ + shown());
}

} // namespace img
