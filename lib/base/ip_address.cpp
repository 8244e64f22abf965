// IP addresses and networks as plain values.

#include "base/ip_address.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <cstring>

namespace img {

namespace {

constexpr int ipv4_prefix = 96; ///< bits of ::ffff:0:0/96 (RFC 4291, 2.5.5.2)

} // namespace

IpAddress IpAddress::of_ipv4(std::uint32_t bits) {
    IpAddress address;
    address.bytes_[10] = address.bytes_[11] = 0xff;
    for (std::size_t i = 0; i < 4; ++i)
        address.bytes_[15 - i] = static_cast<std::uint8_t>(bits >> (8 * i));
    return address;
}

bool IpAddress::is_ipv4() const {
    constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::memcmp(bytes_.data(), mapped.data(), mapped.size()) == 0;
}

IpAddress IpAddress::household() const {
    IpAddress network = *this;
    if (!is_ipv4())
        std::fill(network.bytes_.begin() + 8, network.bytes_.end(), std::uint8_t{0});
    return network;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (is_ipv4())
        ::inet_ntop(AF_INET, bytes_.data() + 12, text.data(), text.size());
    else
        ::inet_ntop(AF_INET6, bytes_.data(), text.data(), text.size());
    return text.data();
}

std::optional<IpAddress> parse_ip_address(std::string_view text) {
    std::string whole{text};
    // A NUL would end the text for the C library.
    if (whole.find('\0') != std::string::npos)
        return std::nullopt;
    in_addr four{};
    if (::inet_pton(AF_INET, whole.c_str(), &four) == 1)
        return IpAddress::of_ipv4(ntohl(four.s_addr));
    std::array<std::uint8_t, 16> six{};
    if (::inet_pton(AF_INET6, whole.c_str(), six.data()) == 1)
        return IpAddress{six};
    return std::nullopt;
}

IpNetwork::IpNetwork(const IpAddress& address, int length) : length_(length) {
    std::array<std::uint8_t, 16> bytes = address.bytes();
    for (int i = 0; i < 16; ++i) {
        int kept = std::clamp(length - 8 * i, 0, 8);
        bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept);
    }
    address_ = IpAddress{bytes};
}

bool IpNetwork::is_ipv4() const {
    return length_ >= ipv4_prefix && address_.is_ipv4();
}

bool IpNetwork::contains(const IpAddress& address) const {
    return address.is_ipv4() == is_ipv4() && IpNetwork{address, length_}.address_ == address_;
}

std::string IpNetwork::text() const {
    return str(address_.text(), "/", is_ipv4() ? length_ - ipv4_prefix : length_);
}

std::optional<IpNetwork> parse_ip_network(std::string_view text) {
    std::size_t slash = text.find('/');
    std::optional<IpAddress> address = parse_ip_address(text.substr(0, slash));
    if (!address)
        return std::nullopt;
    int most = address->is_ipv4() && text.find(':') == std::string_view::npos ? 32 : 128;
    // A shorter network of IPv6 would not contain the address that it is written with.
    int least = address->is_ipv4() && most == 128 ? ipv4_prefix : 0;
    int length = most;
    if (slash != std::string_view::npos) {
        std::string_view digits = text.substr(slash + 1);
        auto read = std::from_chars(digits.data(), digits.data() + digits.size(), length);
        if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size() || length < least ||
            length > most || digits.front() == '-')
            return std::nullopt;
    }
    return IpNetwork{*address, most == 32 ? length + ipv4_prefix : length};
}

} // namespace img
