#include "verb/serve/proxy_header.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace img;
using namespace std::string_literals;

namespace {

/// The source's address, "none", "refused" or "more".
std::string verdict(std::string_view bytes) {
    auto read = read_proxy_header(bytes_of(bytes));
    if (const auto* header = std::get_if<ProxyHeader>(&read))
        return header->source ? header->source->text() : "none";
    return std::holds_alternative<ProxyRefusal>(read) ? "refused" : "more";
}

std::size_t length_of(std::string_view bytes) {
    auto read = read_proxy_header(bytes_of(bytes));
    REQUIRE(std::holds_alternative<ProxyHeader>(read));
    return std::get<ProxyHeader>(read).length;
}

std::string line(std::string_view words) {
    return "PROXY " + std::string{words} + "\r\n";
}

/// A header of version 2 with `block` behind the fixed part.
std::string binary(int command, int transport, std::string_view block) {
    std::string bytes = "\r\n\r\n\0\r\nQUIT\n"s;
    for (std::size_t number :
         {static_cast<std::size_t>(command), static_cast<std::size_t>(transport),
          block.size() / 256, block.size() % 256})
        bytes += static_cast<char>(number);
    return bytes += block;
}

const std::string four = "\xc0\0\x02\x01\xc0\0\x02\x02\xdb\xdc\x01\xbb"s;
const std::string six = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"s + std::string(20, '\1');

} // namespace

