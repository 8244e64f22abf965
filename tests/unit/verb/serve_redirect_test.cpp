#include "verb/serve/redirect.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace img;

namespace {

const HttpsPlace place{{"cam.example", "*.road.example", "192.0.2.7", "2001:db8::7"}, 8443};

HttpRequest request_for(std::string_view host, std::string_view path = "/",
                        std::string_view query = "", std::string_view method = "GET") {
    HttpRequest request;
    request.method = method;
    request.host = host;
    request.path = path;
    request.query = query;
    return request;
}

std::string location_of(const HttpRequest& request, const HttpsPlace& to = place) {
    HttpResponse response = redirect(request, to);
    auto location = response.field("Location");
    return location ? std::string{*location} : std::to_string(response.status);
}

} // namespace

TEST_CASE("redirect: a host that is ours is sent to the same target by HTTPS") {
    CHECK(location_of(request_for("cam.example", "/a%20b/c.jpg", "x=1&y=2")) ==
          "https://cam.example:8443/a%20b/c.jpg?x=1&y=2");
    CHECK(location_of(request_for("CAM.Example:8080")) == "https://cam.example:8443/");
    CHECK(location_of(request_for("cam.example.")) == "https://cam.example:8443/");
    CHECK(location_of(request_for("192.0.2.7:80")) == "https://192.0.2.7:8443/");
    CHECK(location_of(request_for("[2001:DB8:0::7]:80")) == "https://[2001:db8::7]:8443/");
    CHECK(location_of(request_for("cam.example"), {{"cam.example"}, 443}) ==
          "https://cam.example/");
}

TEST_CASE("redirect: a wildcard stands for one label, not for none or two") {
    CHECK(location_of(request_for("north.road.example")) == "https://north.road.example:8443/");
    CHECK(location_of(request_for("road.example")) == "421");
    CHECK(location_of(request_for(".road.example")) == "421");
    CHECK(location_of(request_for("a.b.road.example")) == "421");
    CHECK(location_of(request_for("evilroad.example")) == "421");
}

TEST_CASE("redirect: nobody is sent to a host that is not ours") {
    for (const char* host :
         {"", "evil.example", "cam.example.evil.example", "cam.example@evil.example", "[", "[]",
          "[::1", "evil.example/cam.example", "192.0.2.8", "[2001:db8::8]", "*.road.example", ":",
          "cam.example\r\nX: y", "*"}) {
        HttpResponse response = redirect(request_for(host), place);
        CHECK_MESSAGE(response.status == 421, host);
        CHECK_FALSE(response.field("Location"));
        CHECK(std::get<std::string>(response.body.at(0)).find("evil") == std::string::npos);
    }
}

TEST_CASE("redirect: what would end a line is refused, not passed on") {
    for (std::string_view bad : {"/a\r\nX: y", "/a\nb", "/a b", "/a\tb", "*"})
        CHECK(location_of(request_for("cam.example", bad)) == "400");
    CHECK(location_of(request_for("cam.example", "/", "a\r\nb")) == "400");
}

TEST_CASE("redirect: methods other than GET and HEAD are to be repeated as they are") {
    CHECK(redirect(request_for("cam.example"), place).status == 301);
    HttpResponse head = redirect(request_for("cam.example", "/", "", "HEAD"), place);
    CHECK(head.status == 301);
    CHECK(head.payload == HttpResponse::Payload::withheld);
    HttpRequest post = request_for("cam.example", "/", "", "POST");
    post.content_length = 5;
    HttpResponse answer = redirect(post, place);
    CHECK(answer.status == 308);
    CHECK(answer.persistence == Persistence::close);
    CHECK(redirect(request_for("other.example", "/", "", "HEAD"), place).payload ==
          HttpResponse::Payload::withheld);
}

TEST_CASE("redirect: it is not kept for ever, and promises nothing of HTTPS over plain HTTP") {
    HttpResponse response = redirect(request_for("cam.example"), place);
    CHECK(response.field("Cache-Control") == "max-age=3600");
    CHECK_FALSE(response.field("Strict-Transport-Security"));
}

TEST_CASE("is_acme_challenge: only what lies in the authority's directory") {
    CHECK(is_acme_challenge(request_for("a", "/.well-known/acme-challenge/token")));
    CHECK_FALSE(is_acme_challenge(request_for("a", "/.well-known/security.txt")));
    CHECK_FALSE(is_acme_challenge(request_for("a", "/x/.well-known/acme-challenge/token")));
}
