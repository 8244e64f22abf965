// Which hour, day, week and month of a zone an instant lies in.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <limits>

namespace img {

/// Numbers that are equal where the hour, day, week or month is the same. An hour that is repeated
/// when summer time ends counts as two.
struct CalendarPlace {
    std::int64_t hour = 0, day = 0, week = 0, month = 0;
};

/// Answers many questions about instants that lie near each other: the zone is asked twice an hour.
class Calendar {
public:
    explicit Calendar(const Zone& zone) : zone_(zone) {}
    CalendarPlace at(Instant instant);

private:
    Duration east_of_utc(Instant instant);

    const Zone& zone_;
    // The hour of UTC that was asked about last, and what holds in all of it.
    std::int64_t hour_ = std::numeric_limits<std::int64_t>::min();
    bool is_even_ = false; ///< whether clocks are not changed in it
    Duration east_{};
};

} // namespace img
