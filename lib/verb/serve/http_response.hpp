// An HTTP/1 response as a plan: status, fields, and what its body is.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve/http_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace img {

/// A part of an open file. Who replaces the file under its name does not change this.
struct FileRange {
    Fd file;
    std::uint64_t offset = 0, length = 0; ///< bytes
};

struct HttpResponse {
    int status = 200;
    std::vector<HttpField> fields; ///< but not Date, Content-Length and Connection
    std::variant<std::string, FileRange> body;
    /// Whether the body is sent, or only its length (HEAD).
    enum class Payload { sent, withheld } payload = Payload::sent;
    Persistence persistence = Persistence::keep;

    void set(std::string_view name, std::string_view value);
    /// The body's length in bytes, sent or withheld.
    std::uint64_t length() const;
};

/// "Not Found" for 404.
std::string_view reason_phrase(int status);
/// A response that says in plain text what `status` is; `why` is added when there is one.
HttpResponse plain_response(int status, std::string_view why = {});
/// The status line and the fields, up to and with the blank line. `minor` is the request's.
std::string response_head(const HttpResponse& response, int minor, Instant now);

} // namespace img
