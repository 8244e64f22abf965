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

    bool announces_body() const { return content_length > 0 || is_chunked; }
    /// The value of the field, whose name is compared without case; of several, joined by ", ".
    std::optional<std::string> field(std::string_view name) const;
};

/// A request that is not answered: the status to send before closing, and why in a few words.
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
    std::variant<std::monostate, HttpHead, HttpRefusal> read(std::string_view head);
    std::optional<HttpRefusal> take_line(std::string_view line, std::size_t start);
    std::optional<HttpRefusal> take_request_line(std::string_view line);
    std::optional<HttpRefusal> take_target();
    std::optional<HttpRefusal> take_field(std::string_view line);
    std::optional<HttpRefusal> finish();
    std::optional<HttpRefusal> finish_host();
    std::optional<HttpRefusal> finish_body();
    void finish_persistence();

    HttpLimits limits_;
    HttpRequest request_;
    std::size_t at_ = 0;         ///< the next byte to look at
    std::size_t line_start_ = 0; ///< of the line in hand
    std::size_t lines_ = 0;
    bool after_return_ = false; ///< the last byte was a carriage return
    bool is_whole_ = false;
};

} // namespace img
