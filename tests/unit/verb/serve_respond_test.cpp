#include "verb/serve/respond.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant now = *parse_iso_time("2026-11-21T12:00:00.000Z");

/// A served directory that is gone with the test.
struct Served {
    fs::path root = fs::temp_directory_path() / fs::unique_path("served-%%%%%%%%");
    Service service;

    Served() : service{Site{(fs::create_directories(root), root)}} {}
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() { fs::remove_all(root); }

    void write(const std::string& path, std::string_view text) const {
        fs::create_directories((root / path).parent_path());
        write_file(root / path, bytes_of(text));
    }
    HttpResponse ask(const std::string& method, const std::string& path,
                     std::vector<HttpField> fields = {}) const {
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.fields = std::move(fields);
        return respond(request, service, now);
    }
};

std::string field(const HttpResponse& response, std::string_view name) {
    return std::string{response.field(name).value_or("(none)")};
}

} // namespace

TEST_CASE("respond: what comes from the directory is never guessed at by a browser") {
    Served served;
    served.write("a.jpg", "a");
    for (const char* path : {"/", "/a.jpg", "/imgserve.css", "/health", "/missing", "/.."})
        CHECK_MESSAGE(field(served.ask("GET", path), "X-Content-Type-Options") == "nosniff", path);
}

TEST_CASE("respond: the user's files stand before our own") {
    Served served;
    CHECK(field(served.ask("GET", "/imgserve.css"), "Content-Type") == "text/css; charset=utf-8");
    CHECK(served.ask("GET", "/imgserve.css").length() > 5);
    served.write("imgserve.css", "mine");
    CHECK(served.ask("GET", "/imgserve.css").length() == 4);
    served.write("index.html", "mine");
    CHECK(served.ask("GET", "/").length() == 4);
}

TEST_CASE("respond: our resources are not sent twice") {
    Served served;
    HttpResponse first = served.ask("GET", "/imgserve.js");
    CHECK(first.status == 200);
    CHECK(served.ask("GET", "/imgserve.js", {{"if-none-match", *first.field("ETag")}}).status ==
          304);
}

TEST_CASE("respond: RFC 9110, 15.4.5: a 304 has the tag and the caching, and no body") {
    Served served;
    served.write("20261121T120000.000Z.jpg", "a");
    HttpResponse whole = served.ask("GET", "/20261121T120000.000Z.jpg");
    HttpResponse same =
        served.ask("GET", "/20261121T120000.000Z.jpg", {{"if-none-match", *whole.field("ETag")}});
    CHECK(same.status == 304);
    CHECK(same.length() == 0);
    CHECK(field(same, "ETag") == field(whole, "ETag"));
    CHECK(field(same, "Cache-Control") == "public, max-age=31536000, immutable");
}

TEST_CASE("respond: RFC 9110, 13.2.2: a range is looked at after the conditions") {
    Served served;
    served.write("a.txt", "0123456789");
    std::string tag = field(served.ask("GET", "/a.txt"), "ETag");
    HttpField range{"range", "bytes=2-4"};
    CHECK(served.ask("GET", "/a.txt", {range}).status == 206);
    CHECK(served.ask("GET", "/a.txt", {range, {"if-none-match", tag}}).status == 304);
    CHECK(served.ask("GET", "/a.txt", {range, {"if-match", "\"b\""}}).status == 412);
    CHECK(served.ask("GET", "/a.txt", {{"range", "bytes=10-"}}).status == 416);
}

TEST_CASE("respond: RFC 9110, 9.3.2: HEAD has the fields of GET and withholds the body") {
    Served served;
    served.write("a.jpg", "abc");
    for (const char* path : {"/a.jpg", "/imgserve.svg", "/", "/missing", "/health"}) {
        HttpResponse get = served.ask("GET", path), head = served.ask("HEAD", path);
        CHECK(head.status == get.status);
        CHECK(head.length() == get.length());
        CHECK(head.payload == HttpResponse::Payload::withheld);
        CHECK(head.fields == get.fields);
    }
}

TEST_CASE("respond: a body is not taken, and what follows it is not read") {
    Served served;
    HttpRequest request;
    request.method = "GET";
    request.path = "/";
    request.content_length = 1;
    HttpResponse response = respond(request, served.service, now);
    CHECK(response.status == 413);
    CHECK(response.persistence == Persistence::close);
    request.content_length = 0;
    request.is_chunked = true;
    response = respond(request, served.service, now);
    CHECK(response.status == 411);
    CHECK(response.persistence == Persistence::close);
}

TEST_CASE("respond: OPTIONS, also of the whole server, says what is allowed") {
    Served served;
    for (const char* path : {"*", "/", "/missing"}) {
        HttpResponse response = served.ask("OPTIONS", path);
        CHECK(response.status == 204);
        CHECK(field(response, "Allow") == "GET, HEAD, OPTIONS");
    }
}

TEST_CASE("respond: a directory that has a page is sent to its slash, and nothing else is") {
    Served served;
    served.write("north:1/index.html", "n");
    served.write("south/a.jpg", "s");
    HttpResponse response = served.ask("GET", "/north:1");
    CHECK(response.status == 301);
    CHECK(field(response, "Location") == "./north%3A1/");
    CHECK(served.ask("GET", "/north:1/").status == 200);
    CHECK(served.ask("GET", "/south").status == 404);
    CHECK(served.ask("GET", "/south/").status == 404);
}

TEST_CASE("response_head: RFC 9110, 8.6: 204 and 304 have no length, everything else has one") {
    HttpResponse response = plain_response(404);
    CHECK(response_head(response, 1, http_time(now)) ==
          "HTTP/1.1 404 Not Found\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
          "Content-Type: text/plain; charset=utf-8\r\nCache-Control: no-cache\r\n"
          "X-Content-Type-Options: nosniff\r\nContent-Length: 14\r\n\r\n");
    for (int status : {204, 304}) {
        HttpResponse empty;
        empty.status = status;
        CHECK(response_head(empty, 1, http_time(now)).find("Content-Length") == std::string::npos);
    }
}

TEST_CASE("response_head: RFC 9112, 9.3: the end of the connection is said, and to HTTP/1.0 its "
          "going on") {
    HttpResponse response;
    CHECK(response_head(response, 0, http_time(now)).find("Connection: keep-alive\r\n") !=
          std::string::npos);
    CHECK(response_head(response, 1, http_time(now)).find("Connection") == std::string::npos);
    response.persistence = Persistence::close;
    CHECK(response_head(response, 1, http_time(now)).find("Connection: close\r\n") !=
          std::string::npos);
}
