// Instants, their spellings, time zones, and the clock.

#include "base/time.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"

#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sys/stat.h>

namespace img {

namespace {

using namespace std::chrono;

/// What $TZ was when the program began.
const std::optional<std::string>& original_zone() {
    static const std::optional<std::string> zone = [] {
        const char* value = std::getenv("TZ");
        return value ? std::optional<std::string>{value} : std::nullopt;
    }();
    return zone;
}

/// Which version of a zone's file is there; all zero for a rule that has none.
struct ZoneFile {
    std::uint64_t device = 0, inode = 0;
    std::int64_t seconds = 0, nanoseconds = 0;
    bool operator==(const ZoneFile&) const = default;
};

/// The file that the C library reads for this value of $TZ.
ZoneFile file_of_zone(const char* zone) {
    std::string path = "/etc/localtime";
    if (zone && *zone) {
        const char* name = *zone == ':' ? zone + 1 : zone;
        const char* directory = std::getenv("TZDIR");
        path = *name == '/' ? std::string{name}
                            : str(directory ? directory : "/usr/share/zoneinfo", "/", name);
    }
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0)
        return {};
    return {about.st_dev, about.st_ino, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
}

/// Zones change while we run: a package brings new rules, or the machine is moved. The C library
/// reads a zone's file once, and again only when $TZ becomes another.
void make_current(const std::string& rule) {
    static std::string current;
    static std::optional<ZoneFile> read;
    const std::optional<std::string>& original = original_zone();
    const char* zone = !rule.empty() ? rule.c_str() : original ? original->c_str() : nullptr;
    ZoneFile file = file_of_zone(zone);
    if (rule == current && read == file)
        return;
    if (rule == current) {
        ::setenv("TZ", "UTC0", 1);
        ::tzset();
    }
    current = rule;
    read = file;
    if (zone)
        ::setenv("TZ", zone, 1);
    else
        ::unsetenv("TZ");
    ::tzset();
}

/// Whether the zone database has a zone of this name; it has directories and tables too.
bool is_zone(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos)
        return false;
    const char* directory = std::getenv("TZDIR");
    std::ifstream file{str(directory ? directory : "/usr/share/zoneinfo", "/", name),
                       std::ios::binary};
    std::array<char, 4> magic{};
    file.read(magic.data(), magic.size());
    return file.good() && std::string_view{magic.data(), magic.size()} == "TZif";
}

/// `digits` decimal digits at `text[at]`, or -1.
int number_at(std::string_view text, std::size_t at, std::size_t digits) {
    if (at + digits > text.size())
        return -1;
    int value = 0;
    for (std::size_t i = at; i < at + digits; ++i) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

struct Civil {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;

    bool valid() const {
        return year >= 1900 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 &&
               second >= 0 && second <= 60 && month >= 1 && day >= 1 &&
               (std::chrono::year{year} / month / day).ok();
    }
    Instant utc() const {
        return sys_days{std::chrono::year{year} / month / day} + hours{hour} + minutes{minute} +
               seconds{second};
    }
    LocalTimes::Clocks clocks() const { return LocalTimes::Clocks{utc().time_since_epoch()}; }
};

Instant in_zone(const Civil& civil, const Zone& zone) {
    return LocalTimes{zone}.at(civil.clocks());
}

class RealClock : public Clock {
public:
    Instant now() override { return floor<milliseconds>(std::chrono::system_clock::now()); }
    void sleep_until(Instant when) override {
        // Short steps, so that a wall clock that is set while we wait is noticed.
        std::chrono::steady_clock::time_point over = monotonic_now() + (when - now());
        constexpr milliseconds adjusted{2000}; // what keeping a clock right may take away
        while (!stop_requested()) {
            milliseconds left = when - now();
            bool was_set_back = left > adjusted && monotonic_now() >= over;
            if (left <= milliseconds{0} || was_set_back)
                return;
            wait_for_stop(std::min(left, milliseconds{1000}));
        }
    }
};

class FixedClock : public Clock {
public:
    explicit FixedClock(Instant start) : now_(start) {}
    Instant now() override { return now_; }
    void sleep_until(Instant when) override { now_ = std::max(now_, when); }

private:
    Instant now_;
};

constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

} // namespace

Zone::Zone(const std::string& name) : rule_(":" + name) {
    if (!is_zone(name))
        throw Error(str("'", printable(name),
                        "' is not a time zone; use an IANA name such as "
                        "Europe/Athens"),
                    Exit::usage);
}

Zone::Zone(std::chrono::minutes east) {
    auto total = static_cast<int>(std::abs(east.count()) % (24 * 60));
    int hour = total / 60, minute = total % 60;
    char sign = east.count() < 0 ? '-' : '+';
    std::array<char, 16> name{}, rule{};
    if (total == 0)
        std::snprintf(name.data(), name.size(), "UTC");
    else if (minute == 0)
        std::snprintf(name.data(), name.size(), "%c%02d", sign, hour);
    else
        std::snprintf(name.data(), name.size(), "%c%02d%02d", sign, hour, minute);
    // POSIX counts westwards: TZ's sign is the opposite of the name's.
    std::snprintf(rule.data(), rule.size(), "%c%02d:%02d", sign == '-' ? '+' : '-', hour, minute);
    rule_ = str("<", name.data(), ">", rule.data());
}

std::tm Zone::local(Instant instant) const {
    make_current(rule_);
    std::time_t seconds = floor<std::chrono::seconds>(instant).time_since_epoch().count();
    std::tm fields{};
    ::localtime_r(&seconds, &fields);
    return fields;
}

LocalTimes::Day LocalTimes::ask(local_days day) const {
    auto offset_at = [&](sys_seconds instant) { return seconds{zone_.local(instant).tm_gmtoff}; };
    // No zone changes its clocks twice within these three days.
    sys_seconds first = sys_days{day.time_since_epoch()} - days{1}, last = first + days{3};
    Day found{offset_at(first), offset_at(last), last};
    if (found.before == found.after)
        return found;
    while (last - first > seconds{1}) {
        sys_seconds middle = first + (last - first) / 2;
        (offset_at(middle) == found.before ? first : last) = middle;
    }
    found.change = last;
    return found;
}

Instant LocalTimes::at(Clocks clocks) {
    local_days of = floor<days>(clocks);
    if (!last_ || of != last_day_) {
        auto known = days_.find(of.time_since_epoch().count());
        if (known == days_.end())
            known = days_.emplace(of.time_since_epoch().count(), ask(of)).first;
        last_ = known->second;
        last_day_ = of;
    }
    const Day& day = *last_;
    Instant before{clocks.time_since_epoch() - day.before};
    Instant after{clocks.time_since_epoch() - day.after};
    return before >= day.change && after >= day.change ? after : before;
}

bool is_repeated(Instant time, const Zone& zone) {
    auto offset_at = [&](Instant instant) { return seconds{zone.local(instant).tm_gmtoff}; };
    seconds offset = offset_at(time);
    // Summer time moves clocks by two hours at most, a change of the zone itself by a day.
    for (hours away : {hours{-25}, hours{-3}, hours{3}, hours{25}}) {
        seconds other = offset_at(time + away);
        if (other != offset && offset_at(time + (offset - other)) == other)
            return true;
    }
    return false;
}

std::string format_time(std::string_view format, Instant instant, const Zone& zone) {
    // %L is not strftime's: replaced first, leaving %% alone.
    std::string fields;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] == '%' && i + 1 < format.size()) {
            if (format[i + 1] == 'L') {
                auto part = (instant - floor<seconds>(instant)).count();
                std::array<char, 8> digits{};
                std::snprintf(digits.data(), digits.size(), "%03d", static_cast<int>(part));
                fields += digits.data();
            } else {
                fields += format.substr(i, 2);
            }
            ++i;
        } else {
            fields += format[i];
        }
    }
    if (fields.empty())
        return {};
    std::tm local = zone.local(instant);
    // A marker in front tells an empty result from a buffer that is too small.
    fields.insert(0, 1, '.');
    constexpr std::size_t longest = std::size_t{64} << 10;
    std::string out(fields.size() + 64, '\0');
    for (;;) {
        if (out.size() > fields.size() + longest)
            throw Error(str("'", printable(format), "': the time is too long"), Exit::usage);
        std::size_t length = std::strftime(out.data(), out.size(), fields.c_str(), &local);
        if (length > 0) {
            out.resize(length);
            return out.substr(1);
        }
        out.resize(out.size() * 2);
    }
}

