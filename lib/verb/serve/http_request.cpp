// The head of an HTTP/1 request: bytes in, a request or a refusal out.

#include "verb/serve/http_request.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

namespace img {

namespace {

using Refused = std::optional<HttpRefusal>;

constexpr HttpRefusal bad_request_line{400, "the request line is malformed"};
constexpr HttpRefusal bad_target{400, "the request's target is malformed"};
constexpr HttpRefusal long_target{414, "the request's target is too long"};
constexpr HttpRefusal large_head{431, "the request's header is too large"};

/// What a byte may be part of.
enum Part : std::uint8_t {
    token = 1,  ///< RFC 9110, 5.6.2
    target = 2, ///< what is visible, but no fragment
    name = 4,   ///< of a host: RFC 3986, 3.2.2
    digit = 8,
    hex = 16,
};

constexpr std::array<std::uint8_t, 256> parts = [] {
    std::array<std::uint8_t, 256> table{};
    auto add = [&](std::string_view bytes, int part) {
        for (char c : bytes)
            table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(part);
    };
    add("0123456789", token | name | digit | hex);
    add("abcdefABCDEF", hex);
    add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", token | name);
    add("!#$%&'*+-.^_`|~", token);
    add("-._~%!$&'()*+,;=", name);
    for (unsigned c = 0x21; c < 0x7f; ++c)
        if (c != '#')
            table[c] |= target;
    return table;
}();

bool is(Part part, char c) {
    return (parts[static_cast<unsigned char>(c)] & part) != 0;
}

/// How many bytes at the front of `text` are such parts.
std::size_t count_of(Part part, std::string_view text) {
    std::size_t count = 0;
    while (count < text.size() && is(part, text[count]))
        ++count;
    return count;
}

bool all_are(Part part, std::string_view text) {
    return count_of(part, text) == text.size();
}

char small(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

/// Where the first control character is from `at` on, tabs among them; the size without one. Looks
/// at eight bytes at a time: a byte below 0x20 and the byte 0x7f set the high bit of their place,
/// and only places above the first are ever wrong.
std::size_t next_control(std::string_view text, std::size_t at) {
    constexpr std::uint64_t each = 0x0101010101010101;
    if constexpr (std::endian::native == std::endian::little) {
        for (; at + 8 <= text.size(); at += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data() + at, 8);
            std::uint64_t deleted = word ^ (each * 0x7f);
            std::uint64_t found =
                (((word - each * 0x20) & ~word) | ((deleted - each) & ~deleted)) & (each * 0x80);
            if (found != 0)
                return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
        }
    }
    auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    while (at < text.size() && !is_control(text[at]))
        ++at;
    return at;
}

/// Without the blanks around it (RFC 9110, 5.6.3).
std::string_view without_blanks(std::string_view text) {
    auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

/// Takes the first element off a comma-separated list (RFC 9110, 5.6.1).
std::string_view take_element(std::string_view& list) {
    std::size_t comma = std::min(list.find(','), list.size());
    std::string_view element = without_blanks(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    return element;
}

/// An address in brackets: RFC 3986, 3.2.2; without zones, and without versions to come.
bool is_ipv6(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> address{};
    if (text.size() >= address.size())
        return false;
    std::copy(text.begin(), text.end(), address.begin());
    in6_addr parsed{};
    return inet_pton(AF_INET6, address.data(), &parsed) == 1;
}

bool is_host_name(std::string_view text) {
    if (text.empty() || !all_are(name, text))
        return false;
    for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1))
        if (at + 2 >= text.size() || !is(hex, text[at + 1]) || !is(hex, text[at + 2]))
            return false;
    return true;
}

/// RFC 3986, 3.2: host and port, without user information.
bool is_authority(std::string_view text) {
    std::size_t end = text.size();
    if (text.starts_with('[')) {
        end = text.find(']');
        if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1)))
            return false;
        ++end;
    } else {
        end = std::min(text.find(':'), text.size());
        if (!is_host_name(text.substr(0, end)))
            return false;
    }
    std::string_view port = text.substr(end);
    return port.empty() || (port[0] == ':' && port.size() <= 6 && all_are(digit, port.substr(1)));
}

/// Reads a head that is known to have no control characters but tabs and the ends of its lines.
class HeadReader {
public:
    explicit HeadReader(const HttpLimits& limits) : limits_(limits) {}

    Refused take_request_line(std::string_view line);
    /// `lines` end with the blank one; they are `count` without it.
    Refused take_fields(std::string_view lines, std::size_t count);
    HttpRequest& request() { return request_; }

private:
    Refused take_target();
    Refused take_field(const HttpField& field);
    Refused take_host(std::string_view value);
    Refused take_length(std::string_view value);
    Refused take_encoding(std::string_view value);
    void take_connection(std::string_view value);
    void take_expectation(std::string_view value);
    Refused finish();

    const HttpLimits& limits_;
    HttpRequest request_;
    bool has_host_ = false, has_length_ = false, has_encoding_ = false;
    bool says_close_ = false, says_keep_ = false;
};

