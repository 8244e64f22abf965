// Directories that are named by a time: what 2026/11/21 stands for.

#include "frame/time_directory.hpp"

#include <algorithm>
#include <string>

namespace img {

namespace {

using namespace std::chrono;
using Unit = DirectoryTime::Unit;

/// The number that `text` is; -1 unless it is digits alone.
int number_of(std::string_view text) {
    int number = 0;
    for (char c : text) {
        if (c < '0' || c > '9')
            return -1;
        number = number * 10 + (c - '0');
    }
    return number;
}

DirectoryTime month_of(year_month month) {
    return {Unit::month, local_days{month / 1}, local_days{(month + months{1}) / 1}};
}

DirectoryTime day_of(local_days day) {
    return {Unit::day, day, day + days{1}};
}

/// 2026, 202611 or 20261121.
std::optional<DirectoryTime> dated(std::string_view digits) {
    const int number = number_of(digits.substr(0, 4));
    const year year{number};
    if (number < 1970 || number > 2199)
        return std::nullopt;
    if (digits.size() == 4)
        return DirectoryTime{Unit::year, local_days{year / 1 / 1},
                             local_days{(year + years{1}) / 1 / 1}};
    const int month = number_of(digits.substr(4, 2));
    if (month < 1 || month > 12)
        return std::nullopt;
    if (digits.size() == 6)
        return month_of(year / month);
    const int day = number_of(digits.substr(6, 2));
    const year_month_day date = year / month / day;
    return day >= 1 && date.ok() ? std::optional{day_of(local_days{date})} : std::nullopt;
}

/// What the date is in digits alone: nullopt where it is none of the forms.
std::optional<std::string> date_digits(std::string_view name) {
    std::string digits;
    if (name.size() == 7 && name[4] == '-')
        digits.append(name.substr(0, 4)).append(name.substr(5));
    else if (name.size() == 10 && name[4] == '-' && name[7] == '-')
        digits.append(name.substr(0, 4)).append(name.substr(5, 2)).append(name.substr(8));
    else if (name.size() == 4 || name.size() == 6 || name.size() == 8)
        digits = name;
    else
        return std::nullopt;
    return digits;
}

DirectoryTime part_of(const DirectoryTime& above, Unit unit, minutes from, minutes length) {
    return {unit, above.begin + from, above.begin + from + length};
}

/// A part of `above`: the month of a year, the minute of an hour.
std::optional<DirectoryTime> part(std::string_view name, const DirectoryTime& above) {
    const int number = number_of(name);
    if (number < 0 || (name.size() != 2 && !(name.size() == 3 && above.unit == Unit::year)))
        return std::nullopt;
    std::optional<DirectoryTime> found;
    const local_days first = floor<days>(above.begin);
    switch (above.unit) {
    case Unit::year:
        if (name.size() == 3 && number >= 1)
            found = day_of(first + days{number - 1});
        else if (name.size() == 2 && number >= 1 && number <= 12)
            found = month_of(year_month_day{first}.year() / number);
        break;
    case Unit::month:
        if (number >= 1)
            found = day_of(first + days{number - 1});
        break;
    case Unit::day:
        found = part_of(above, Unit::hour, hours{number}, hours{1});
        break;
    case Unit::hour:
        found = part_of(above, Unit::minute, minutes{number}, minutes{1});
        break;
    case Unit::minute:
        break;
    }
    return found && found->end <= above.end ? found : std::nullopt;
}

/// 20261121T13, 2026-11-21_13, 2026112113.
std::optional<DirectoryTime> dated_hour(std::string_view name) {
    if (name.size() < 10)
        return std::nullopt;
    const std::string_view hour = name.substr(name.size() - 2);
    name.remove_suffix(2);
    if (name.ends_with('T') || name.ends_with('_') || name.ends_with('-'))
        name.remove_suffix(1);
    const std::optional<std::string> digits = date_digits(name);
    const std::optional<DirectoryTime> day = digits ? dated(*digits) : std::nullopt;
    return day && day->unit == Unit::day ? part(hour, *day) : std::nullopt;
}

} // namespace

std::optional<DirectoryTime> directory_time(std::string_view name,
                                            const std::optional<DirectoryTime>& above) {
    if (above)
        if (std::optional<DirectoryTime> found = part(name, *above))
            return found;
    const std::optional<std::string> digits = date_digits(name);
    return digits ? dated(*digits) : dated_hour(name);
}

bool holds(const DirectoryTime& directory, Instant time, LocalTimes& zone) {
    const LocalTimes::Clocks utc{time.time_since_epoch()};
    return (directory.begin <= utc && utc < directory.end) ||
           (zone.at(directory.begin) <= time && time < zone.at(directory.end));
}

} // namespace img
