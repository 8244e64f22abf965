#include "verb/serve/rate_limiter.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Moment start{1000h};

IpAddress address(std::string_view text) {
    return *parse_ip_address(text);
}

/// The n-th of many IPv4 addresses, or of many IPv6 networks.
IpAddress newcomer(std::uint32_t n) {
    return IpAddress::of_ipv4(0x0a000000 + n);
}
IpAddress network_newcomer(std::uint32_t n) {
    std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
    for (std::size_t i = 0; i < 4; ++i)
        bytes[7 - i] = static_cast<std::uint8_t>(n >> (8 * i));
    return IpAddress{bytes};
}

/// How many of `tries` requests at one moment are let in.
int let_in(RateLimiter& limiter, const IpAddress& client, Moment now, int tries) {
    int count = 0;
    for (int i = 0; i < tries; ++i)
        count += !limiter.charge(client, now);
    return count;
}

} // namespace

TEST_CASE("parse_rate: so many in a second, a minute or an hour") {
    CHECK(parse_rate("60/min") == Rate{60, 60s});
    CHECK(parse_rate("5/s") == Rate{5, 1s});
    CHECK(parse_rate("1000/h") == Rate{1000, 1h});
    CHECK(parse_rate("60") == Rate{60, 60s});
    CHECK(parse_rate("1000000000/s") == Rate{1'000'000'000, 1s});
    REQUIRE(parse_rate("0"));
    CHECK(parse_rate("0")->count == 0);
}

TEST_CASE("parse_rate: what is no rate is not taken for one") {
    for (std::string_view text :
         {"",        "/",      "/min",  "-1",         "-0",
          "+1",      "1/",     "1/m",   "1/d",        "1/MIN",
          "1 /min",  "1/ min", " 1",    "1 ",         "1.5/s",
          "1/min/s", "x",      "60min", "1000000001", "99999999999999999999/h"})
        CHECK_MESSAGE(!parse_rate(text), text);
}

TEST_CASE("RateLimiter: without a limit everybody is let in") {
    RateLimiter limiter{Rate{}};
    CHECK(let_in(limiter, address("192.0.2.1"), start, 10'000) == 10'000);
}

TEST_CASE("RateLimiter: as many at once as the count, then one each time a token is back") {
    RateLimiter limiter{Rate{60, 60s}};
    IpAddress client = address("192.0.2.1");
    CHECK(let_in(limiter, client, start, 100) == 60);
    CHECK(limiter.charge(client, start) == Duration{1000});
    CHECK(limiter.charge(client, start + 400ms) == Duration{600});
    CHECK(limiter.charge(client, start + 1s - 1ns) == Duration{1});
    CHECK_FALSE(limiter.charge(client, start + 1s));
    CHECK(limiter.charge(client, start + 1s) == Duration{1000});
    CHECK(let_in(limiter, client, start + 11s, 100) == 10);
    CHECK(let_in(limiter, client, start + 10min, 100) == 60);
}

TEST_CASE("RateLimiter: who waits as long as it is told is let in") {
    for (Rate rate : {Rate{7, 60s}, Rate{1, 1h}, Rate{3, 1s}, Rate{999, 1s}}) {
        RateLimiter limiter{rate};
        Moment now = start;
        for (int i = 0; i < 3000; ++i)
            if (std::optional<Duration> wait = limiter.charge(address("192.0.2.1"), now)) {
                now += *wait;
                REQUIRE_FALSE(limiter.charge(address("192.0.2.1"), now));
            }
    }
}

TEST_CASE("RateLimiter: a token that is no whole number of nanoseconds is exact all the same") {
    // Three in a second: the third token of each second is back with its last nanosecond.
    RateLimiter limiter{Rate{3, 1s}};
    IpAddress client = address("192.0.2.1");
    CHECK(let_in(limiter, client, start, 10) == 3);
    for (int second = 0; second < 10'000; ++second) {
        Moment now = start + std::chrono::seconds{second};
        REQUIRE(limiter.charge(client, now + 333'333'333ns));
        REQUIRE_FALSE(limiter.charge(client, now + 333'333'334ns));
        REQUIRE(limiter.charge(client, now + 666'666'666ns));
        REQUIRE_FALSE(limiter.charge(client, now + 666'666'667ns));
        REQUIRE(limiter.charge(client, now + 999'999'999ns));
        REQUIRE_FALSE(limiter.charge(client, now + 1s));
    }
    CHECK(let_in(limiter, client, start + 10'000s, 10) == 0);
}

TEST_CASE("RateLimiter: it goes on for years") {
    RateLimiter limiter{Rate{60, 60s}};
    IpAddress client = address("192.0.2.1");
    for (int year = 0; year < 100; ++year) {
        Moment now = start + std::chrono::hours{365 * 24 * year};
        CHECK(let_in(limiter, client, now, 100) == 60);
        CHECK(limiter.charge(client, now) == Duration{1000});
    }
}

TEST_CASE("RateLimiter: each client has its own limit") {
    RateLimiter limiter{Rate{5, 60s}};
    for (const char* client : {"192.0.2.1", "192.0.2.2", "2001:db8:0:1::1", "2001:db8:0:2::1",
                               // These bits are those of ::ffff:192.0.2.1.
                               "0:ffff:c000:201::1", "::1"}) {
        CHECK_MESSAGE(let_in(limiter, address(client), start, 10) == 5, client);
    }
    CHECK(let_in(limiter, address("::ffff:192.0.2.1"), start, 10) == 0);
}

TEST_CASE("RateLimiter: one network of 64 bits is one client") {
    RateLimiter limiter{Rate{5, 60s}};
    CHECK(let_in(limiter, address("2001:db8:1:2::1"), start, 3) == 3);
    CHECK(let_in(limiter, address("2001:db8:1:2:ffff::2"), start, 10) == 2);
    CHECK(let_in(limiter, address("2001:db8:1:3::1"), start, 10) == 5);
}

TEST_CASE("RateLimiter: a full table lets newcomers in") {
    RateLimiter limiter{Rate{2, 60s}, 64};
    for (std::uint32_t n = 0; n < 10'000; ++n)
        REQUIRE_FALSE(limiter.charge(newcomer(n), start));
    for (std::uint32_t n = 0; n < 10'000; ++n)
        REQUIRE_FALSE(limiter.charge(network_newcomer(n), start));
}

TEST_CASE("RateLimiter: newcomers do not make it forget who asks too often") {
    RateLimiter limiter{Rate{10, 60s}, 8};
    IpAddress greedy = address("192.0.2.1");
    CHECK(let_in(limiter, greedy, start, 20) == 10);
    for (std::uint32_t n = 0; n < 10'000; ++n)
        limiter.charge(newcomer(n), start);
    CHECK(let_in(limiter, greedy, start, 20) == 0);
    // When its bucket is full again, there is nothing to remember.
    CHECK(let_in(limiter, greedy, start + 60s, 20) == 10);
}

TEST_CASE("RateLimiter: as many clients as the table has slots are mostly all remembered") {
    RateLimiter limiter{Rate{1, 60s}};
    constexpr std::uint32_t clients = 8000;
    for (std::uint32_t n = 0; n < clients; ++n)
        limiter.charge(newcomer(n), start);
    std::uint32_t remembered = 0;
    for (std::uint32_t n = 0; n < clients; ++n)
        remembered += limiter.charge(newcomer(n), start).has_value();
    // Half full, a set of eight overflows with one client in 60, whatever the seed.
    CHECK(remembered > clients * 9 / 10);
}

TEST_CASE("RateLimiter: nobody can aim at another's slot: which clients share one differs") {
    // Who makes a limiter forget a client does so by luck, which another limiter does not repeat.
    auto victims = [] {
        RateLimiter limiter{Rate{1, 60s}, 64};
        std::vector<bool> remembered;
        for (std::uint32_t n = 0; n < 128; ++n)
            limiter.charge(newcomer(n), start);
        for (std::uint32_t n = 0; n < 128; ++n)
            remembered.push_back(limiter.charge(newcomer(n), start).has_value());
        return remembered;
    };
    CHECK(victims() != victims());
}