Refused HeadReader::take_request_line(std::string_view line) {
    std::size_t blank = count_of(token, line);
    if (blank == 0 || blank == line.size() || line[blank] != ' ')
        return bad_request_line;
    request_.method = line.substr(0, blank);
    line.remove_prefix(blank + 1);
    blank = line.find(' ');
    if (blank == 0 || blank == std::string_view::npos)
        return bad_request_line;
    request_.target = line.substr(0, blank);
    std::string_view version = line.substr(blank + 1);
    // HTTP/0.9 had no versions, so nothing that says it is one is HTTP.
    bool is_http = version.size() == 8 && version.starts_with("HTTP/") && is(digit, version[5]) &&
                   version[5] != '0' && version[6] == '.' && is(digit, version[7]);
    if (!is_http)
        return bad_request_line;
    if (version[5] != '1')
        return HttpRefusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
    // RFC 9110, 2.5: a higher minor version is read as the highest that we know.
    request_.minor = version[7] == '0' ? 0 : 1;
    if (request_.target.size() > limits_.target)
        return long_target;
    return take_target();
}

/// RFC 9112, 3.2: the four forms of a target.
Refused HeadReader::take_target() {
    std::string_view rest = request_.target;
    if (!all_are(target, rest))
        return bad_target;
    if (request_.method == "CONNECT") {
        if (!is_authority(rest))
            return bad_target;
        request_.path = "*";
        return std::nullopt;
    }
    if (rest == "*" && request_.method == "OPTIONS") {
        request_.path = "*";
        return std::nullopt;
    }
    if (!rest.starts_with('/')) {
        std::size_t scheme = same_name(rest.substr(0, 7), "http://")    ? 7
                             : same_name(rest.substr(0, 8), "https://") ? 8
                                                                        : 0;
        if (scheme == 0)
            return bad_target;
        rest.remove_prefix(scheme);
        std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
        request_.host = rest.substr(0, end);
        if (!is_authority(request_.host))
            return bad_target;
        rest.remove_prefix(end);
    }
    std::size_t question = std::min(rest.find('?'), rest.size());
    request_.path = question == 0 ? "/" : rest.substr(0, question);
    if (question < rest.size())
        request_.query = rest.substr(question + 1);
    return std::nullopt;
}

Refused HeadReader::take_fields(std::string_view lines, std::size_t count) {
    if (count > limits_.fields)
        return HttpRefusal{431, "the request has too many header fields"};
    request_.fields.reserve(count);
    for (; count > 0; --count) {
        // A folded line, a blank before the colon and a missing colon all break the name.
        std::size_t colon = count_of(token, lines);
        if (colon == 0 || lines[colon] != ':')
            return HttpRefusal{400, "a header field is malformed"};
        std::size_t end = lines.find('\r', colon);
        HttpField field{lines.substr(0, colon),
                        without_blanks(lines.substr(colon + 1, end - colon - 1))};
        if (Refused refused = take_field(field))
            return refused;
        request_.fields.push_back(field);
        lines.remove_prefix(end + 2);
    }
    return finish();
}

/// The fields that say what the request is; by their lengths, as most are none of them.
Refused HeadReader::take_field(const HttpField& field) {
    auto is_named = [&](std::string_view name) { return same_name(field.name, name); };
    switch (field.name.size()) {
    case 4:
        return is_named("host") ? take_host(field.value) : std::nullopt;
    case 6:
        if (is_named("expect"))
            take_expectation(field.value);
        return std::nullopt;
    case 10:
        if (is_named("connection"))
            take_connection(field.value);
        return std::nullopt;
    case 14:
        return is_named("content-length") ? take_length(field.value) : std::nullopt;
    case 17:
        return is_named("transfer-encoding") ? take_encoding(field.value) : std::nullopt;
    default:
        return std::nullopt;
    }
}

/// RFC 9112, 3.2: one Host, and a valid one; the target's, where it names one, wins.
Refused HeadReader::take_host(std::string_view value) {
    if (has_host_ || !is_authority(value))
        return HttpRefusal{400, "the Host field is not valid"};
    has_host_ = true;
    if (request_.host.empty())
        request_.host = value;
    return std::nullopt;
}

/// RFC 9112, 6.2 and 6.3: one number, and it is said once.
Refused HeadReader::take_length(std::string_view value) {
    if (value.empty() || !all_are(digit, value))
        return HttpRefusal{400, "the Content-Length is not a number"};
    if (has_length_)
        return HttpRefusal{400, "the request's length is ambiguous"};
    has_length_ = true;
    auto result =
        std::from_chars(value.data(), value.data() + value.size(), request_.content_length);
    if (result.ec != std::errc{})
        request_.content_length = std::numeric_limits<std::uint64_t>::max();
    return std::nullopt;
}