std::string name_time(Instant instant) {
    static const Zone utc{minutes{0}};
    return format_time("%Y%m%dT%H%M%S.%LZ", instant, utc);
}

std::string iso_time(Instant instant) {
    static const Zone utc{minutes{0}};
    return format_time("%Y-%m-%dT%H:%M:%S.%LZ", instant, utc);
}

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// A date and time of day at a place in a name: what clocks show, in UTC or in a zone.
struct DatedName {
    Civil civil;
    milliseconds part{0};
    bool utc = false;
};

/// What stands at the front of `name`: 20261121T134338, or 2026-11-21_13-43-38.
std::optional<DatedName> dated_name(std::string_view name) {
    const bool compact = name.size() >= 15 && (name[8] == 'T' || name[8] == '_');
    const bool dashed = !compact && name.size() >= 19 && (name[10] == 'T' || name[10] == '_') &&
                        name[4] == '-' && name[7] == '-' && name[13] == '-' && name[16] == '-';
    if (!compact && !dashed)
        return std::nullopt;
    const std::size_t dash = dashed ? 1 : 0;
    auto number = [&](std::size_t at, std::size_t digits, std::size_t dashes) {
        return number_at(name, at + dashes * dash, digits);
    };
    DatedName dated{{number(0, 4, 0), number(4, 2, 1), number(6, 2, 2), number(9, 2, 2),
                     number(11, 2, 3), number(13, 2, 4)}};
    if (!dated.civil.valid())
        return std::nullopt;
    const char separator = name[dashed ? 10 : 8];
    name.remove_prefix(dashed ? 19 : 15);
    if (name.size() >= 4 && name[0] == '.' && number_at(name, 1, 3) >= 0) {
        dated.part = milliseconds{number_at(name, 1, 3)};
        name.remove_prefix(4);
    }
    dated.utc = (separator == 'T' || dashed) && name.starts_with('Z');
    return dated;
}

