#include "base/ip_address.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

IpAddress address(std::string_view text) {
    std::optional<IpAddress> parsed = parse_ip_address(text);
    REQUIRE_MESSAGE(parsed.has_value(), text);
    return *parsed;
}

IpNetwork network(std::string_view text) {
    std::optional<IpNetwork> parsed = parse_ip_network(text);
    REQUIRE_MESSAGE(parsed.has_value(), text);
    return *parsed;
}

} // namespace

TEST_CASE("parse_ip_address: an address is read in any spelling and written in the shortest") {
    CHECK(address("192.0.2.1").text() == "192.0.2.1");
    CHECK(address("0.0.0.0").text() == "0.0.0.0");
    CHECK(address("255.255.255.255").text() == "255.255.255.255");
    CHECK(address("2001:DB8:0:0:0:0:0:1").text() == "2001:db8::1");
    CHECK(address("::").text() == "::");
    CHECK(address("::") == IpAddress{});
    CHECK(address("::1").text() == "::1");
    CHECK(IpAddress::of_ipv4(0xc0000201) == address("192.0.2.1"));
}

TEST_CASE("parse_ip_address: an IPv4 address mapped into IPv6 is that IPv4 address") {
    CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
    CHECK(address("::ffff:c000:201").text() == "192.0.2.1");
    CHECK(address("::ffff:192.0.2.1").is_ipv4());
    CHECK_FALSE(address("::192.0.2.1").is_ipv4());
    CHECK_FALSE(address("2001:db8::1").is_ipv4());
}

TEST_CASE("parse_ip_address: an address and nothing else") {
    using namespace std::string_view_literals;
    for (std::string_view text : {""sv,
                                  " "sv,
                                  "192.0.2"sv,
                                  "192.0.2.1.1"sv,
                                  "192.0.2.256"sv,
                                  "192.0.2.01"sv,
                                  "0x7f.0.0.1"sv,
                                  "2130706433"sv,
                                  " 192.0.2.1"sv,
                                  "192.0.2.1 "sv,
                                  "192.0.2.1\0"sv,
                                  "192.0.2.1\0.example"sv,
                                  "192.0.2.1:80"sv,
                                  "[::1]"sv,
                                  "::1%lo"sv,
                                  "fe80::1%1"sv,
                                  ":::"sv,
                                  "1::2::3"sv,
                                  "12345::"sv,
                                  "1:2:3:4:5:6:7:8:9"sv,
                                  "localhost"sv,
                                  "192.0.2.1/32"sv})
        CHECK_MESSAGE(!parse_ip_address(text), text);
}

TEST_CASE("IpAddress: a household is an IPv4 address or 64 bits of an IPv6 address") {
    CHECK(address("192.0.2.1").household() == address("192.0.2.1"));
    CHECK(address("2001:db8:1:2:3:4:5:6").household() == address("2001:db8:1:2::"));
    CHECK(address("2001:db8:1:2::1").household() != address("2001:db8:1:3::1").household());
}

TEST_CASE("IpNetwork: contains what begins with the same bits") {
    IpNetwork ten = network("10.0.0.0/8");
    CHECK(ten.contains(address("10.255.0.1")));
    CHECK(ten.contains(address("::ffff:10.0.0.1")));
    CHECK_FALSE(ten.contains(address("11.0.0.0")));
    CHECK(network("192.0.2.128/25").contains(address("192.0.2.200")));
    CHECK_FALSE(network("192.0.2.128/25").contains(address("192.0.2.127")));
    IpNetwork documentation = network("2001:db8::/33");
    CHECK(documentation.contains(address("2001:db8:7fff::1")));
    CHECK_FALSE(documentation.contains(address("2001:db8:8000::1")));
}

TEST_CASE("IpNetwork: an address is a network of one") {
    CHECK(network("192.0.2.1").contains(address("192.0.2.1")));
    CHECK_FALSE(network("192.0.2.1").contains(address("192.0.2.0")));
    CHECK(network("::1").contains(address("::1")));
    CHECK_FALSE(network("::1").contains(address("::")));
    CHECK(network("192.0.2.1").text() == "192.0.2.1/32");
    CHECK(network("::1").text() == "::1/128");
}

TEST_CASE("IpNetwork: all of IPv4 is not all of IPv6, nor the other way round") {
    CHECK(network("0.0.0.0/0").contains(address("203.0.113.9")));
    CHECK_FALSE(network("0.0.0.0/0").contains(address("2001:db8::1")));
    CHECK(network("::/0").contains(address("2001:db8::1")));
    CHECK_FALSE(network("::/0").contains(address("203.0.113.9")));
    CHECK_FALSE(network("::/64").contains(address("203.0.113.9")));
}

TEST_CASE("IpNetwork: host bits are cleared") {
    CHECK(network("192.0.2.77/24").text() == "192.0.2.0/24");
    CHECK(network("2001:db8::77/32").text() == "2001:db8::/32");
    CHECK(network("::ffff:192.0.2.77/120").text() == "192.0.2.0/24");
    CHECK(network("192.0.2.77/0").text() == "0.0.0.0/0");
    CHECK(network("2001:db8::/0").text() == "::/0");
}

TEST_CASE("parse_ip_network: a network contains the address that it is written with") {
    for (std::string_view text : {"10.1.2.3", "10.1.2.3/8", "::1/0", "2001:db8::1/31",
                                  "::ffff:10.1.2.3", "::ffff:10.1.2.3/104", "::ffff:10.1.2.3/96"})
        CHECK_MESSAGE(network(text).contains(address(text.substr(0, text.find('/')))), text);
}

TEST_CASE("parse_ip_network: what is no network is not taken for one") {
    for (std::string_view text :
         {"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8",
          "10.0.0.0/ 8", "10.0.0.0/8 ", "10.0.0.0/255.0.0.0", "10/8", "::/129", "::/99999999999",
          "::/-0", "::ffff:10.0.0.0/95", "::ffff:10.0.0.0/8", "example.org", "unix"})
        CHECK_MESSAGE(!parse_ip_network(text), text);
}
