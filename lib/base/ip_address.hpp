// IP addresses and networks as plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace img {

/// An IPv4 or IPv6 address. An IPv4 address that is mapped into IPv6 is an IPv4 address.
class IpAddress {
public:
    IpAddress() = default; ///< ::
    /// 16 bytes, in the order of the network.
    explicit IpAddress(const std::array<std::uint8_t, 16>& bytes) : bytes_(bytes) {}
    static IpAddress of_ipv4(std::uint32_t bits);

    bool is_ipv4() const;
    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    /// What a limit is counted for: an IPv4 address, or the /64 network of an IPv6 address, which
    /// is what a household has to itself.
    IpAddress household() const;
    std::string text() const;

    auto operator<=>(const IpAddress&) const = default;

private:
    std::array<std::uint8_t, 16> bytes_{}; ///< ::ffff:a.b.c.d for IPv4
};

/// nullopt unless it is an address and nothing else; no zone, no port, no brackets.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// All addresses of one kind, IPv4 or IPv6, that begin with the same bits.
class IpNetwork {
public:
    /// `length` counts bits of 128; host bits of `address` are cleared.
    IpNetwork(const IpAddress& address, int length);
    bool contains(const IpAddress& address) const;
    std::string text() const;

private:
    bool is_ipv4() const;

    IpAddress address_;
    int length_;
};

/// "192.0.2.0/24", "2001:db8::/32", or an address, which is a network of one. nullopt when it is
/// none of these, or would not contain the address that it is written with ("::ffff:192.0.2.0/24").
std::optional<IpNetwork> parse_ip_network(std::string_view text);

} // namespace img