/// The Unix time that a number in a name is, in seconds or milliseconds.
std::optional<NamedTime> unix_time(std::string_view name) {
    constexpr Instant first = sys_days{2000y / 1 / 1}, end = sys_days{2100y / 1 / 1};
    for (std::size_t at = 0, next = 0; at < name.size(); at = next + 1) {
        for (next = at; next < name.size() && is_digit(name[next]);)
            ++next;
        if (next - at != 10 && next - at != 13)
            continue;
        std::int64_t number = 0;
        for (char digit : name.substr(at, next - at))
            number = number * 10 + (digit - '0');
        Instant time{milliseconds{next - at == 10 ? number * 1000 : number}};
        if (time >= first && time < end)
            return NamedTime{time, at};
    }
    return std::nullopt;
}

} // namespace

std::optional<NamedTime> find_time(std::string_view name, LocalTimes& zone) {
    for (std::size_t at = 0; at + 15 <= name.size(); ++at) {
        if (!is_digit(name[at]) || (at > 0 && is_digit(name[at - 1])))
            continue;
        if (std::optional<DatedName> dated = dated_name(name.substr(at)))
            return NamedTime{(dated->utc ? dated->civil.utc() : zone.at(dated->civil.clocks())) +
                                 dated->part,
                             at};
    }
    return unix_time(name);
}

std::optional<Instant> time_in_name(std::string_view name, const Zone& zone) {
    LocalTimes times{zone};
    std::optional<NamedTime> found = find_time(name, times);
    return found ? std::optional{found->time} : std::nullopt;
}

std::optional<Instant> parse_iso_time(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
        text[13] != ':' || text[16] != ':' || text.back() != 'Z')
        return std::nullopt;
    Civil civil{number_at(text, 0, 4),  number_at(text, 5, 2),  number_at(text, 8, 2),
                number_at(text, 11, 2), number_at(text, 14, 2), number_at(text, 17, 2)};
    if (!civil.valid())
        return std::nullopt;
    if (text.size() == 20)
        return civil.utc();
    int part = text.size() == 24 && text[19] == '.' ? number_at(text, 20, 3) : -1;
    if (part < 0)
        return std::nullopt;
    return civil.utc() + milliseconds{part};
}

