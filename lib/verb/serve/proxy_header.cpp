// The header that a proxy sends before all else: PROXY protocol, versions 1 and 2.

#include "verb/serve/proxy_header.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace img {

namespace {

using HeaderRead = std::variant<std::monostate, ProxyHeader, ProxyRefusal>;

constexpr std::string_view greeting = "PROXY ";
constexpr std::size_t longest_line = 107; ///< with its end; section 2.1

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_part = 16; ///< bytes before the addresses; section 2.2
/// Addresses and what else a proxy tells. The header fits the smallest segment that TCP must carry
/// (RFC 9293, 3.7.1), because it is sent in one.
constexpr std::size_t longest_block = 520;

bool agrees(std::string_view text, std::string_view expected) {
    std::size_t both = std::min(text.size(), expected.size());
    return text.substr(0, both) == expected.substr(0, both);
}

/// Decimal, without leading zeros, up to 65535.
bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    bool is_number = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return is_number && (text == "0" || text.front() != '0');
}

std::optional<IpAddress> address_of(std::string_view protocol, std::string_view text) {
    bool has_colon = text.find(':') != std::string_view::npos;
    return has_colon == (protocol == "TCP6") ? parse_ip_address(text) : std::nullopt;
}

/// `line` is without its end, which is counted by `length`.
HeaderRead read_line(std::string_view line, std::size_t length) {
    constexpr ProxyRefusal malformed{"the PROXY line is malformed"};
    line.remove_prefix(greeting.size());
    // What follows the word is to be ignored.
    if (line == "UNKNOWN" || line.starts_with("UNKNOWN "))
        return ProxyHeader{std::nullopt, length};
    std::vector<std::string_view> words = split(line, ' ');
    if (words.size() != 5 || (words[0] != "TCP4" && words[0] != "TCP6"))
        return malformed;
    std::optional<IpAddress> source = address_of(words[0], words[1]);
    if (!source || !address_of(words[0], words[2]) || !is_port(words[3]) || !is_port(words[4]))
        return malformed;
    return ProxyHeader{source, length};
}

HeaderRead read_version_1(std::string_view text) {
    if (text.size() < greeting.size())
        return std::monostate{};
    text = text.substr(0, longest_line);
    std::size_t end = text.find_first_of("\r\n");
    if (end == std::string_view::npos || (end + 1 == text.size() && text[end] == '\r')) {
        if (text.size() == longest_line)
            return ProxyRefusal{"the PROXY line is too long"};
        return std::monostate{};
    }
    if (text.substr(end, 2) != "\r\n")
        return ProxyRefusal{"the PROXY line does not end in CR LF"};
    return read_line(text.substr(0, end), end + 2);
}

/// Family and protocol of what is relayed (section 2.2); the addresses' length in bytes, nullopt
/// when there is no such combination.
std::optional<std::size_t> addresses_of(std::uint8_t transport) {
    int family = transport >> 4, protocol = transport & 0xf;
    if (family > 3 || protocol > 2)
        return std::nullopt;
    constexpr std::array<std::size_t, 4> lengths{0, 12, 36, 216};
    return protocol == 0 ? 0 : lengths[static_cast<std::size_t>(family)];
}

/// Of TCP; all else is as good as unknown.
std::optional<IpAddress> source_of(std::uint8_t transport, ByteView addresses) {
    std::array<std::uint8_t, 16> bytes{};
    constexpr std::uint8_t tcp_ipv4 = 0x11, tcp_ipv6 = 0x21;
    if (transport == tcp_ipv6) {
        std::copy_n(addresses.begin(), 16, bytes.begin());
        return IpAddress{bytes};
    }
    if (transport != tcp_ipv4)
        return std::nullopt;
    bytes[10] = bytes[11] = 0xff;
    std::copy_n(addresses.begin(), 4, bytes.begin() + 12);
    return IpAddress{bytes};
}

HeaderRead read_version_2(ByteView bytes) {
    // Each byte is judged as soon as it is there.
    constexpr std::uint8_t local = 0x20, proxied = 0x21;
    bool is_local = bytes.size() > 12 && bytes[12] == local;
    if (bytes.size() > 12 && !is_local && bytes[12] != proxied)
        return ProxyRefusal{"the PROXY header is of another version or command"};
    // Of a connection of the proxy's own, such as a health check, nothing else matters.
    std::optional<std::size_t> needed =
        bytes.size() > 13 && !is_local ? addresses_of(bytes[13]) : 0;
    if (!needed)
        return ProxyRefusal{"the PROXY header is of another address family"};
    if (bytes.size() < fixed_part)
        return std::monostate{};
    std::size_t block = bytes[14] * 256U + bytes[15];
    if (block < *needed)
        return ProxyRefusal{"the PROXY header is too short for its addresses"};
    if (block > longest_block)
        return ProxyRefusal{"the PROXY header is too long"};
    if (bytes.size() < fixed_part + block)
        return std::monostate{};
    return ProxyHeader{is_local ? std::nullopt : source_of(bytes[13], bytes.subspan(fixed_part)),
                       fixed_part + block};
}

} // namespace

HeaderRead read_proxy_header(ByteView bytes) {
    std::string_view text = text_of(bytes);
    if (text.empty())
        return std::monostate{};
    if (agrees(text, greeting))
        return read_version_1(text);
    if (agrees(text, signature))
        return read_version_2(bytes);
    return ProxyRefusal{"there is no PROXY header"};
}

} // namespace img
