// Who asks: where a request really comes from.

#include "verb/serve/client.hpp"

#include <algorithm>

namespace img {

bool TrustedProxies::trusts(const std::optional<IpAddress>& peer) const {
    if (!peer)
        return unix_sockets;
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork& network) { return network.contains(*peer); });
}

} // namespace img
