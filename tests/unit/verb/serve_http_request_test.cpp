#include "verb/serve/http_request.hpp"

#include <doctest/doctest.h>
#include <limits>
#include <string>

using namespace img;

namespace {

struct Parsed {
    std::optional<HttpRequest> request;
    std::size_t length = 0;
    int status = 0; ///< of the refusal; 0 when it was understood or more is needed
};

/// `piece` bytes more at a time.
Parsed parse(std::string_view bytes, std::size_t piece = 1'000'000) {
    HttpParser parser;
    for (std::size_t have = std::min(piece, bytes.size());;
         have = std::min(have + piece, bytes.size())) {
        auto answer = parser.advance(bytes.substr(0, have));
        if (auto* head = std::get_if<HttpHead>(&answer))
            return {std::move(head->request), head->length, 0};
        if (auto* refusal = std::get_if<HttpRefusal>(&answer))
            return {std::nullopt, 0, refusal->status};
        if (have == bytes.size())
            return {};
    }
}

/// A request with `lines` after its request line, each ended.
int status_with(std::string_view lines) {
    std::string text = "GET / HTTP/1.1\r\n" + std::string{lines} + "\r\n";
    Parsed parsed = parse(text);
    REQUIRE(parsed.request.has_value() == (parsed.status == 0));
    return parsed.status;
}

int status_of_line(std::string_view line) {
    std::string text = std::string{line} + "\r\nHost: a\r\n\r\n";
    Parsed parsed = parse(text);
    REQUIRE(parsed.request.has_value() == (parsed.status == 0));
    return parsed.status;
}

HttpRequest request_of(std::string_view text) {
    Parsed parsed = parse(text);
    REQUIRE(parsed.request.has_value());
    return *parsed.request;
}

Persistence persistence_with(std::string_view version, std::string_view lines) {
    return request_of("GET / HTTP/" + std::string{version} + "\r\nHost: a\r\n" +
                      std::string{lines} + "\r\n")
        .persistence;
}

} // namespace

TEST_CASE("HttpParser: a request is the same, however it arrives") {
    std::string_view text = "GET /a%20b/c.jpg?x=1&y HTTP/1.1\r\nHost: cam:8443\r\n"
                            "Accept: image/jpeg\r\nX-Empty:\r\naccept:  */* \t\r\n\r\nnext";
    for (std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
        Parsed parsed = parse(text, piece);
        REQUIRE(parsed.request);
        CHECK(parsed.length == text.size() - 4);
        CHECK(parsed.request->method == "GET");
        CHECK(parsed.request->target == "/a%20b/c.jpg?x=1&y");
        CHECK(parsed.request->path == "/a%20b/c.jpg");
        CHECK(parsed.request->query == "x=1&y");
        CHECK(parsed.request->host == "cam:8443");
        CHECK(parsed.request->minor == 1);
        CHECK(parsed.request->field("accept") == "image/jpeg, */*");
        CHECK(parsed.request->field("x-empty") == "");
        CHECK_FALSE(parsed.request->field("x-missing").has_value());
        CHECK_FALSE(parsed.request->announces_body());
        CHECK(parsed.request->persistence == Persistence::keep);
    }
}

TEST_CASE("HttpParser: every cut of a head needs more, and is no refusal") {
    std::string_view text = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (std::size_t length = 0; length < text.size(); ++length) {
        Parsed parsed = parse(text.substr(0, length));
        CHECK_FALSE(parsed.request.has_value());
        CHECK(parsed.status == 0);
    }
    CHECK(parse(text).length == text.size());
}