namespace {

/// What "+02:00" or "-0330" says; nullopt for what is no offset.
std::optional<minutes> parse_offset(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-'))
        return std::nullopt;
    bool colon = text.size() == 6 && text[3] == ':';
    if (!colon && text.size() != 5)
        return std::nullopt;
    int hour = number_at(text, 1, 2), minute = number_at(text, colon ? 4 : 3, 2);
    if (hour < 0 || hour > 14 || minute < 0 || minute > 59)
        return std::nullopt;
    minutes east{hour * 60 + minute};
    return text[0] == '-' ? -east : east;
}

/// Takes digits off the front of `text`: the number, or -1.
int take_number(std::string_view& text, std::size_t digits) {
    int number = number_at(text, 0, digits);
    text.remove_prefix(std::min(digits, text.size()));
    return number;
}

/// Takes `c` off the front of `text` when it is there.
bool take(std::string_view& text, char c) {
    bool there = text.starts_with(c);
    text.remove_prefix(there ? 1 : 0);
    return there;
}

/// Takes a clock's "13:43", "13:43:38" or "13:43:38.123" off the front of `text`. False when there
/// is none.
bool take_clock(std::string_view& text, Civil& civil, milliseconds& part) {
    civil.hour = take_number(text, 2);
    if (!take(text, ':'))
        return false;
    civil.minute = take_number(text, 2);
    if (!take(text, ':'))
        return true;
    civil.second = take_number(text, 2);
    if (!take(text, '.'))
        return true;
    std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    int scale = 100;
    for (std::size_t i = 0; i < digits; ++i, scale /= 10)
        part += milliseconds{(text[i] - '0') * scale};
    text.remove_prefix(digits);
    return digits > 0;
}

} // namespace

std::optional<Instant> parse_moment(std::string_view text, Instant now, const Zone& zone) {
    if (std::optional<Duration> ago = parse_duration(text))
        return now - *ago;
    Civil civil;
    milliseconds part{0};
    civil.year = take_number(text, 4);
    if (!take(text, '-'))
        return std::nullopt;
    civil.month = take_number(text, 2);
    if (!take(text, '-'))
        return std::nullopt;
    civil.day = take_number(text, 2);
    bool has_clock = take(text, 'T') || take(text, ' ');
    if ((has_clock && !take_clock(text, civil, part)) || !civil.valid())
        return std::nullopt;
    if (text.empty())
        return in_zone(civil, zone) + part;
    if (text == "Z")
        return civil.utc() + part;
    std::optional<minutes> east = parse_offset(text);
    return east ? std::optional<Instant>{civil.utc() - *east + part} : std::nullopt;
}

std::optional<Instant> parse_exif_time(std::string_view date, std::string_view subseconds,
                                       std::string_view offset, const Zone& zone) {
    if (date.size() < 19)
        return std::nullopt;
    Civil civil{number_at(date, 0, 4),  number_at(date, 5, 2),  number_at(date, 8, 2),
                number_at(date, 11, 2), number_at(date, 14, 2), number_at(date, 17, 2)};
    if (!civil.valid())
        return std::nullopt;
    milliseconds part{0};
    int scale = 100;
    for (std::size_t i = 0; i < 3 && number_at(subseconds, i, 1) >= 0; ++i, scale /= 10)
        part += milliseconds{number_at(subseconds, i, 1) * scale};
    if (offset == "Z")
        return civil.utc() + part;
    int offset_hours = number_at(offset, 1, 2), offset_minutes = number_at(offset, 4, 2);
    bool has_offset = offset.size() == 6 && (offset[0] == '+' || offset[0] == '-') &&
                      offset[3] == ':' && offset_hours >= 0 && offset_hours <= 14 &&
                      offset_minutes >= 0 && offset_minutes <= 59;
    if (has_offset) {
        minutes east{offset_hours * 60 + offset_minutes};
        return civil.utc() - (offset[0] == '-' ? -east : east) + part;
    }
    return in_zone(civil, zone) + part;
}

namespace {

constexpr std::size_t http_time_length = 29;

} // namespace

