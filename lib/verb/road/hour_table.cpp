// Hours of weather, put together from intervals and from each other.

#include "verb/road/hour_table.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace img {

namespace {

using namespace std::chrono;

constexpr days longest_table{40};

/// Takes digits off the front of `text`; nullopt when there are none, or more than nine.
std::optional<std::int64_t> take_digits(std::string_view& text) {
    std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    if (end == 0 || end > 9)
        return std::nullopt;
    std::optional<std::int64_t> number = parse_int(text.substr(0, end));
    text.remove_prefix(end);
    return number;
}

/// What one unit of a duration is worth; zero for none.
seconds worth_of(char unit, bool of_time) {
    switch (unit) {
    case 'W':
        return of_time ? seconds{0} : weeks{1};
    case 'D':
        return of_time ? seconds{0} : days{1};
    case 'H':
        return of_time ? hours{1} : seconds{0};
    case 'M': // months have no length of their own
        return of_time ? minutes{1} : seconds{0};
    case 'S':
        return seconds{of_time ? 1 : 0};
    default:
        return seconds{0};
    }
}

/// A field of `to` that is not known is taken from `from`.
void fill_from(WeatherHour& to, const WeatherHour& from) {
    auto fill = [&](auto... fields) {
        (void(to.*fields = to.*fields ? to.*fields : from.*fields), ...);
    };
    fill(&WeatherHour::temperature, &WeatherHour::dewpoint, &WeatherHour::road_temperature,
         &WeatherHour::snowfall, &WeatherHour::precipitation, &WeatherHour::ice,
         &WeatherHour::snow_depth, &WeatherHour::probability, &WeatherHour::sky_cover,
         &WeatherHour::wind, &WeatherHour::visibility, &WeatherHour::kinds, &WeatherHour::is_day);
}

} // namespace

std::optional<Duration> parse_iso_duration(std::string_view text) {
    if (!text.starts_with('P') || text.size() < 3 || text.back() == 'T')
        return std::nullopt;
    text.remove_prefix(1);
    bool of_time = false;
    seconds sum{0}, last = weeks{2};
    while (!text.empty()) {
        if (text.front() == 'T') {
            if (std::exchange(of_time, true))
                return std::nullopt;
            text.remove_prefix(1);
        }
        std::optional<std::int64_t> count = take_digits(text);
        if (!count || text.empty())
            return std::nullopt;
        seconds worth = worth_of(text.front(), of_time);
        text.remove_prefix(1);
        // Units stand in the order of their length.
        if (worth == seconds{0} || worth >= last)
            return std::nullopt;
        last = worth;
        sum += worth * *count;
    }
    return sum <= days{100} ? std::optional<Duration>{sum} : std::nullopt;
}

std::optional<Instant> parse_iso_instant(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':')
        return std::nullopt;
    std::string_view rest = text.substr(19);
    if (rest.front() == '.') {
        rest.remove_prefix(1);
        if (!take_digits(rest))
            return std::nullopt;
    }
    std::optional<Instant> local = parse_iso_time(str(text.substr(0, 19), "Z"));
    if (rest == "Z" || !local)
        return local;
    if (rest.size() != 6 || rest[3] != ':' || (rest[0] != '+' && rest[0] != '-'))
        return std::nullopt;
    std::string_view hour_digits = rest.substr(1, 2), minute_digits = rest.substr(4, 2);
    std::optional<std::int64_t> hour = take_digits(hour_digits),
                                minute = take_digits(minute_digits);
    if (!hour || !minute || !hour_digits.empty() || !minute_digits.empty() || *hour > 14 ||
        *minute > 59)
        return std::nullopt;
    minutes east{*hour * 60 + *minute};
    return rest[0] == '+' ? *local - east : *local + east;
}

std::optional<TimeSpan> parse_iso_span(std::string_view text) {
    std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    std::optional<Instant> start = parse_iso_instant(text.substr(0, slash));
    std::optional<Duration> length = parse_iso_duration(text.substr(slash + 1));
    if (!start || !length || *length == Duration{0})
        return std::nullopt;
    return TimeSpan{*start, *start + *length};
}

std::vector<Instant> HourTable::hours_held(const TimeSpan& span) {
    std::vector<Instant> held;
    for (Instant hour = hour_of(span.start); hour < span.end; hour += hours{1}) {
        Duration overlap = std::min(span.end, hour + hours{1}) - std::max(span.start, hour);
        if (overlap > minutes{30} || (overlap == minutes{30} && span.start <= hour))
            held.push_back(hour);
    }
    return held;
}

void HourTable::share(const TimeSpan& span, std::optional<double> WeatherHour::*field,
                      double amount) {
    auto length = static_cast<double>((span.end - span.start).count());
    for (Instant hour = hour_of(span.start); hour < span.end; hour += hours{1}) {
        Duration overlap = std::min(span.end, hour + hours{1}) - std::max(span.start, hour);
        std::optional<double>& sum = at(hour).*field;
        sum = sum.value_or(0) + amount * (static_cast<double>(overlap.count()) / length);
    }
}

WeatherHour& HourTable::at(Instant hour) {
    WeatherHour& row = hours_[hour];
    row.start = hour;
    return row;
}

std::vector<WeatherHour> HourTable::rows(std::string_view product) const {
    std::vector<WeatherHour> all;
    if (hours_.empty())
        return all;
    if (hours_.rbegin()->first - hours_.begin()->first > longest_table)
        throw Error(
            str(product, ": its times are more than ", longest_table.count(), " days apart"));
    for (const auto& [start, row] : hours_) {
        while (!all.empty() && all.back().start + hours{1} < start) {
            WeatherHour unknown;
            unknown.start = all.back().start + hours{1};
            all.push_back(unknown);
        }
        all.push_back(row);
    }
    return all;
}

std::vector<WeatherHour> merged(const std::vector<WeatherHour>& first,
                                const std::vector<WeatherHour>& second) {
    HourTable table;
    for (const WeatherHour& hour : first)
        table.at(hour.start) = hour;
    for (const WeatherHour& hour : second)
        fill_from(table.at(hour.start), hour);
    return table.rows("weather");
}

} // namespace img
