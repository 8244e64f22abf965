// One line a request, in the combined format that every log tool reads.

#include "verb/serve/access_log.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace img {

namespace {

constexpr std::size_t longest_text = HttpLimits{}.target + 64;

/// Fit to stand between quotes on one line: a backslash of the client's own could end them.
std::string quotable(std::string_view text) {
    std::string out;
    for (char c : text.substr(0, longest_text)) {
        if (c == '"' || c == '\\')
            (out += '\\') += c;
        else
            out += printable({&c, 1});
    }
    return text.size() > longest_text ? out + "..." : out;
}

std::string shown_target(const HttpRequest& request) {
    if (request.query.empty())
        return std::string{request.target};
    Url url{"http", "", "", "h", "", std::string{request.path}, std::string{request.query}};
    constexpr std::string_view authority = "http://h";
    return url.shown().substr(authority.size());
}

std::string field_or_dash(const HttpRequest& request, std::string_view name) {
    std::optional<std::string> value = request.field(name);
    return value && !value->empty() ? quotable(redacted(*value)) : "-";
}

} // namespace

std::string access_line(const Exchange& exchange, Instant now, const Zone& zone) {
    std::string client = exchange.client.text();
    std::string line = str(client.empty() ? "-" : client, " - - [",
                           format_time("%d/%b/%Y:%H:%M:%S %z", now, zone), "] \"");
    const HttpRequest* request = exchange.request;
    line += request ? str(quotable(request->method), " ", quotable(shown_target(*request)),
                          " HTTP/1.", request->minor)
                    : "-";
    line += str("\" ", exchange.status, " ");
    line += exchange.body_sent > 0 ? std::to_string(exchange.body_sent) : "-";
    line += str(" \"", request ? field_or_dash(*request, "referer") : "-", "\" \"",
                request ? field_or_dash(*request, "user-agent") : "-", "\"");
    return line;
}

AccessLog::AccessLog(std::string target) : target_(std::move(target)) {
    reopen();
}

void AccessLog::reopen() {
    if (target_.empty())
        return;
    Fd file{target_ == "-"
                ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                : ::open(target_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640)};
    if (!file)
        throw_errno(target_ == "-" ? "<stdout>" : target_, errno);
    file_ = std::move(file);
    failed_ = false;
}

void AccessLog::write(std::string line) {
    line += '\n';
    try {
        write_all(*file_, bytes_of(line), target_ == "-" ? "<stdout>" : target_);
        failed_ = false;
    } catch (const Error& error) {
        if (!failed_)
            log_error(str("access log: ", error.what()));
        failed_ = true;
    }
}

} // namespace img
