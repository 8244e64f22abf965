// An HTTP/1 response as a plan: status, fields, and what its body is.
#pragma once

#include "base/time.hpp"
#include "verb/serve/http_request.hpp"
#include "verb/serve/site_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace img {

/// One of the things that a body is put together from.
using BodyPart = std::variant<std::string, FileRange>;

struct HttpResponse {
    int status = 200;
    /// Whole lines, "Name: value\r\n"; but not Date, Content-Length and Connection.
    std::string fields;
    std::vector<BodyPart> body; ///< sent one after another
    /// Whether the body is sent, or only its length (HEAD).
    enum class Payload { sent, withheld } payload = Payload::sent;
    Persistence persistence = Persistence::keep;

    void set(std::string_view name, std::string_view value);
    /// The value of a field that was set, for those who look at an answer; nullopt without it.
    std::optional<std::string_view> field(std::string_view name) const;
    /// The body's length in bytes, sent or withheld.
    std::uint64_t length() const;
};

/// "Not Found" for 404.
std::string_view reason_phrase(int status);
/// A response that says in plain text what `status` is; `why` is added when there is one.
HttpResponse plain_response(int status, std::string_view why = {});
/// The status line and the fields, up to and with the blank line. `minor` is the request's, `date`
/// as http_time() spells it.
std::string response_head(const HttpResponse& response, int minor, std::string_view date);

} // namespace img
