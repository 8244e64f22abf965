// The head of an HTTP/1 request: bytes in, a request or a refusal out.

#include "verb/serve/http_request.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace img {

namespace {

using Refused = std::optional<HttpRefusal>;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_digit(c) || is_letter(c) || marks.find(c) != std::string_view::npos;
    });
}

/// RFC 3986, 3.2: host and port, without user information.
bool is_authority(std::string_view text) {
    std::string_view host = text, rest;
    if (text.starts_with('[')) {
        std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return false;
        host = text.substr(1, end - 1);
        rest = text.substr(end + 1);
        if (!std::all_of(host.begin(), host.end(),
                         [](char c) { return is_hex(c) || c == ':' || c == '.'; }))
            return false;
    } else {
        std::size_t colon = std::min(text.find(':'), text.size());
        host = text.substr(0, colon);
        rest = text.substr(colon);
        constexpr std::string_view marks = "-._~%!$&'()*+,;=";
        if (!std::all_of(host.begin(), host.end(), [&](char c) {
                return is_digit(c) || is_letter(c) || marks.find(c) != std::string_view::npos;
            }))
            return false;
    }
    if (host.empty())
        return false;
    return rest.empty() || (rest[0] == ':' && rest.size() <= 6 &&
                            std::all_of(rest.begin() + 1, rest.end(), is_digit));
}

/// The elements of a comma-separated list, in lower case (RFC 9110, 5.6.1).
std::vector<std::string> list_of(std::string_view value) {
    std::vector<std::string> words;
    for (std::string_view word : split(value, ','))
        if (!trim(word).empty())
            words.push_back(lower(trim(word)));
    return words;
}

bool same_name(std::string_view one, std::string_view other) {
    return one.size() == other.size() && lower(one) == lower(other);
}

bool has(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

std::optional<std::string> HttpRequest::field(std::string_view name) const {
    std::optional<std::string> joined;
    for (const HttpField& field : fields) {
        if (!same_name(field.name, name))
            continue;
        if (joined)
            (*joined += ", ") += field.value;
        else
            joined = field.value;
    }
    return joined;
}

std::variant<std::monostate, HttpHead, HttpRefusal> HttpParser::advance(std::string_view bytes) {
    for (; at_ < bytes.size(); ++at_) {
        if (at_ >= limits_.head)
            return HttpRefusal{431, "the request's header is too large"};
        char c = bytes[at_];
        if (after_return_) {
            if (c != '\n')
                return HttpRefusal{400, "a carriage return is not the end of a line"};
            after_return_ = false;
            bool is_blank = at_ - 1 == line_start_;
            line_start_ = at_ + 1;
            if (is_blank && at_ > 1)
                return read(bytes.substr(0, at_ + 1));
            ++lines_;
        } else if (c == '\r') {
            after_return_ = true;
        } else if (c == '\n') {
            return HttpRefusal{400, "a line ends without a carriage return"};
        } else if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
            return HttpRefusal{400, "a control character"};
        } else if (lines_ == 0 && at_ > limits_.target + 100) {
            // The target is measured when its line is whole; this one never will be.
            return HttpRefusal{414, "the request's target is too long"};
        }
    }
    return std::monostate{};
}

std::variant<std::monostate, HttpHead, HttpRefusal> HttpParser::read(std::string_view head) {
    for (std::size_t start = 0; !is_whole_;) {
        std::size_t end = head.find('\r', start);
        if (Refused refused = take_line(head.substr(start, end - start), start))
            return *refused;
        start = end + 2;
    }
    return HttpHead{std::move(request_), head.size()};
}

Refused HttpParser::take_line(std::string_view line, std::size_t start) {
    if (request_.method.empty()) {
        // RFC 9112, 2.2: one empty line before the request is passed over.
        if (line.empty() && start == 0)
            return std::nullopt;
        return take_request_line(line);
    }
    if (!line.empty())
        return take_field(line);
    is_whole_ = true;
    return finish();
}

Refused HttpParser::take_request_line(std::string_view line) {
    std::vector<std::string_view> parts = split(line, ' ');
    if (parts.size() != 3 || !is_token(parts[0]) || parts[1].empty())
        return HttpRefusal{400, "the request line is malformed"};
    std::string_view version = parts[2];
    bool is_http = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                   version[6] == '.' && is_digit(version[7]);
    if (!is_http)
        return HttpRefusal{400, "the request line is malformed"};
    if (version[5] != '1')
        return HttpRefusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    // RFC 9110, 2.5: a higher minor version is read as the highest that we know.
    request_.minor = version[7] == '0' ? 0 : 1;
    if (parts[1].size() > limits_.target)
        return HttpRefusal{414, "the request's target is too long"};
    request_.method = parts[0];
    request_.target = parts[1];
    return take_target();
}