TEST_CASE("HttpParser: RFC 9112, 2.2: one empty line before a request is passed over, no more") {
    CHECK(parse("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").request.has_value());
    CHECK(parse("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 400);
}

TEST_CASE("HttpParser: RFC 9112, 2.2: only a carriage return and a line feed end a line") {
    CHECK(parse("GET / HTTP/1.1\nHost: a\n\n").status == 400);
    CHECK(parse("GET / HTTP/1.1\r\nHost: a\n\r\n").status == 400);
    CHECK(parse("GET / HTTP/1.1\r\nHost: a\r\n\n").status == 400);
    CHECK(parse("GET / HTTP/1.1\rHost: a\r\r").status == 400);
    CHECK(status_with("Host: a\r\nX: 1\rContent-Length: 4\r\n") == 400);
}

TEST_CASE("HttpParser: RFC 9112, 2.3: 1.0 and 1.x are spoken, other versions are refused") {
    CHECK(request_of("GET / HTTP/1.0\r\n\r\n").minor == 0);
    CHECK(request_of("GET / HTTP/1.9\r\nHost: a\r\n\r\n").minor == 1);
    CHECK(status_of_line("GET / HTTP/2.0") == 505);
    CHECK(status_of_line("GET / HTTP/9.9") == 505);
    CHECK(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505);
    CHECK(status_of_line("GET / HTTP/0.9") == 400);
    CHECK(status_of_line("GET / HTTP/1.1x") == 400);
    CHECK(status_of_line("GET / HTTP/1,1") == 400);
    CHECK(status_of_line("GET / HTTPS/1.1") == 400);
    CHECK(status_of_line("GET / ") == 400);
    CHECK(status_of_line("GET / http/1.1") == 400);
    CHECK(status_of_line("GET / HTTP/1") == 400);
    CHECK(status_of_line("GET / HTTP/1.10") == 400);
    CHECK(status_of_line("GET / HTTP/+1.1") == 400);
    CHECK(status_of_line("GET /") == 400);
}

TEST_CASE("HttpParser: RFC 9112, 3: a request line is a method, a target, a version, one blank "
          "between") {
    CHECK(status_of_line("GET  / HTTP/1.1") == 400);
    CHECK(status_of_line(" GET / HTTP/1.1") == 400);
    CHECK(status_of_line("GET / HTTP/1.1 ") == 400);
    CHECK(status_of_line("GET\t/\tHTTP/1.1") == 400);
    CHECK(status_of_line("GET /a b HTTP/1.1") == 400);
    CHECK(status_of_line("G(T / HTTP/1.1") == 400);
    CHECK(status_of_line("GET HTTP/1.1") == 400);
    CHECK(request_of("brew-it! / HTTP/1.1\r\nHost: a\r\n\r\n").method == "brew-it!");
}

TEST_CASE(
    "HttpParser: RFC 9112, 3.2.1: a target has no blanks, controls, fragment or 8-bit bytes") {
    CHECK(status_of_line("GET /a#b HTTP/1.1") == 400);
    CHECK(status_of_line("GET /\xc3\xa4 HTTP/1.1") == 400);
    CHECK(status_of_line("GET a HTTP/1.1") == 400);
    CHECK(status_of_line("GET * HTTP/1.1") == 400);
    HttpRequest request = request_of("GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(request.path == "/a");
    CHECK(request.query == "b?c");
}

TEST_CASE("HttpParser: RFC 9112, 3.2.2: of a target with a host the host wins over the field") {
    HttpRequest request =
        request_of("GET https://real.example:1/a?b HTTP/1.1\r\nHost: other.example\r\n\r\n");
    CHECK(request.host == "real.example:1");
    CHECK(request.path == "/a");
    CHECK(request.query == "b");
    CHECK(request_of("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").path == "/");
    request = request_of("GET HTTP://a?x HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(request.path == "/");
    CHECK(request.query == "x");
    CHECK(status_of_line("GET http:///a HTTP/1.1") == 400);
    CHECK(status_of_line("GET http://user@a/ HTTP/1.1") == 400);
    CHECK(status_of_line("GET ftp://a/ HTTP/1.1") == 400);
}

TEST_CASE("HttpParser: RFC 9112, 3.2.3 and 3.2.4: CONNECT names an authority, OPTIONS may name *") {
    CHECK(request_of("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n").path == "*");
    CHECK(status_of_line("CONNECT /a HTTP/1.1") == 400);
    CHECK(request_of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").path == "*");
    CHECK(request_of("OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n").path == "/a");
}

TEST_CASE("HttpParser: RFC 9112, 3.2: there is one Host, and it is a host") {
    CHECK(status_with("") == 400);
    CHECK(parse("GET / HTTP/1.0\r\n\r\n").request.has_value());
    CHECK(status_with("Host: a\r\nHost: a\r\n") == 400);
    for (const char* good : {"a", "a.b-c_d", "127.0.0.1:8443", "[::1]", "[::1]:8443", "a:", "A%41",
                             "[::ffff:1.2.3.4]"})
        CHECK_MESSAGE(status_with("Host: " + std::string{good} + "\r\n") == 0, good);
    for (const char* bad :
         {"a b", "a/b", "user@a", "[::1", "[::1]x", "[]", "[g::]", "[1:::2]", "[v1.a]", "", "%4",
          "a%zz", "a:123456", "a:1x", ":80", "a,b\"", "a\\b", "<b>"})
        CHECK_MESSAGE(status_with("Host: " + std::string{bad} + "\r\n") == 400, bad);
}

TEST_CASE("HttpParser: RFC 9112, 5.1: nothing stands between a field's name and its colon") {
    CHECK(status_with("Host : a\r\n") == 400);
    CHECK(status_with("Host: a\r\nX\t: 1\r\n") == 400);
    CHECK(status_with("Host: a\r\nX\r\n") == 400);
    CHECK(status_with("Host: a\r\n: 1\r\n") == 400);
    CHECK(status_with("Host: a\r\nX Y: 1\r\n") == 400);
    CHECK(status_with("Host: a\r\nX\xc3\xa4: 1\r\n") == 400);
}

TEST_CASE("HttpParser: RFC 9112, 5.2: a folded field is refused") {
    CHECK(status_with("Host: a\r\nX: 1\r\n 2\r\n") == 400);
    CHECK(status_with("Host: a\r\nX: 1\r\n\t2\r\n") == 400);
    CHECK(status_with(" Host: a\r\n") == 400);
}

TEST_CASE(
    "HttpParser: RFC 9110, 5.5: a value has no control characters, but tabs and 8-bit bytes") {
    using namespace std::string_view_literals;
    CHECK(status_with("Host: a\r\nX: 1\0002\r\n"sv) == 400);
    CHECK(status_with("Host: a\r\nX: \x1b[0m\r\n") == 400);
    CHECK(status_with("Host: a\r\nX: \x7f\r\n") == 400);
    CHECK(status_with("Host: a\r\nX: 1\t2 \xc3\xa4\r\n") == 0);
}

TEST_CASE("HttpParser: RFC 9112, 6.1: what is encoded further than in chunks is not understood") {
    for (const char* coding : {"gzip, chunked", "identity, chunked", "gzip,deflate ,\tCHUNKED"})
        CHECK_MESSAGE(
            status_with("Host: a\r\nTransfer-Encoding: " + std::string{coding} + "\r\n") == 501,
            coding);
}

TEST_CASE("HttpParser: RFC 9112, 6.3: only chunked is an encoding, once, and not in HTTP/1.0") {
    CHECK(request_of("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n").is_chunked);
    for (const char* bad : {"gzip", "chunked, gzip", "chunked, chunked", "chunked,gzip,chunked",
                            "chunked;x", ",", "xchunked", "chunked,", "", "identity", "\"chunked\"",
                            "\x0b"
                            "chunked",
                            "chunked\x0c"})
        CHECK_MESSAGE(
            status_with("Host: a\r\nTransfer-Encoding: " + std::string{bad} + "\r\n") == 400, bad);
    CHECK(status_with("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") ==
          400);
    CHECK(parse("GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status == 400);
}

TEST_CASE("HttpParser: RFC 9112, 6.3: a length is one number, and stands alone") {
    auto length_of = [](const std::string& number) {
        return request_of("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: " + number + "\r\n\r\n")
            .content_length;
    };
    CHECK(length_of("0") == 0);
    CHECK(length_of("007") == 7);
    CHECK(length_of("18446744073709551616") == std::numeric_limits<std::uint64_t>::max());
    for (const char* bad : {"", "-1", "+1", "0x10", "1 2", "4, 4", "1.0", "4;"})
        CHECK_MESSAGE(status_with("Host: a\r\nContent-Length: " + std::string{bad} + "\r\n") == 400,
                      bad);
    CHECK(status_with("Host: a\r\nContent-Length: 4\r\nContent-Length: 4\r\n") == 400);
    CHECK(status_with("Host: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n") == 400);
    CHECK(status_with("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n") == 400);
}

TEST_CASE("HttpParser: RFC 9112, 9.3: 1.1 keeps the connection unless told, 1.0 closes it unless "
          "told") {
    CHECK(persistence_with("1.1", "") == Persistence::keep);
    CHECK(persistence_with("1.1", "Connection: close\r\n") == Persistence::close);
    CHECK(persistence_with("1.1", "Connection: upgrade, CLOSE\r\n") == Persistence::close);
    CHECK(persistence_with("1.1", "Connection: upgrade\r\nConnection: close\r\n") ==
          Persistence::close);
    CHECK(persistence_with("1.0", "") == Persistence::close);
    CHECK(persistence_with("1.0", "Connection: Keep-Alive\r\n") == Persistence::keep);
    CHECK(persistence_with("1.0", "Connection: keep-alive, close\r\n") == Persistence::close);
}

TEST_CASE("HttpParser: RFC 9110, 10.1.1: what is expected is told, of HTTP/1.0 no 100") {
    auto expected = [](std::string_view version, std::string_view lines) {
        return request_of("POST / HTTP/" + std::string{version} + "\r\nHost: a\r\n" +
                          std::string{lines} + "\r\n")
            .expectation;
    };
    CHECK(expected("1.1", "") == Expectation::none);
    CHECK(expected("1.1", "Expect:\r\n") == Expectation::none);
    CHECK(expected("1.1", "Expect: 100-Continue\r\n") == Expectation::go_ahead);
    CHECK(expected("1.1", "Expect: ,100-continue\r\n") == Expectation::go_ahead);
    CHECK(expected("1.1", "Expect: 100-continue, tea\r\n") == Expectation::unknown);
    CHECK(expected("1.1", "Expect: tea\r\nExpect: 100-continue\r\n") == Expectation::unknown);
    CHECK(expected("1.1", "Expect: 200-ok\r\n") == Expectation::unknown);
    CHECK(expected("1.0", "Expect: 100-continue\r\n") == Expectation::none);
}

TEST_CASE("HttpParser: what can never be a request is refused as soon as it is seen") {
    auto status_of = [](std::string_view text) { return parse(text, 1).status; };
    CHECK(status_of("\x16\x03\x01") == 400);
    CHECK(status_of("GET / HTTP/1.1\n") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\r") == 400);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: \x01") == 400);
    CHECK(status_of("GET /\r\n") == 400);
    CHECK(status_of("GET / HTTP/3.0\r\n") == 505);
    CHECK(status_of("GET a HTTP/1.1\r\nHost: a\n") == 400);
    CHECK(status_of("\r\n\r\n") == 400);
    // Of two faults the request line's is told, however both arrive.
    CHECK(parse("GET / HTTP/3.0\r\nHost: a\n").status == 505);
}

TEST_CASE("HttpParser: a control character is found wherever it stands") {
    for (std::size_t before = 0; before < 40; ++before)
        for (char c : {'\0', '\x01', '\x1f', '\x7f', '\n'})
            CHECK(status_with("Host: a\r\nX: " + std::string(before, '\xff') + c +
                              std::string(before % 9, 'y') + "\r\n") == 400);
    for (std::size_t before = 0; before < 40; ++before)
        for (char c : {'\t', ' ', '~', '\x80', '\xff'})
            CHECK(status_with("Host: a\r\nX: " + std::string(before, '\x9f') + c + "y\r\n") == 0);
}

TEST_CASE("same_name: letters are the same in either case, other characters are not") {
    CHECK(same_name("Content-Length", "cONTENT-lENGTH"));
    CHECK(same_name("", ""));
    CHECK_FALSE(same_name("a", "ab"));
    CHECK_FALSE(same_name("^", "~"));
    CHECK_FALSE(same_name("@", "`"));
    CHECK_FALSE(same_name("[", "{"));
}

TEST_CASE("HttpParser: a head has at most 16 KiB, 100 fields and a target of 4 KiB") {
    auto head_of = [](std::size_t length) {
        std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n";
        head.insert(head.size() - 4, std::string(length - head.size(), 'x'));
        return head;
    };
    CHECK(parse(head_of(HttpLimits{}.head)).length == HttpLimits{}.head);
    CHECK(parse(head_of(HttpLimits{}.head + 1)).status == 431);
    CHECK(parse(head_of(HttpLimits{}.head + 1), 1).status == 431);

    auto fields_of = [](std::size_t count) {
        std::string lines = "Host: a\r\n";
        for (std::size_t i = 1; i < count; ++i)
            lines += "X: 1\r\n";
        return lines;
    };
    CHECK(status_with(fields_of(HttpLimits{}.fields)) == 0);
    CHECK(status_with(fields_of(HttpLimits{}.fields + 1)) == 431);

    auto line_of = [](std::size_t length) {
        return "GET /" + std::string(length - 1, 'a') + " HTTP/1.1";
    };
    CHECK(status_of_line(line_of(HttpLimits{}.target)) == 0);
    CHECK(status_of_line(line_of(HttpLimits{}.target + 1)) == 414);
    CHECK(parse(std::string(HttpLimits{}.target + 200, 'a')).status == 414);
}
