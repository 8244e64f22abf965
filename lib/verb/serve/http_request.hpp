// The head of an HTTP/1 request: bytes in, a request or a refusal out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace img {

/// One line of a head.
struct HttpField {
    std::string_view name; ///< as it was sent
    std::string_view value;
};

/// Whether the connection may carry another request.
enum class Persistence { keep, close };

/// What the client expects before it sends its body (RFC 9110, 10.1.1).
enum class Expectation {
    none,
    go_ahead, ///< a 100 (Continue), or a final answer at once
    unknown,  ///< something else, which 417 is for
};

/// A well-formed request (RFC 9112), without its body: views of the bytes that it was read from,
/// which must outlive it.
struct HttpRequest {
    std::string_view method;
    std::string_view target; ///< as it was sent
    std::string_view path;   ///< of the target, still encoded; "/..." or "*"
    std::string_view query;  ///< without the question mark
    std::string_view host;   ///< with its port; may be empty in HTTP/1.0
    int minor = 1;           ///< HTTP/1.minor, 0 or 1
    std::vector<HttpField> fields;
    std::uint64_t content_length = 0; ///< as announced; the greatest number if it does not fit
    bool is_chunked = false;          ///< a body of unknown length follows
    Persistence persistence = Persistence::keep;
    Expectation expectation = Expectation::none; ///< in HTTP/1.0 never `go_ahead`

    bool announces_body() const { return content_length > 0 || is_chunked; }
    /// The value of the field, whose name is compared without case; of several, joined by ", ".
    std::optional<std::string> field(std::string_view name) const;
};

/// A request that is not answered: the status to send before closing, and why in a few words. The
/// connection always ends, as nobody knows where the next request would begin.
struct HttpRefusal {
    int status;
    std::string_view why;
};

/// A whole request, and how many of the bytes were its head.
struct HttpHead {
    HttpRequest request;
    std::size_t length;
};

/// How large a head may be.
struct HttpLimits {
    std::size_t head = 16 * 1024; ///< bytes, the blank line included
    std::size_t target = 4 * 1024;
    std::size_t fields = 100;
};

/// Whether the names are the same but for the case of their ASCII letters.
bool same_name(std::string_view one, std::string_view other);
/// Whether the text is a token (RFC 9110, 5.6.2), as a field's name and a method are.
bool is_token(std::string_view text);

/// Reads one head, however it arrives. Strict where others are lenient, because two readings of one
/// request are how requests are smuggled (RFC 9112, 11.2).
class HttpParser {
public:
    explicit HttpParser(const HttpLimits& limits = {}) : limits_(limits) {}

    /// `bytes` are all of the head that has arrived, from its first byte; they may lie elsewhere
    /// than the time before. Nothing when more are needed. After any other answer the parser is
    /// spent.
    std::variant<std::monostate, HttpHead, HttpRefusal> advance(std::string_view bytes);

private:
    std::optional<HttpRefusal> scan(std::string_view bytes);
    std::optional<HttpRefusal> end_line();
    std::string_view request_line(std::string_view bytes) const;

    HttpLimits limits_;
    std::size_t at_ = 0;            ///< the next byte to look at
    std::size_t line_start_ = 0;    ///< of the line in hand
    std::size_t request_start_ = 0; ///< of the request line
    std::size_t request_end_ = 0;   ///< where its carriage return is; 0 until that has arrived
    std::size_t fields_ = 0;        ///< lines after the request line
    bool after_return_ = false;     ///< the last byte was a carriage return
    bool is_whole_ = false;         ///< `at_` is behind the head
    bool is_request_line_read_ = false;
};

} // namespace img
