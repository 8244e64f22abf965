// One line a request, in the combined format that every log tool reads.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve/connection.hpp"

#include <string>
#include <string_view>

namespace img {

/// "client - - [21/Nov/2026:13:43:38 +0000] "GET / HTTP/1.1" 200 512 "referer" "agent"", without
/// its newline. Control characters and quotes are escaped, and the values of query keys that name
/// secrets are ***.
std::string access_line(const Exchange& exchange, Instant now, const Zone& zone);

/// Where the lines go.
class AccessLog {
public:
    /// A file that is appended to, "-" for stdout, "" for nowhere. Throws Error when it cannot be
    /// opened.
    explicit AccessLog(std::string target);
    /// Whether lines go anywhere.
    bool is_on() const { return !target_.empty(); }
    /// A line that cannot be written is reported once, and the server goes on.
    void write(std::string line);
    /// Opens the file anew, after somebody has moved it away. Throws Error, and keeps the old one.
    void reopen();

private:
    std::string target_;
    Fd file_;
    bool failed_ = false;
};

} // namespace img