std::string http_time(Instant instant) {
    sys_days day = floor<days>(instant);
    year_month_day date{day};
    hh_mm_ss clock{floor<seconds>(instant - day)};
    auto put = [](std::string& to, long number) {
        to += static_cast<char>('0' + number / 10 % 10);
        to += static_cast<char>('0' + number % 10);
    };
    // Servers say it in each answer: no formatted printing.
    std::string text;
    text.reserve(http_time_length);
    (text += weekdays[weekday{day}.c_encoding()]) += ", ";
    put(text, static_cast<long>(unsigned{date.day()}));
    ((text += ' ') += months[unsigned{date.month()} - 1]) += ' ';
    put(text, int{date.year()} / 100);
    put(text, int{date.year()} % 100);
    put(text += ' ', clock.hours().count());
    put(text += ':', clock.minutes().count());
    put(text += ':', clock.seconds().count());
    return text += " GMT";
}

namespace {

/// 1 to 12 for "Jan" to "Dec", else 0.
int month_at(std::string_view text, std::size_t at) {
    for (std::size_t i = 0; i < months.size(); ++i)
        if (text.substr(at, 3) == months[i])
            return static_cast<int>(i) + 1;
    return 0;
}

/// "13:43:38" at a place in a date.
Civil with_clock(Civil date, std::string_view text, std::size_t at) {
    bool is_clock = text.size() >= at + 8 && text[at + 2] == ':' && text[at + 5] == ':';
    date.hour = is_clock ? number_at(text, at, 2) : -1;
    date.minute = is_clock ? number_at(text, at + 3, 2) : -1;
    date.second = is_clock ? number_at(text, at + 6, 2) : -1;
    return date;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<Civil> fixed_date(std::string_view text) {
    if (text.size() != 29 || text.substr(3, 2) != ", " || text[7] != ' ' || text[11] != ' ' ||
        text[16] != ' ' || text.substr(25) != " GMT")
        return std::nullopt;
    Civil date{number_at(text, 12, 4), month_at(text, 8), number_at(text, 5, 2), 0, 0, 0};
    return with_clock(date, text, 17);
}

/// "06-Nov-94 08:49:37 GMT", behind a day of the week in full.
std::optional<Civil> dashed_date(std::string_view text, Instant now) {
    if (text.size() != 22 || text[2] != '-' || text[6] != '-' || text[9] != ' ' ||
        text.substr(18) != " GMT")
        return std::nullopt;
    Civil date{number_at(text, 7, 2), month_at(text, 3), number_at(text, 0, 2), 0, 0, 0};
    if (date.year < 0)
        return std::nullopt;
    // RFC 9110, 5.6.7: more than 50 years from now is the same year of a century before.
    int latest = int{year_month_day{floor<days>(now)}.year()} + 50;
    date.year += (latest - date.year) / 100 * 100;
    return with_clock(date, text, 10);
}

/// "Sun Nov  6 08:49:37 1994", as asctime() has it.
std::optional<Civil> spaced_date(std::string_view text) {
    if (text.size() != 24 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' || text[19] != ' ')
        return std::nullopt;
    int day = text[8] == ' ' ? number_at(text, 9, 1) : number_at(text, 8, 2);
    return with_clock({number_at(text, 20, 4), month_at(text, 4), day, 0, 0, 0}, text, 11);
}

} // namespace

std::optional<Instant> parse_http_time(std::string_view text, Instant now) {
    std::optional<Civil> date = fixed_date(text);
    if (!date)
        date = spaced_date(text);
    std::size_t comma = text.find("day, ");
    if (!date && comma != std::string_view::npos)
        date = dashed_date(text.substr(comma + 5), now);
    if (!date || !date->valid())
        return std::nullopt;
    return date->utc();
}

std::optional<Instant> parse_http_time(std::string_view text) {
    // The spelling that is in use needs no clock.
    return parse_http_time(text,
                           text.size() == http_time_length ? Instant{} : system_clock().now());
}

namespace {

Clock& clock_by_environment() {
    static RealClock real;
    const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
    if (!epoch)
        return real;
    std::optional<std::int64_t> start = parse_int(epoch);
    if (!start || *start < 0 || *start > 253'402'300'799)
        throw Error("SOURCE_DATE_EPOCH is not a number of seconds since 1970", Exit::usage);
    static FixedClock fixed{Instant{seconds{*start}}};
    return fixed;
}

} // namespace

Clock& system_clock() {
    static Clock& clock = clock_by_environment();
    return clock;
}

std::chrono::steady_clock::time_point monotonic_now() {
    return std::chrono::steady_clock::now();
}

} // namespace img
