#include "verb/serve/listener.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;

TEST_CASE("parse_listen_place: what a place says of itself") {
    CHECK(parse_listen_place("8443").text() == "every address, port 8443");
    CHECK(parse_listen_place("127.0.0.1:0").text() == "127.0.0.1:0");
    CHECK(parse_listen_place("[::1]:8443").text() == "[::1]:8443");
    CHECK(parse_listen_place("unix:a:b").text() == "unix:a:b");
}

TEST_CASE("parse_listen_place: a port has no sign") {
    for (const char* place : {"-0", "+1", "-1", "127.0.0.1:-0", "[::1]:-0", "[::1]:+1"})
        CHECK_THROWS_AS_MESSAGE(parse_listen_place(place), Error, place);
}
