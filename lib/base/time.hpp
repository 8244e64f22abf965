// Instants, their spellings, time zones, and the clock.
#pragma once

#include "base/text.hpp"

#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace img {

/// A point in UTC time, exact to the millisecond.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

/// An IANA time zone (Europe/Athens), a fixed offset, or the system's own zone. Not for use by
/// several threads: the C library keeps one zone a process, and each call makes this one current.
class Zone {
public:
    /// The system's zone: $TZ, else /etc/localtime.
    Zone() = default;
    /// Throws Error{usage} when the zone database has no such name.
    explicit Zone(const std::string& name);
    /// A fixed offset from UTC, positive east, less than a day; its %Z is "+02", "-0330" or "UTC".
    explicit Zone(std::chrono::minutes east);
    /// Broken-down local time; tm_gmtoff is seconds east of UTC.
    std::tm local(Instant instant) const;

private:
    std::string rule_; ///< what $TZ is set to; empty for the system's own
};

/// Whether clocks in `zone` show this time twice: in the hour that is repeated when summer time
/// ends.
bool is_repeated(Instant time, const Zone& zone);

/// What clocks in a zone show, as instants, for many of them: each day is asked for once. Zones'
/// rules may change meanwhile, so one is for work that comes to an end.
class LocalTimes {
public:
    using Clocks = std::chrono::local_time<std::chrono::milliseconds>;

    explicit LocalTimes(const Zone& zone) : zone_(zone) {}
    /// The instant at which clocks show this; of a repeated hour, the first. A time in a skipped
    /// hour is read as if the clocks had not been changed yet.
    Instant at(Clocks clocks);

private:
    /// Offsets within a day of a day: one before a change, one from it on.
    struct Day {
        std::chrono::seconds before, after;
        std::chrono::sys_seconds change;
    };
    Day ask(std::chrono::local_days day) const;

    Zone zone_;
    std::unordered_map<std::chrono::days::rep, Day> days_; ///< since 1970
    std::chrono::local_days last_day_{};
    std::optional<Day> last_{}; ///< of last_day_
};

/// strftime's fields, and %L for milliseconds (three digits), in `zone`. Throws Error{usage} for a
/// format whose fields are wider than 64 KiB.
std::string format_time(std::string_view format, Instant instant, const Zone& zone);

/// "20261121T134338.123Z": how a frame's file is named.
std::string name_time(Instant instant);
/// A time in a file's name, and where in the name it begins.
struct NamedTime {
    Instant time;
    std::size_t at = 0;
};
/// The time in a file's name, with anything before and after it: YYYYMMDDTHHMMSS[.mmm]Z,
/// YYYYMMDD_HHMMSS (in `zone`), or either as YYYY-MM-DD_HH-MM-SS. Where there is no date, a Unix
/// time of this century: 10 digits of seconds, or 13 of milliseconds. nullopt when there is none.
std::optional<NamedTime> find_time(std::string_view name, LocalTimes& zone);
std::optional<Instant> time_in_name(std::string_view name, const Zone& zone);

/// "2026-11-21T13:43:38.123Z".
std::string iso_time(Instant instant);
/// nullopt unless it is spelled as iso_time does (fraction optional).
std::optional<Instant> parse_iso_time(std::string_view text);

/// A moment as people give it: a duration before `now` ("5m"), or a date and time, "2026-11-21" or
/// "2026-11-21T13:43", with seconds and their fraction where wanted, a blank or T between; with Z
/// or an offset ("+02:00") at its end, else in `zone`. nullopt when it is none of these.
std::optional<Instant> parse_moment(std::string_view text, Instant now, const Zone& zone);

/// An EXIF date ("2026:11:21 13:43:38"), its sub-seconds ("123") and its offset ("+02:00"). Without
/// an offset the date is read as local time in `zone`. nullopt for blank or impossible dates.
std::optional<Instant> parse_exif_time(std::string_view date, std::string_view subseconds,
                                       std::string_view offset, const Zone& zone);

/// "Sat, 21 Nov 2026 13:43:38 GMT" (RFC 9110, section 5.6.7), and back.
std::string http_time(Instant instant);
/// Also the two spellings that are obsolete: "Saturday, 21-Nov-26 13:43:38 GMT", whose year is at
/// most 50 years after `now`, and "Sat Nov 21 13:43:38 2026". Whether it was that day of the week
/// is not looked at.
std::optional<Instant> parse_http_time(std::string_view text, Instant now);
/// With the system's time for `now`.
std::optional<Instant> parse_http_time(std::string_view text);

/// Where a program takes its time from, and how it waits.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
    /// Waits until `when`; returns early when the program was asked to stop (base/stop.hpp), or
    /// when the clock was set back meanwhile and the time is over all the same.
    virtual void sleep_until(Instant when) = 0;
};

/// The system's clock. With SOURCE_DATE_EPOCH in the environment, a clock that starts there and
/// moves only by sleep_until, at once: the same run gives the same bytes.
Clock& system_clock();

/// Seconds since an arbitrary start, never set back; for deadlines.
std::chrono::steady_clock::time_point monotonic_now();

} // namespace img