TEST_CASE("read_proxy_header: 2.1: a line of version 1 names the source") {
    std::string tcp4 = line("TCP4 192.168.0.1 192.168.0.11 56324 443");
    CHECK(verdict(tcp4) == "192.168.0.1");
    CHECK(length_of(tcp4 + "GET / HTTP/1.1\r\n\r\n") == tcp4.size());
    CHECK(verdict(line("TCP4 255.255.255.255 255.255.255.255 65535 65535")) == "255.255.255.255");
    CHECK(verdict(line("TCP4 1.2.3.4 5.6.7.8 0 0")) == "1.2.3.4");
    CHECK(verdict(line("TCP6 2001:db8::1 ::1 56324 443")) == "2001:db8::1");
    CHECK(verdict(line("TCP6 2001:0DB8:0000:0000:0000:0000:0000:0001 "
                       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535")) == "2001:db8::1");
    // As a proxy on a socket for both families writes it.
    CHECK(verdict(line("TCP6 ::ffff:192.0.2.1 ::1 1 2")) == "192.0.2.1");
}

TEST_CASE("read_proxy_header: 2.1: of an unknown protocol the rest of the line is ignored") {
    CHECK(verdict(line("UNKNOWN")) == "none");
    CHECK(verdict(line("UNKNOWN 192.0.2.1 what ever\xff")) == "none");
    CHECK(verdict(line("UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                       "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535")) == "none");
    CHECK(verdict(line("UNKNOWNS")) == "refused");
}

TEST_CASE("read_proxy_header: 2.1: what does not match exactly is refused") {
    for (std::string_view words : {
             "",
             "TCP4",
             "TCP4 1.2.3.4 5.6.7.8 1",
             "TCP4 1.2.3.4 5.6.7.8 1 2 3",
             "TCP4  1.2.3.4 5.6.7.8 1 2",
             "TCP4 1.2.3.4 5.6.7.8 1 2 ",
             " TCP4 1.2.3.4 5.6.7.8 1 2",
             "TCP4\t1.2.3.4 5.6.7.8 1 2",
             "tcp4 1.2.3.4 5.6.7.8 1 2",
             "TCP5 1.2.3.4 5.6.7.8 1 2",
             "UDP4 1.2.3.4 5.6.7.8 1 2",
             "unknown",
             "TCP4 01.2.3.4 5.6.7.8 1 2", // octal to some
             "TCP4 1.2.3.4 5.6.7.08 1 2",
             "TCP4 1.2.3 5.6.7.8 1 2",
             "TCP4 1.2.3.256 5.6.7.8 1 2",
             "TCP4 ::1 ::1 1 2",
             "TCP4 1.2.3.4 ::1 1 2",
             "TCP6 1.2.3.4 5.6.7.8 1 2",
             "TCP6 ::1 1.2.3.4 1 2",
             "TCP6 [::1] ::1 1 2",
             "TCP6 fe80::1%eth0 ::1 1 2",
             "TCP6 00001::1 ::1 1 2",
             "TCP4 1.2.3.4 5.6.7.8 65536 2",
             "TCP4 1.2.3.4 5.6.7.8 1 65536",
             "TCP4 1.2.3.4 5.6.7.8 01 2",
             "TCP4 1.2.3.4 5.6.7.8 1 00",
             "TCP4 1.2.3.4 5.6.7.8 -1 2",
             "TCP4 1.2.3.4 5.6.7.8 +1 2",
             "TCP4 1.2.3.4 5.6.7.8 0x1 2",
             "TCP4 1.2.3.4 5.6.7.8 1a 2",
         })
        CHECK_MESSAGE(verdict(line(words)) == "refused", words);
}

TEST_CASE("read_proxy_header: 2.1: a line ends in CR LF, within 107 bytes") {
    CHECK(verdict("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n") == "refused");
    CHECK(verdict("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r\n") == "refused");
    CHECK(verdict("PROXY UNKNOWN \n\r\n") == "refused");
    CHECK(verdict("PROXY UNKNOWN \r-\r\n") == "refused");
    CHECK(verdict("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n") == "none");
    CHECK(verdict("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n") == "refused");
    CHECK(verdict("PROXY UNKNOWN " + std::string(92, 'x')) == "more");
    CHECK(verdict("PROXY UNKNOWN " + std::string(92, 'x') + "\r") == "refused");
    CHECK(verdict("PROXY UNKNOWN " + std::string(93, 'x')) == "refused");
}

TEST_CASE("read_proxy_header: 2.2: a binary header names the source") {
    CHECK(verdict(binary(0x21, 0x11, four)) == "192.0.2.1");
    CHECK(verdict(binary(0x21, 0x21, six)) == "2001:db8::1");
    CHECK(length_of(binary(0x21, 0x11, four) + "GET") == 28);
    CHECK(length_of(binary(0x21, 0x21, six) + "GET") == 52);
}

TEST_CASE("read_proxy_header: 2.2: of a local connection everything else is ignored") {
    CHECK(verdict(binary(0x20, 0, "")) == "none");
    CHECK(verdict(binary(0x20, 0x11, four)) == "none");
    CHECK(verdict(binary(0x20, 0x11, "x")) == "none");
    CHECK(verdict(binary(0x20, 0xff, "")) == "none");
    CHECK(length_of(binary(0x20, 0, "abc") + "GET") == 19);
}

TEST_CASE("read_proxy_header: 2.2: what is no TCP over IP is as good as unknown") {
    CHECK(verdict(binary(0x21, 0x00, "")) == "none");
    CHECK(verdict(binary(0x21, 0x00, four)) == "none");
    CHECK(verdict(binary(0x21, 0x12, four)) == "none");
    CHECK(verdict(binary(0x21, 0x22, six)) == "none");
    CHECK(verdict(binary(0x21, 0x10, "")) == "none");
    CHECK(verdict(binary(0x21, 0x31, std::string(216, 'u'))) == "none");
    CHECK(verdict(binary(0x21, 0x32, std::string(216, 'u'))) == "none");
}

TEST_CASE("read_proxy_header: 2.2: what the proxy tells besides is skipped") {
    std::string more = "\x03\0\x04\0\0\0\0"s;
    CHECK(verdict(binary(0x21, 0x11, four + more)) == "192.0.2.1");
    CHECK(length_of(binary(0x21, 0x11, four + more)) == 35);
    CHECK(verdict(binary(0x21, 0x11, four + std::string(508, 'x'))) == "192.0.2.1");
    CHECK(verdict(binary(0x21, 0x11, four + std::string(509, 'x'))) == "refused");
}

TEST_CASE("read_proxy_header: 2.2: other versions, commands, families and lengths are refused") {
    for (int command : {0x00, 0x01, 0x10, 0x11, 0x22, 0x2f, 0x31, 0xff})
        CHECK_MESSAGE(verdict(binary(command, 0x11, four)) == "refused", command);
    for (int transport : {0x13, 0x1f, 0x03, 0x41, 0x40, 0xf0, 0xff})
        CHECK_MESSAGE(verdict(binary(0x21, transport, std::string(216, 'x'))) == "refused",
                      transport);
    CHECK(verdict(binary(0x21, 0x11, four.substr(1))) == "refused");
    CHECK(verdict(binary(0x21, 0x21, six.substr(1))) == "refused");
    CHECK(verdict(binary(0x21, 0x31, std::string(215, 'u'))) == "refused");
    CHECK(verdict(binary(0x20, 0, "").substr(0, 14) + "\xff\xff") == "refused");
}

TEST_CASE("read_proxy_header: what is no such header is refused at its first wrong byte") {
    for (std::string_view bytes : {"G", "GET / HTTP/1.1\r\n", "\x16\x03\x01", "proxy ", "PROXYTCP4",
                                   "PROXX", "\r\nG", "\n", "\r\n\r\nQUIT", "PROXY\r\n"})
        CHECK_MESSAGE(verdict(bytes) == "refused", bytes);
    // The fifth byte of the signature is NUL.
    CHECK(verdict("\r\n\r\n\r"s) == "refused");
}

TEST_CASE("read_proxy_header: until a header is whole, more is asked for") {
    for (const std::string& whole :
         {line("TCP4 192.0.2.1 192.0.2.2 1 2"), line("UNKNOWN"), binary(0x21, 0x11, four),
          binary(0x21, 0x21, six + "rest"), binary(0x20, 0, "abc")}) {
        for (std::size_t have = 0; have < whole.size(); ++have)
            CHECK_MESSAGE(verdict(whole.substr(0, have)) == "more", have);
        CHECK(length_of(whole) == whole.size());
        CHECK(length_of(whole + whole) == whole.size());
    }
}
