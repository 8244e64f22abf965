// Which hour, day, week and month of a zone an instant lies in.

#include "verb/prune/calendar.hpp"

namespace img {

using namespace std::chrono;

CalendarPlace Calendar::at(Instant instant) {
    const Duration east = east_of_utc(instant);
    const Instant local = instant + east;
    const sys_days day = floor<days>(local);
    const year_month_day date{day};
    // 1970 began on a Thursday, three days after a Monday.
    constexpr days since_monday{3};
    return {(floor<hours>(local) - east).time_since_epoch().count(), day.time_since_epoch().count(),
            floor<weeks>(day + since_monday).time_since_epoch().count(),
            int{date.year()} * 12 + static_cast<int>(unsigned{date.month()})};
}

Duration Calendar::east_of_utc(Instant instant) {
    auto asked = [&](Instant at) { return seconds{zone_.local(at).tm_gmtoff}; };
    const sys_time<hours> hour = floor<hours>(instant);
    if (hour.time_since_epoch().count() != hour_) {
        hour_ = hour.time_since_epoch().count();
        east_ = asked(hour);
        is_even_ = east_ == asked(hour + hours{1} - seconds{1});
    }
    return is_even_ ? east_ : asked(instant);
}

} // namespace img
