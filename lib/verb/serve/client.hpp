// Who asks: where a request really comes from.
#pragma once

#include "base/ip_address.hpp"
#include "verb/serve/http_request.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// The other end of a connection, or, behind a proxy that is trusted, who it speaks for.
struct Client {
    /// nullopt on a Unix socket whose proxy did not say.
    std::optional<IpAddress> address;
    /// Whether the connection to the world is encrypted.
    bool is_secure = false;
    /// False when a proxy passes on bytes and did not say whose: what is forwarded in them is their
    /// sender's invention.
    bool may_speak_for_others = true;

    std::string text() const { return address ? address->text() : ""; }
};

/// Whose word is taken on who the client is.
struct TrustedProxies {
    std::vector<IpNetwork> networks;
    bool unix_sockets = false; ///< whoever may write to our socket in the file system
    /// nullopt is a Unix socket.
    bool trusts(const std::optional<IpAddress>& peer) const;
};

/// Who asks, behind any number of trusted proxies: X-Forwarded-For is read from the right, up to
/// the first address that is no trusted proxy's; what stands left of it, or of something that is no
/// address, is the client's own invention. X-Forwarded-Proto of a trusted peer says is_secure.
/// `peer` is who holds the connection (or what a PROXY header said).
Client client_of(const Client& peer, const HttpRequest& request, const TrustedProxies& trusted);

} // namespace img
