// The header that a proxy sends before all else: PROXY protocol, versions 1 and 2.
#pragma once

#include "base/bytes.hpp"
#include "base/ip_address.hpp"

#include <optional>
#include <string_view>
#include <variant>

namespace img {

/// What it said, and how many bytes it said it in.
struct ProxyHeader {
    std::optional<IpAddress> source; ///< nullopt: LOCAL, UNKNOWN, or a Unix socket
    std::size_t length = 0;
};

/// Why these bytes are no such header, in a few words.
struct ProxyRefusal {
    std::string_view why;
};

/// Reads one from the first bytes of a connection. Nothing when more are needed; refused as early
/// as it can be told, at most after 107 bytes (version 1) or 16 (version 2, whose header is at most
/// 536). However the bytes arrive, the answer is the same.
/// Source: "The PROXY protocol, versions 1 & 2", haproxy.org, sections 2.1 and 2.2.
std::variant<std::monostate, ProxyHeader, ProxyRefusal> read_proxy_header(ByteView bytes);

} // namespace img
