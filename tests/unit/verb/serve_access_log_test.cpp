#include "verb/serve/access_log.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

std::string line_of(const HttpRequest* request, int status, std::uint64_t sent,
                    std::string_view client = "192.0.2.1") {
    Client asking{parse_ip_address(client), true};
    return access_line({asking, request, status, sent, {}},
                       *parse_iso_time("2026-11-21T13:43:38.000Z"), Zone{std::chrono::minutes{0}});
}

HttpRequest request_for(std::string_view path, std::string_view query = "") {
    HttpRequest request;
    static std::string target; // what the request is a view of
    target = query.empty() ? std::string{path} : std::string{path} + "?" + std::string{query};
    request.method = "GET";
    request.target = target;
    request.path = path;
    request.query = query;
    return request;
}

} // namespace

TEST_CASE("access_line: the combined format") {
    HttpRequest request = request_for("/latest.jpg");
    request.fields = {{"referer", "https://cam/"}, {"user-agent", "agent"}};
    CHECK(line_of(&request, 200, 512) ==
          "192.0.2.1 - - [21/Nov/2026:13:43:38 +0000] \"GET /latest.jpg HTTP/1.1\" 200 512 "
          "\"https://cam/\" \"agent\"");
}

TEST_CASE("access_line: a dash stands for what there is not") {
    CHECK(line_of(nullptr, 400, 0, "") ==
          "- - - [21/Nov/2026:13:43:38 +0000] \"-\" 400 - \"-\" \"-\"");
    HttpRequest request = request_for("/");
    request.minor = 0;
    request.fields = {{"user-agent", ""}};
    CHECK(line_of(&request, 304, 0) ==
          "192.0.2.1 - - [21/Nov/2026:13:43:38 +0000] \"GET / HTTP/1.0\" 304 - \"-\" \"-\"");
}

TEST_CASE("access_line: what a client sends can neither end the quotes nor the line") {
    HttpRequest request = request_for("/\"x");
    request.fields = {{"referer", "\x1b[31m\" 200"}, {"user-agent", "a\tb\x7f\\"}};
    std::string line = line_of(&request, 404, 1);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find('\t') == std::string::npos);
    CHECK(line.find("\"GET /\\\"x HTTP/1.1\"") != std::string::npos);
    CHECK(line.find("\"\\x1b[31m\\\" 200\"") != std::string::npos);
    // A backslash at the end of a value does not take the closing quote with it.
    CHECK(line.ends_with("\\x7f\\\\\""));
}

TEST_CASE("access_line: secrets of the query are not written, be it the request's or the "
          "referer's") {
    HttpRequest request = request_for("/a", "x=1&token=secret&password=secret");
    request.fields = {{"referer", "https://user:secret@cam/?token=secret&y=2"}};
    std::string line = line_of(&request, 200, 1);
    CHECK(line.find("secret") == std::string::npos);
    CHECK(line.find("x=1") != std::string::npos);
}
