#include "verb/serve/client.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace img;

namespace {

/// The proxies 10.0.0.0/8 and 2001:db8:ffff::/48, and nobody on a Unix socket.
TrustedProxies some_proxies() {
    return {{*parse_ip_network("10.0.0.0/8"), *parse_ip_network("2001:db8:ffff::/48")}, false};
}

Client client_at(std::string_view address) {
    return Client{parse_ip_address(address), false};
}

HttpRequest request_with(std::vector<HttpField> fields) {
    HttpRequest request;
    request.fields = std::move(fields);
    return request;
}

/// Who it is that comes from 10.0.0.1 with this list.
std::string client_behind(std::string_view list) {
    return client_of(client_at("10.0.0.1"), request_with({{"X-Forwarded-For", list}}),
                     some_proxies())
        .text();
}

bool is_secure(const Client& peer, std::vector<HttpField> fields) {
    return client_of(peer, request_with(std::move(fields)), some_proxies()).is_secure;
}

} // namespace

TEST_CASE("client_of: who is no trusted proxy speaks for itself only") {
    HttpRequest request =
        request_with({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
    Client client = client_of(client_at("203.0.113.9"), request, some_proxies());
    CHECK(client.text() == "203.0.113.9");
    CHECK_FALSE(client.is_secure);
    CHECK(client_of(Client{}, request, some_proxies()).text() == "");
    CHECK(client_of(client_at("127.0.0.1"), request, TrustedProxies{{}, true}).text() ==
          "127.0.0.1");
}

TEST_CASE("client_of: a trusted proxy that does not know its client speaks for itself only") {
    HttpRequest request =
        request_with({{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-Proto", "https"}});
    Client proxy = client_at("10.0.0.1");
    proxy.may_speak_for_others = false;
    Client client = client_of(proxy, request, some_proxies());
    CHECK(client.text() == "10.0.0.1");
    CHECK_FALSE(client.is_secure);
}

TEST_CASE("client_of: a trusted proxy says who the client is") {
    CHECK(client_behind("192.0.2.1") == "192.0.2.1");
    CHECK(client_behind("2001:db8::1") == "2001:db8::1");
    Client from_ipv6 = client_of(client_at("2001:db8:ffff::7"),
                                 request_with({{"x-forwarded-for", "192.0.2.1"}}), some_proxies());
    CHECK(from_ipv6.text() == "192.0.2.1");
}

TEST_CASE("client_of: whoever writes to a trusted Unix socket says who the client is") {
    HttpRequest request = request_with({{"X-Forwarded-For", "203.0.113.9, 192.0.2.1"}});
    CHECK(client_of(Client{}, request, TrustedProxies{{}, true}).text() == "192.0.2.1");
    CHECK(client_of(Client{}, request_with({}), TrustedProxies{{}, true}).text() == "");
}

TEST_CASE("client_of: without a list, the proxy is the client") {
    Client client = client_of(client_at("10.0.0.1"), request_with({}), some_proxies());
    CHECK(client.text() == "10.0.0.1");
}

TEST_CASE("client_of: the list is read from the right, up to the first who is no trusted proxy") {
    CHECK(client_behind("203.0.113.9, 192.0.2.1") == "192.0.2.1");
    CHECK(client_behind("203.0.113.9, 192.0.2.1, 10.0.0.2") == "192.0.2.1");
    CHECK(client_behind("10.0.0.9, 192.0.2.1,10.0.0.2 ,\t10.0.0.3") == "192.0.2.1");
    CHECK(client_behind("10.0.0.4, 10.0.0.3, 10.0.0.2") == "10.0.0.4");
}

TEST_CASE("client_of: nothing is believed left of what is no address") {
    for (std::string_view list :
         {"", " ", "unknown", "192.0.2.1, unknown", "192.0.2.1, ", "192.0.2.1,,",
          "192.0.2.1, unix:", "192.0.2.1, 192.0.2.2 192.0.2.3", "192.0.2.1;",
          "192.0.2.1, 192.0.2.256", "192.0.2.1, \"192.0.2.2\"", "for=192.0.2.1",
          "192.0.2.1, _hidden"})
        CHECK_MESSAGE(client_behind(list) == "10.0.0.1", list);
    CHECK(client_behind("192.0.2.1, unknown, 10.0.0.2") == "10.0.0.2");
}

TEST_CASE("client_of: addresses may stand in brackets and have a port") {
    CHECK(client_behind("192.0.2.1:56324") == "192.0.2.1");
    CHECK(client_behind("[2001:db8::1]") == "2001:db8::1");
    CHECK(client_behind("[2001:db8::1]:56324") == "2001:db8::1");
    CHECK(client_behind("2001:db8::1") == "2001:db8::1");
    CHECK(client_behind("::ffff:192.0.2.1") == "192.0.2.1");
    CHECK(client_behind("203.0.113.9, 192.0.2.1:1, [2001:db8:ffff::2]:80") == "192.0.2.1");
    for (std::string_view list :
         {"192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1:80:80",
          "[2001:db8::1", "2001:db8::1]", "[2001:db8::1]:", "[2001:db8::1]80", "[2001:db8::1]]",
          "[192.0.2.1]", "[]", "[", "]", ":", ":80", "[::1%lo]"})
        CHECK_MESSAGE(client_behind(list) == "10.0.0.1", list);
}

TEST_CASE("client_of: several fields are one list") {
    HttpRequest request = request_with({{"X-Forwarded-For", "203.0.113.9"},
                                        {"Accept", "*/*"},
                                        {"x-forwarded-for", "192.0.2.1, 10.0.0.3"},
                                        {"X-FORWARDED-FOR", "10.0.0.2"}});
    CHECK(client_of(client_at("10.0.0.1"), request, some_proxies()).text() == "192.0.2.1");
    request.fields[2].value = "";
    CHECK(client_of(client_at("10.0.0.1"), request, some_proxies()).text() == "10.0.0.2");
}

TEST_CASE("client_of: at most 32 entries are read") {
    std::string list = "192.0.2.1";
    for (int i = 1; i <= 31; ++i)
        list += ", 10.0.1." + std::to_string(i);
    CHECK(client_behind(list) == "192.0.2.1");
    CHECK(client_behind(list + ", 10.0.1.32") == "10.0.1.1");
}

TEST_CASE("client_of: a trusted proxy says whether the connection to the world is encrypted") {
    Client proxy = client_at("10.0.0.1");
    CHECK(is_secure(proxy, {{"X-Forwarded-Proto", "https"}}));
    CHECK(is_secure(proxy, {{"x-forwarded-proto", "HTTPS"}}));
    CHECK_FALSE(is_secure(proxy, {{"X-Forwarded-Proto", "http"}}));
    // The last word is the nearest proxy's.
    CHECK(is_secure(proxy, {{"X-Forwarded-Proto", "http"}, {"X-Forwarded-Proto", "https"}}));
    CHECK_FALSE(is_secure(proxy, {{"X-Forwarded-Proto", "https, http"}}));
    proxy.is_secure = true;
    CHECK(is_secure(proxy, {}));
    CHECK(is_secure(proxy, {{"X-Forwarded-Proto", "gopher"}}));
    CHECK_FALSE(is_secure(proxy, {{"X-Forwarded-Proto", "http"}}));
}