/// RFC 9112, 6.1 and 6.3: what does not end with chunked has no end; what else is done to the body
/// is not understood here.
Refused HeadReader::take_encoding(std::string_view value) {
    constexpr HttpRefusal endless{400, "the Transfer-Encoding leaves the length in doubt"};
    if (has_encoding_)
        return endless;
    has_encoding_ = true;
    if (same_name(value, "chunked")) {
        request_.is_chunked = true;
        return std::nullopt;
    }
    std::size_t codings = 0, chunked = 0;
    bool ends_chunked = false;
    while (!value.empty()) {
        ends_chunked = same_name(take_element(value), "chunked");
        chunked += ends_chunked ? 1 : 0;
        ++codings;
    }
    if (!ends_chunked || chunked > 1 || codings == 1)
        return endless;
    return HttpRefusal{501, "the Transfer-Encoding is not understood"};
}

/// RFC 9112, 9.3.
void HeadReader::take_connection(std::string_view value) {
    while (!value.empty()) {
        std::string_view option = take_element(value);
        says_close_ = says_close_ || same_name(option, "close");
        says_keep_ = says_keep_ || same_name(option, "keep-alive");
    }
}

/// RFC 9110, 10.1.1.
void HeadReader::take_expectation(std::string_view value) {
    while (!value.empty()) {
        std::string_view expected = take_element(value);
        if (expected.empty())
            continue;
        if (!same_name(expected, "100-continue"))
            request_.expectation = Expectation::unknown;
        else if (request_.minor == 1 && request_.expectation == Expectation::none)
            request_.expectation = Expectation::go_ahead;
    }
}

Refused HeadReader::finish() {
    if (!has_host_ && request_.minor == 1)
        return HttpRefusal{400, "the Host field is missing"};
    if (has_length_ && has_encoding_)
        return HttpRefusal{400, "the request's length is ambiguous"};
    if (has_encoding_ && request_.minor == 0)
        return HttpRefusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    bool keeps = !says_close_ && (request_.minor == 1 || says_keep_);
    request_.persistence = keeps ? Persistence::keep : Persistence::close;
    return std::nullopt;
}

} // namespace

bool same_name(std::string_view one, std::string_view other) {
    return one.size() == other.size() &&
           std::equal(one.begin(), one.end(), other.begin(),
                      [](char left, char right) { return small(left) == small(right); });
}

bool is_token(std::string_view text) {
    return !text.empty() && all_are(token, text);
}

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
    Refused refused = scan(bytes.substr(0, limits_.head));
    if (is_whole_) {
        HeadReader reader{limits_};
        refused = reader.take_request_line(request_line(bytes));
        if (!refused)
            refused =
                reader.take_fields(bytes.substr(request_end_ + 2, at_ - request_end_ - 2), fields_);
        if (refused)
            return *refused;
        return HttpHead{std::move(reader.request()), at_};
    }
    // The request line is told about as soon as it is there, and before what follows it.
    if (request_end_ > 0 && !is_request_line_read_) {
        is_request_line_read_ = true;
        if (Refused first = HeadReader{limits_}.take_request_line(request_line(bytes)))
            return *first;
    }
    if (refused)
        return *refused;
    if (bytes.size() >= limits_.head)
        return large_head;
    return std::monostate{};
}

std::string_view HttpParser::request_line(std::string_view bytes) const {
    return bytes.substr(request_start_, request_end_ - request_start_);
}

/// Finds the lines of what has arrived, and refuses what may stand in none.
Refused HttpParser::scan(std::string_view bytes) {
    while (at_ < bytes.size()) {
        if (after_return_) {
            if (bytes[at_++] != '\n')
                return HttpRefusal{400, "a carriage return is not the end of a line"};
            after_return_ = false;
            if (Refused refused = end_line())
                return refused;
            if (is_whole_)
                return std::nullopt;
            continue;
        }
        // The target is measured when its line is whole; a line longer than this never will be.
        std::size_t most = request_end_ > 0 ? bytes.size() : line_start_ + limits_.target + 100;
        at_ = next_control(bytes.substr(0, most), at_);
        if (at_ == bytes.size())
            return std::nullopt;
        if (at_ == most)
            return long_target;
        char c = bytes[at_++];
        if (c == '\n')
            return HttpRefusal{400, "a line ends without a carriage return"};
        if (c != '\r' && c != '\t')
            return HttpRefusal{400, "a control character"};
        after_return_ = c == '\r';
    }
    return std::nullopt;
}

/// The line that ends before `at_` is whole.
Refused HttpParser::end_line() {
    std::size_t start = std::exchange(line_start_, at_);
    bool is_blank = at_ - start == 2;
    if (request_end_ > 0) {
        is_whole_ = is_blank;
        fields_ += is_blank ? 0 : 1;
    } else if (!is_blank) {
        request_start_ = start;
        request_end_ = at_ - 2;
    } else if (start > 0) {
        // RFC 9112, 2.2: one empty line before the request is passed over.
        return bad_request_line;
    }
    return std::nullopt;
}

} // namespace img
