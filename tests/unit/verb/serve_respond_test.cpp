#include "verb/serve/respond.hpp"

#include "base/file.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant now = *parse_iso_time("2026-11-21T12:00:00.000Z");

/// Who asks from where it does not matter.
const Client somebody;

/// The answer, after the body that comes before it.
HttpResponse answer_of(Reply reply) {
    if (auto* sink = std::get_if<std::unique_ptr<BodySink>>(&reply))
        return (*sink)->finish();
    return std::move(std::get<HttpResponse>(reply));
}

/// A served directory that is gone with the test.
struct Served {
    fs::path root = fs::temp_directory_path() / fs::unique_path("served-%%%%%%%%");
    Service service;

    explicit Served(const AnswerPolicy& policy = {})
        : service{Site{(fs::create_directories(root), root), described_by(policy)},
                  policy,
                  Duration{30'000},
                  {}} {}
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;
    ~Served() { fs::remove_all(root); }

    static SiteOptions described_by(const AnswerPolicy& policy) {
        SiteOptions options;
        options.describe = [policy](const std::string& path) { return file_fields(policy, path); };
        return options;
    }
    void write(const std::string& path, std::string_view text,
               std::string_view modified = "2026-11-21T11:00:00.000Z") const {
        fs::create_directories((root / path).parent_path());
        AtomicFile file{root / path};
        file.write(bytes_of(text));
        file.set_time(*parse_iso_time(modified));
        file.commit();
    }
    HttpResponse ask(const std::string& method, const std::string& path,
                     std::vector<HttpField> fields = {}) const {
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.fields = std::move(fields);
        return answer_of(respond(request, somebody, service, now));
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

TEST_CASE("respond: a body that nobody asked for is forgotten before the answer") {
    Served served;
    for (const char* method : {"GET", "HEAD", "POST", "BREW"}) {
        HttpRequest request;
        request.method = method;
        request.path = "/";
        HttpResponse without = answer_of(respond(request, somebody, served.service, now));
        request.content_length = 65536;
        Reply reply = respond(request, somebody, served.service, now);
        REQUIRE(std::holds_alternative<std::unique_ptr<BodySink>>(reply));
        HttpResponse with = answer_of(std::move(reply));
        CHECK(with.status == without.status);
        CHECK(with.persistence == Persistence::keep);
        CHECK(with.payload == without.payload);
        request.content_length = 0;
        request.is_chunked = true;
        CHECK(std::holds_alternative<std::unique_ptr<BodySink>>(
            respond(request, somebody, served.service, now)));
    }
}

TEST_CASE("respond: a large body is not waited for") {
    Served served;
    for (const char* method : {"GET", "POST"}) {
        HttpRequest request;
        request.method = method;
        request.path = "/";
        request.content_length = 65537;
        Reply reply = respond(request, somebody, served.service, now);
        REQUIRE(std::holds_alternative<HttpResponse>(reply));
        CHECK(std::get<HttpResponse>(reply).status == 413);
        CHECK(std::get<HttpResponse>(reply).persistence == Persistence::close);
    }
}

TEST_CASE("respond: RFC 9110, 9.1: 405 for methods that are known and not taken, 501 for others") {
    Served served;
    for (const char* method : {"POST", "PUT", "DELETE", "TRACE", "CONNECT", "PATCH"}) {
        HttpResponse response = served.ask(method, "/");
        CHECK_MESSAGE(response.status == 405, method);
        CHECK(field(response, "Allow") == "GET, HEAD, OPTIONS");
    }
    for (const char* method : {"BREW", "get", "PROPFIND"})
        CHECK_MESSAGE(served.ask(method, "/").status == 501, method);
}

TEST_CASE("respond: RFC 9110, 10.1.1: an expectation that is not known is not met") {
    Served served;
    HttpRequest request;
    request.method = "GET";
    request.path = "/";
    request.expectation = Expectation::unknown;
    CHECK(answer_of(respond(request, somebody, served.service, now)).status == 417);
    request.expectation = Expectation::go_ahead;
    CHECK(answer_of(respond(request, somebody, served.service, now)).status == 200);
}

TEST_CASE("respond: RFC 9110, 8.8.2.1: nothing was modified after it is sent") {
    Served served;
    served.write("past.jpg", "p", "2026-11-21T11:59:59.900Z");
    served.write("future.jpg", "f", "2036-01-01T00:00:00.000Z");
    CHECK(field(served.ask("GET", "/past.jpg"), "Last-Modified") ==
          "Sat, 21 Nov 2026 11:59:59 GMT");
    CHECK(field(served.ask("GET", "/future.jpg"), "Last-Modified") == http_time(now));
}

TEST_CASE("respond: RFC 9110, 14.6: several ranges come as parts with their types and places") {
    Served served;
    served.write("a.txt", "0123456789");
    HttpResponse response = served.ask("GET", "/a.txt", {{"range", "bytes=0-1,8-"}});
    CHECK(response.status == 206);
    std::string boundary = "part-" + field(response, "ETag");
    std::erase(boundary, '"');
    CHECK(field(response, "Content-Type") == "multipart/byteranges; boundary=" + boundary);
    CHECK(field(response, "Content-Range") == "(none)");
    std::string text;
    for (const BodyPart& part : response.body) {
        if (const auto* file = std::get_if<FileRange>(&part))
            text += std::string_view{"0123456789"}.substr(file->offset, file->length);
        else
            text += std::get<std::string>(part);
    }
    CHECK(text == "--" + boundary +
                      "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "Content-Range: bytes 0-1/10\r\n\r\n01\r\n--" +
                      boundary +
                      "\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      "Content-Range: bytes 8-9/10\r\n\r\n89\r\n--" +
                      boundary + "--\r\n");
    CHECK(response.length() == text.size());
}

TEST_CASE("respond: RFC 9110, 12.5.3: a compressed sibling is sent to whom it is welcome") {
    Served served;
    served.write("a.json", "original");
    CHECK(field(served.ask("GET", "/a.json", {{"accept-encoding", "gzip, br"}}), "Vary") ==
          "(none)");
    served.write("a.json.gz", "gz");
    served.write("a.json.br", "b");
    auto coding = [&](const char* accept) {
        HttpResponse response = served.ask("GET", "/a.json", {{"accept-encoding", accept}});
        CHECK(field(response, "Vary") == "Accept-Encoding");
        CHECK(field(response, "Content-Type") == "application/json");
        std::string name = field(response, "Content-Encoding");
        CHECK(response.length() == (name == "br" ? 1 : name == "gzip" ? 2 : 8));
        return name;
    };
    CHECK(coding("gzip, br") == "br");
    CHECK(coding("gzip") == "gzip");
    CHECK(coding("br;q=0.5, gzip") == "gzip");
    CHECK(coding("br;q=0, *") == "gzip");
    CHECK(coding("identity;q=0.9, br;q=0.8") == "(none)");
    CHECK(coding("deflate") == "(none)");
    CHECK(coding("identity;q=0") == "(none)");
    CHECK(coding("") == "(none)");
    CHECK(field(served.ask("GET", "/a.json"), "Content-Encoding") == "(none)");
    CHECK(field(served.ask("GET", "/a.json"), "Vary") == "Accept-Encoding");
}

TEST_CASE("respond: a compressed sibling that is older, or of what is compressed already, is not "
          "sent") {
    Served served;
    served.write("a.json", "original", "2026-11-21T11:00:00.000Z");
    served.write("a.json.gz", "gz", "2026-11-21T10:59:59.000Z");
    served.write("a.jpg", "original");
    served.write("a.jpg.gz", "gz");
    for (const char* path : {"/a.json", "/a.jpg"}) {
        HttpResponse response = served.ask("GET", path, {{"accept-encoding", "gzip"}});
        CHECK(field(response, "Content-Encoding") == "(none)");
        CHECK(field(response, "Vary") == "(none)");
        CHECK(response.length() == 8);
    }
}

TEST_CASE("respond: conditions and ranges are those of the representation that is chosen") {
    Served served;
    served.write("a.json", "original");
    served.write("a.json.gz", "0123456789");
    HttpField accept{"accept-encoding", "gzip"};
    std::string plain = field(served.ask("GET", "/a.json"), "ETag");
    std::string packed = field(served.ask("GET", "/a.json", {accept}), "ETag");
    CHECK(plain != packed);
    CHECK(served.ask("GET", "/a.json", {accept, {"if-none-match", plain}}).status == 200);
    HttpResponse same = served.ask("GET", "/a.json", {accept, {"if-none-match", packed}});
    CHECK(same.status == 304);
    CHECK(field(same, "Vary") == "Accept-Encoding");
    CHECK(field(same, "ETag") == packed);
    HttpResponse part = served.ask("GET", "/a.json", {accept, {"range", "bytes=8-"}});
    CHECK(part.status == 206);
    CHECK(field(part, "Content-Range") == "bytes 8-9/10");
    CHECK(field(part, "Content-Encoding") == "gzip");
}

TEST_CASE("respond: routes stand before files, and answer themselves") {
    Served served;
    served.write("status", "file");
    served.service.routes.push_back({"/status", [](const HttpRequest&, const Client&, Instant) {
                                         return plain_response(503);
                                     }});
    CHECK(served.ask("GET", "/status").status == 503);
    CHECK(served.ask("HEAD", "/status").payload == HttpResponse::Payload::withheld);
    CHECK(served.ask("POST", "/status").status == 405);
    CHECK(served.ask("GET", "/status/").status == 404);
}

TEST_CASE("respond: .well-known may come first, and nothing in it may be hidden") {
    Served served;
    served.write(".well-known/acme-challenge/token", "t");
    served.write(".well-known/.hidden", "h");
    served.write("a/.well-known/b", "b");
    CHECK(served.ask("GET", "/.well-known/acme-challenge/token").status == 200);
    for (const char* path : {"/.well-known/.hidden", "/a/.well-known/b", "/.well-known/.well-known",
                             "/.well-knowns", "/.Well-known/acme-challenge/token"})
        CHECK_MESSAGE(served.ask("GET", path).status == 404, path);
}

TEST_CASE("respond: HSTS goes with every answer, over TLS, to a host with a name") {
    AnswerPolicy policy;
    policy.hsts = std::chrono::seconds{60};
    Served served{policy};
    served.write("a.jpg", "a");
    auto hsts = [&](const char* method, const char* path, const char* host, bool secure) {
        HttpRequest request;
        request.method = method;
        request.path = path;
        request.host = host;
        Client client;
        client.is_secure = secure;
        return field(answer_of(respond(request, client, served.service, now)),
                     "Strict-Transport-Security");
    };
    for (const char* path : {"/", "/a.jpg", "/missing", "/..", "/health"})
        CHECK_MESSAGE(hsts("GET", path, "cam.example", true) == "max-age=60", path);
    CHECK(hsts("BREW", "/", "cam.example:8443", true) == "max-age=60");
    CHECK(hsts("GET", "/", "cam.example", false) == "(none)");
    for (const char* host : {"192.0.2.1", "192.0.2.1:8443", "[2001:db8::1]", "[::1]:8443"})
        CHECK_MESSAGE(hsts("GET", "/", host, true) == "(none)", host);
    served.service.policy.hsts = {};
    CHECK(hsts("GET", "/", "cam.example", true) == "(none)");
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