/// RFC 9112, 3.2: the four forms of a target.
Refused HttpParser::take_target() {
    constexpr HttpRefusal malformed{400, "the request's target is malformed"};
    std::string_view target = request_.target;
    bool is_plain = std::all_of(target.begin(), target.end(),
                                [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    if (!is_plain)
        return malformed;
    if (request_.method == "CONNECT") {
        if (!is_authority(target))
            return malformed;
        request_.path = "*";
        return std::nullopt;
    }
    if (target == "*" && request_.method == "OPTIONS") {
        request_.path = "*";
        return std::nullopt;
    }
    std::string scheme = lower(target.substr(0, 8));
    if (scheme.starts_with("http://") || scheme == "https://") {
        target.remove_prefix(scheme == "https://" ? 8 : 7);
        std::size_t end = std::min(target.find_first_of("/?"), target.size());
        if (!is_authority(target.substr(0, end)))
            return malformed;
        request_.host = target.substr(0, end);
        target.remove_prefix(end);
    } else if (!target.starts_with('/')) {
        return malformed;
    }
    std::size_t question = std::min(target.find('?'), target.size());
    request_.path = target.substr(0, question);
    if (request_.path.empty())
        request_.path = "/";
    if (question < target.size())
        request_.query = target.substr(question + 1);
    return std::nullopt;
}

Refused HttpParser::take_field(std::string_view line) {
    // A folded line, a blank before the colon and a missing colon all break the name.
    std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
        return HttpRefusal{400, "a header field is malformed"};
    if (request_.fields.size() == limits_.fields)
        return HttpRefusal{431, "the request has too many header fields"};
    std::string_view value = trim(line.substr(colon + 1));
    request_.fields.push_back({line.substr(0, colon), value});
    return std::nullopt;
}

Refused HttpParser::finish() {
    if (Refused refused = finish_host())
        return refused;
    if (Refused refused = finish_body())
        return refused;
    finish_persistence();
    return std::nullopt;
}

/// RFC 9112, 3.2: one Host, and a valid one; the target's, where it names one, wins.
Refused HttpParser::finish_host() {
    std::size_t count = 0;
    for (const HttpField& field : request_.fields) {
        if (!same_name(field.name, "host"))
            continue;
        if (++count > 1 || !is_authority(field.value))
            return HttpRefusal{400, "the Host field is not valid"};
        if (request_.host.empty())
            request_.host = field.value;
    }
    if (count == 0 && request_.minor == 1)
        return HttpRefusal{400, "the Host field is missing"};
    return std::nullopt;
}

/// RFC 9112, 6: how long the body is, without any doubt.
Refused HttpParser::finish_body() {
    std::size_t lengths = 0, encodings = 0;
    for (const HttpField& field : request_.fields) {
        if (same_name(field.name, "transfer-encoding")) {
            ++encodings;
            request_.is_chunked = lower(field.value) == "chunked";
        } else if (same_name(field.name, "content-length")) {
            ++lengths;
            std::string_view digits = field.value;
            if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
                return HttpRefusal{400, "the Content-Length is not a number"};
            auto result = std::from_chars(digits.data(), digits.data() + digits.size(),
                                          request_.content_length);
            if (result.ec != std::errc{})
                request_.content_length = std::numeric_limits<std::uint64_t>::max();
        }
    }
    if (lengths > 1 || (lengths > 0 && encodings > 0))
        return HttpRefusal{400, "the request's length is ambiguous"};
    if (encodings > 1 || (encodings == 1 && (!request_.is_chunked || request_.minor == 0)))
        return HttpRefusal{400, "the Transfer-Encoding is not understood"};
    return std::nullopt;
}

/// RFC 9112, 9.3.
void HttpParser::finish_persistence() {
    std::vector<std::string> words = list_of(request_.field("connection").value_or(""));
    bool keeps = request_.minor == 1 ? !has(words, "close")
                                     : has(words, "keep-alive") && !has(words, "close");
    request_.persistence = keeps ? Persistence::keep : Persistence::close;
}

} // namespace img
