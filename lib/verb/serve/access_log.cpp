// One line a request: in the combined format that every log tool reads, or as JSON.

#include "verb/serve/access_log.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_text = HttpLimits{}.target + 64;
constexpr std::size_t most_waiting = 64 * 1024;
constexpr std::string_view hex_digits = "0123456789abcdef";

/// Whether a byte may stand between quotes as it is.
constexpr std::array<bool, 256> plain_bytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7f; ++c)
        plain[c] = c != '"' && c != '\\';
    return plain;
}();

void append_number(std::string& to, std::uint64_t number) {
    std::array<char, 20> digits;
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    to.append(digits.data(), end);
}

void append_thousandths(std::string& to, std::int64_t number) {
    to += '.';
    for (std::int64_t unit : {100, 10, 1})
        to += static_cast<char>('0' + number / unit % 10);
}

/// How many bytes at the front of `text` are one character of UTF-8; 0 when they are none (Unicode
/// 15, table 3-7).
std::size_t character_length(std::string_view text) {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char first = at(0);
    std::size_t length = first < 0x80                    ? 1
                         : first >= 0xc2 && first < 0xe0 ? 2
                         : first >= 0xe0 && first < 0xf0 ? 3
                         : first >= 0xf0 && first < 0xf5 ? 4
                                                         : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((at(i) & 0xc0) != 0x80)
            return 0;
    bool overlong = (first == 0xe0 && at(1) < 0xa0) || (first == 0xf0 && at(1) < 0x90);
    bool surrogate = first == 0xed && at(1) >= 0xa0;
    bool beyond = first == 0xf4 && at(1) >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

/// The one byte that is not plain at the front of `text` as \xNN, \" or \\. Returns its length.
std::size_t append_escaped(std::string& to, std::string_view text) {
    auto byte = static_cast<unsigned char>(text[0]);
    to += '\\';
    if (byte == '"' || byte == '\\')
        to += text[0];
    else
        ((to += 'x') += hex_digits[byte >> 4]) += hex_digits[byte & 15];
    return 1;
}

/// The character at the front of `text` as JSON has it in a string. Returns its length.
std::size_t append_json_character(std::string& to, std::string_view text) {
    auto byte = static_cast<unsigned char>(text[0]);
    std::size_t length = character_length(text);
    // U+0080 to U+009F are control characters too; their second byte is their number.
    bool control = byte < 0x20 || byte == 0x7f || (byte == 0xc2 && length == 2 && text[1] < '\xa0');
    if (length == 0) {
        to += "\\ufffd";
        return 1;
    }
    if (control) {
        auto number = static_cast<unsigned char>(text[length - 1]);
        ((to += "\\u00") += hex_digits[number >> 4]) += hex_digits[number & 15];
    } else if (length == 1) {
        (to += '\\') += text[0];
    } else {
        to += text.substr(0, length);
    }
    return length;
}

/// The text, by `escape` where it is not plain, and cut when it is very long.
template <class Escape>
void append_text(std::string& to, std::string_view text, Escape escape) {
    bool cut = text.size() > longest_text;
    std::string_view rest = text.substr(0, longest_text);
    while (!rest.empty()) {
        std::size_t run = 0;
        while (run < rest.size() && plain_bytes[static_cast<unsigned char>(rest[run])])
            ++run;
        to.append(rest.data(), run);
        rest.remove_prefix(run);
        if (!rest.empty())
            rest.remove_prefix(escape(to, rest));
    }
    if (cut)
        to += "...";
}

/// The value of the first field of that name; empty without one.
std::string_view field_of(const HttpRequest& request, std::string_view name) {
    for (const HttpField& field : request.fields)
        if (field.name.size() == name.size() &&
            ::strncasecmp(field.name.data(), name.data(), name.size()) == 0)
            return field.value;
    return {};
}

/// Whether the item of a query, "key=value", holds a secret.
bool is_secret(std::string_view item) {
    std::string_view key = item.substr(0, item.find('='));
    if (key.find('%') == std::string_view::npos)
        return names_secret(key);
    // A key whose escapes are broken is one that nobody has looked at.
    std::optional<std::string> decoded = percent_decode(key);
    return !decoded || names_secret(*decoded);
}

std::string shown_target(const HttpRequest& request) {
    std::string shown{request.path};
    char before = '?';
    for (std::string_view item : split(request.query, '&')) {
        shown += before;
        std::size_t equals = item.find('=');
        if (equals == std::string_view::npos || !is_secret(item))
            shown += item;
        else
            (shown += item.substr(0, equals)) += "=***";
        before = '&';
    }
    return shown;
}

/// What is to be shown of a client's text; `room` holds it when it is not the text itself.
std::string_view without_secrets(std::string_view text, std::string& room) {
    // One search for each is several times as fast as one for all.
    auto lacks = [&](char c) { return text.find(c) == std::string_view::npos; };
    if (lacks('@') && lacks('?') && lacks('&'))
        return text;
    room = redacted(text);
    return room;
}

std::string_view target_of(const HttpRequest& request, std::string& room) {
    if (request.query.empty())
        return without_secrets(request.target, room);
    room = shown_target(request);
    return room;
}

/// "text", or a dash.
void append_quoted(std::string& to, std::string_view text) {
    to += '"';
    if (text.empty())
        to += '-';
    else
        append_text(to, text, append_escaped);
    to += '"';
}

/// ,"name":"text", or null.
void append_member(std::string& to, std::string_view name, std::string_view text) {
    ((to += ",\"") += name) += "\":";
    if (text.empty()) {
        to += "null";
        return;
    }
    to += '"';
    append_text(to, text, append_json_character);
    to += '"';
}

std::uint64_t count_lines(std::string_view text) {
    return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Pipes and terminals are opened again, since what is not to wait for them is a matter of the
/// open file, which others share.
Fd open_stdout() {
    struct stat about {};
    bool may_block =
        ::fstat(STDOUT_FILENO, &about) == 0 && (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode));
    if (may_block)
        if (Fd own{::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)})
            return own;
    return Fd{::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)};
}

