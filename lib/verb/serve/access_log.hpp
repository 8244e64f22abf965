// One line a request: in the combined format that every log tool reads, or as JSON.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve.hpp"
#include "verb/serve/connection.hpp"
#include "verb/serve/statistics.hpp"

#include <string>
#include <string_view>

namespace img {

/// Makes the lines, each with its newline. What costs much is kept for the next line: the text of
/// the second, and of the client.
class AccessLines {
public:
    explicit AccessLines(ServeOptions::LogFormat format, Zone zone = Zone{})
        : format_(format), zone_(std::move(zone)) {}

    /// Combined: "client - - [21/Nov/2026:13:43:38 +0000] "GET / HTTP/1.1" 200 512 "referer"
    /// "agent"", a dash for what there is not, in the zone; bytes that are no printable ASCII are
    /// \xNN. JSON: one object of time (UTC), client, method, target, status, bytes, referer, agent,
    /// seconds and tls, null for what there is not; what is no UTF-8 is U+FFFD. In both the values
    /// of query keys that name secrets are ***, and no text of a client's ends a value or a line.
    void append(std::string& to, const Exchange& exchange, Instant now);

private:
    void append_combined(std::string& to, const Exchange& exchange) const;
    void append_json(std::string& to, const Exchange& exchange, Instant now) const;

    ServeOptions::LogFormat format_;
    Zone zone_;
    std::chrono::sys_seconds second_{std::chrono::seconds{-1}}; ///< what time_ is the text of
    std::string time_;
    std::optional<IpAddress> address_; ///< what client_ is the text of
    std::string client_;
};

/// Where the lines go: gathered, and never waited for. A line is written whole or not at all. What
/// cannot be written is kept for the next attempt while there is room for it, else it is lost,
/// which is said once and counted.
class AccessLog {
public:
    /// A file that is appended to, "-" for stdout, "" for nowhere. `statistics` must outlive it.
    /// Throws Error when the file cannot be opened.
    AccessLog(std::string target, ServeOptions::LogFormat format, ServerStatistics& statistics);
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;
    /// Writes what is there; what cannot be written is lost.
    ~AccessLog();

    /// Whether lines go anywhere.
    bool is_on() const { return !target_.empty(); }
    /// A line for the exchange, which is written when 64 KiB are gathered or at the next flush().
    void write(const Exchange& exchange, Instant now);
    /// Writes what is there; to be called each second.
    void flush();
    /// Opens the file anew, after somebody has moved it away and what is there is written to that.
    /// Throws Error, and keeps the old one.
    void reopen();

private:
    void lose(std::uint64_t lines);
    void report(std::string_view why);
    bool take_back(std::size_t bytes) const;

    std::string target_;
    ServerStatistics& statistics_;
    AccessLines lines_;
    Fd file_;
    bool is_socket_ = false;
    std::string waiting_;         ///< whole lines; the first may have begun in a pipe
    bool is_stuck_ = false;       ///< the last attempt did not write all
    bool is_reported_ = false;    ///< the trouble in hand
    std::uint64_t lost_ = 0;      ///< lines, since it began
    bool has_begun_line_ = false; ///< the first line's beginning is written
};

} // namespace img
