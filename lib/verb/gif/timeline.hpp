// When each picture of a GIF appears.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>

namespace img {

/// Counts in GIF's hundredths of a second. A fixed delay is rounded once, so that all are alike;
/// delays from the frames' own times are rounded as instants, so that errors do not add up.
class GifTimeline {
public:
    /// With a `speed`, delays are the times between frames divided by it, from 20 ms to 5 s.
    GifTimeline(Duration delay, std::optional<double> speed);

    enum class Step {
        forward, ///< to a frame that was taken later
        back     ///< to one that was taken before
    };
    /// When the next picture appears; its own `time` matters only with a speed.
    std::int64_t next(std::optional<Instant> time, Step step = Step::forward);
    /// The last picture so far is shown for this long, whatever its delay.
    void hold(Duration duration);
    /// When the last one is gone: it is shown for as long as the one before it, a single one for
    /// the fixed delay.
    std::int64_t end() const;

private:
    double shown() const { return held_.value_or(delay_); }

    std::optional<double> speed_;
    double delay_;               ///< of the last picture so far, in hundredths
    std::optional<double> held_; ///< instead of it
    double start_ = 0;
    bool first_ = true;
    Instant before_{};
};

} // namespace img