Fd open_log(const std::string& target) {
    if (target == "-")
        return open_stdout();
    constexpr int flags = O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    return Fd{::open(target.c_str(), flags, 0640)};
}

std::string_view shown_name(const std::string& target) {
    return target == "-" ? std::string_view{"<stdout>"} : target;
}

} // namespace

void AccessLines::append(std::string& to, const Exchange& exchange, Instant now) {
    auto second = std::chrono::floor<std::chrono::seconds>(now);
    bool is_combined = format_ == ServeOptions::LogFormat::combined;
    if (second != second_) {
        time_ = is_combined
                    ? format_time("%d/%b/%Y:%H:%M:%S %z", second, zone_)
                    : iso_time(second).substr(0, std::string_view{"2026-11-21T13:43:38"}.size());
        second_ = second;
    }
    if (exchange.client.address != address_) {
        address_ = exchange.client.address;
        client_ = exchange.client.text();
    }
    is_combined ? append_combined(to, exchange) : append_json(to, exchange, now);
}

void AccessLines::append_combined(std::string& to, const Exchange& exchange) const {
    const HttpRequest* request = exchange.request;
    std::string room;
    to += client_.empty() ? std::string_view{"-"} : client_;
    ((to += " - - [") += time_) += "] \"";
    if (request) {
        append_text(to, request->method, append_escaped);
        to += ' ';
        append_text(to, target_of(*request, room), append_escaped);
        to += request->minor == 0 ? " HTTP/1.0" : " HTTP/1.1";
    } else {
        to += '-';
    }
    to += "\" ";
    append_number(to, static_cast<std::uint64_t>(exchange.status));
    to += ' ';
    if (exchange.body_sent > 0)
        append_number(to, exchange.body_sent);
    else
        to += '-';
    for (std::string_view name : {"referer", "user-agent"}) {
        to += ' ';
        append_quoted(to, request ? without_secrets(field_of(*request, name), room) : "");
    }
    to += '\n';
}

