#include "verb/serve/admission.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Moment start{1000h};

HttpRequest request_for(std::string_view path) {
    HttpRequest request;
    request.method = "GET";
    request.path = request.target = path;
    return request;
}

Client client_at(std::string_view address) {
    return Client{parse_ip_address(address), false};
}

} // namespace

TEST_CASE("route_group_of: what is made for each request is dynamic") {
    for (std::string_view path : {"/", "/health", "/status", "/metrics"})
        CHECK_MESSAGE(route_group_of(request_for(path)) == RouteGroup::dynamic, path);
    for (std::string_view path : {"/latest.jpg", "/index.html", "/health/", "/healthy", "/camera/",
                                  "/a/health", "//", "/.", "*", "/%", "/%00", "/Health"})
        CHECK_MESSAGE(route_group_of(request_for(path)) == RouteGroup::files, path);
}

TEST_CASE("route_group_of: another spelling does not change what a path is") {
    for (std::string_view path : {"/%68ealth", "/%68%65%61%6C%74%68", "/statu%73"})
        CHECK_MESSAGE(route_group_of(request_for(path)) == RouteGroup::dynamic, path);
}

TEST_CASE("rate_doorkeeper: who asks too often is told when to come back") {
    Doorkeeper keeper = rate_doorkeeper(Rate{}, Rate{2, 60s});
    HttpRequest request = request_for("/health");
    CHECK_FALSE(keeper(request, client_at("192.0.2.1"), start));
    CHECK_FALSE(keeper(request, client_at("192.0.2.1"), start));
    std::optional<HttpResponse> refused = keeper(request, client_at("192.0.2.1"), start + 1ms);
    REQUIRE(refused);
    CHECK(refused->status == 429);
    CHECK(refused->field("Retry-After") == "30");
    CHECK(refused->field("Cache-Control") == "no-store");
    CHECK(refused->field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(refused->length() > 0);
    CHECK(refused->persistence == Persistence::keep);
    // Rounded up, so that it is never too early and never 0.
    refused = keeper(request, client_at("192.0.2.1"), start + 30s - 1ns);
    REQUIRE(refused);
    CHECK(refused->field("Retry-After") == "1");
    CHECK_FALSE(keeper(request, client_at("192.0.2.1"), start + 30s));
}

TEST_CASE("rate_doorkeeper: files and what is made for each request are counted apart") {
    Doorkeeper keeper = rate_doorkeeper(Rate{1, 60s}, Rate{1, 60s});
    Client client = client_at("192.0.2.1");
    CHECK_FALSE(keeper(request_for("/latest.jpg"), client, start));
    CHECK_FALSE(keeper(request_for("/"), client, start));
    CHECK(keeper(request_for("/latest.jpg"), client, start));
    CHECK(keeper(request_for("/status"), client, start));
    CHECK_FALSE(keeper(request_for("/status"), client_at("192.0.2.2"), start));
}

TEST_CASE("rate_doorkeeper: a limit of 0 is none") {
    Doorkeeper keeper = rate_doorkeeper(Rate{}, Rate{1, 60s});
    Client client = client_at("192.0.2.1");
    for (int i = 0; i < 1000; ++i)
        CHECK_FALSE(keeper(request_for("/latest.jpg"), client, start));
}

TEST_CASE("rate_doorkeeper: a client without an address is not counted") {
    Doorkeeper keeper = rate_doorkeeper(Rate{1, 60s}, Rate{1, 60s});
    for (int i = 0; i < 10; ++i)
        CHECK_FALSE(keeper(request_for("/"), Client{}, start));
}

TEST_CASE("rate_doorkeeper: a copy counts with the first") {
    Doorkeeper keeper = rate_doorkeeper(Rate{}, Rate{1, 60s});
    Doorkeeper copy = keeper;
    CHECK_FALSE(keeper(request_for("/"), client_at("192.0.2.1"), start));
    CHECK(copy(request_for("/"), client_at("192.0.2.1"), start));
}

TEST_CASE("rate_doorkeeper: the refusal fits the request") {
    Doorkeeper keeper = rate_doorkeeper(Rate{}, Rate{1, 60s});
    Client client = client_at("192.0.2.1");
    HttpRequest request = request_for("/");
    keeper(request, client, start);
    request.method = "HEAD";
    CHECK(keeper(request, client, start)->payload == HttpResponse::Payload::withheld);
    request.method = "GET";
    CHECK(keeper(request, client, start)->payload == HttpResponse::Payload::sent);
    // A body that nobody reads cannot be told from the next request.
    request.content_length = 5;
    CHECK(keeper(request, client, start)->persistence == Persistence::close);
    request.content_length = 0;
    request.persistence = Persistence::close;
    CHECK(keeper(request, client, start)->persistence == Persistence::close);
}