void AccessLines::append_json(std::string& to, const Exchange& exchange, Instant now) const {
    const HttpRequest* request = exchange.request;
    std::string room;
    (to += "{\"time\":\"") += time_;
    append_thousandths(to, (now - second_).count());
    to += "Z\"";
    append_member(to, "client", client_);
    append_member(to, "method", request ? request->method : "");
    append_member(to, "target", request ? target_of(*request, room) : "");
    to += ",\"status\":";
    append_number(to, static_cast<std::uint64_t>(exchange.status));
    to += ",\"bytes\":";
    append_number(to, exchange.body_sent);
    append_member(to, "referer",
                  request ? without_secrets(field_of(*request, "referer"), room) : "");
    append_member(to, "agent",
                  request ? without_secrets(field_of(*request, "user-agent"), room) : "");
    std::int64_t took = std::max<std::int64_t>(exchange.took.count(), 0);
    to += ",\"seconds\":";
    append_number(to, static_cast<std::uint64_t>(took / 1000));
    append_thousandths(to, took % 1000);
    to += exchange.client.is_secure ? ",\"tls\":true}\n" : ",\"tls\":false}\n";
}

AccessLog::AccessLog(std::string target, ServeOptions::LogFormat format,
                     ServerStatistics& statistics)
    : target_(std::move(target)), statistics_(statistics), lines_(format) {
    reopen();
    waiting_.reserve(is_on() ? most_waiting + 4 * longest_text : 0);
}

AccessLog::~AccessLog() {
    if (!is_on())
        return;
    flush();
    if (!waiting_.empty())
        lose(count_lines(waiting_));
}

void AccessLog::write(const Exchange& exchange, Instant now) {
    std::size_t before = waiting_.size();
    lines_.append(waiting_, exchange, now);
    std::size_t length = waiting_.size() - before;
    if (waiting_.size() < most_waiting)
        return;
    // The next attempt is flush()'s: one for each request would cost the clients.
    if (!is_stuck_)
        flush();
    if (waiting_.size() >= most_waiting) {
        waiting_.resize(waiting_.size() - length);
        lose(1);
    }
}

void AccessLog::flush() {
    int error = 0;
    std::size_t done = 0;
    while (done < waiting_.size() && error == 0) {
        const char* from = waiting_.data() + done;
        std::size_t left = waiting_.size() - done;
        ssize_t put = is_socket_ ? ::send(*file_, from, left, MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : ::write(*file_, from, left);
        if (put >= 0)
            done += static_cast<std::size_t>(put);
        else if (errno != EINTR)
            error = errno;
    }
    is_stuck_ = error != 0;
    if (done > 0) {
        std::size_t whole = waiting_.rfind('\n', done - 1) + 1; // 0 without one
        if (done > whole && take_back(done - whole))
            done = whole;
        has_begun_line_ = done > whole;
    }
    waiting_.erase(0, done);
    if (is_stuck_ && error != EAGAIN)
        report(std::generic_category().message(error));
    if (!is_stuck_ && is_reported_) {
        if (lost_ > 0)
            log_note(str("access log: goes on; lines lost: ", lost_));
        is_reported_ = false;
        lost_ = 0;
    }
}

/// Removes the last bytes that were written, where that can be done: not from a pipe.
bool AccessLog::take_back(std::size_t bytes) const {
    off_t end = ::lseek(*file_, -static_cast<off_t>(bytes), SEEK_CUR);
    return end >= 0 && ::ftruncate(*file_, end) == 0;
}

void AccessLog::lose(std::uint64_t lines) {
    statistics_.log_lines_lost += lines;
    lost_ += lines;
    report("lines are lost, since nobody reads them");
}

void AccessLog::report(std::string_view why) {
    if (!is_reported_)
        log_error(str("access log: ", shown_name(target_), ": ", why));
    is_reported_ = true;
}

void AccessLog::reopen() {
    if (!is_on())
        return;
    if (file_)
        flush();
    // What has begun in a pipe of somebody else's goes on there.
    if (target_ == "-" && file_)
        return;
    Fd file = open_log(target_);
    struct stat about {};
    if (!file || ::fstat(*file, &about) != 0)
        throw_errno(std::string{shown_name(target_)}, errno);
    if (has_begun_line_) { // in a pipe that is not this one
        waiting_.erase(0, waiting_.find('\n') + 1);
        has_begun_line_ = false;
        lose(1);
    }
    file_ = std::move(file);
    is_socket_ = S_ISSOCK(about.st_mode);
    is_stuck_ = false;
}

} // namespace img
