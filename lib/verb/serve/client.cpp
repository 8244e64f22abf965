// Who asks: where a request really comes from.

#include "verb/serve/client.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <charconv>

namespace img {

namespace {

/// How many proxies are believed in a row.
constexpr int longest_chain = 32;

bool is_named(const HttpField& field, std::string_view name) {
    return field.name.size() == name.size() && lower(field.name) == name;
}

/// Of the lists in all fields of that name, which are one list: calls `take` with each element from
/// the right, until it returns false.
template <class Take>
void from_the_right(const HttpRequest& request, std::string_view name, Take take) {
    for (auto field = request.fields.rbegin(); field != request.fields.rend(); ++field) {
        if (!is_named(*field, name))
            continue;
        std::string_view rest = field->value;
        for (bool more = true; more;) {
            std::size_t comma = rest.rfind(',');
            more = comma != std::string_view::npos;
            if (!take(trim(more ? rest.substr(comma + 1) : rest)))
                return;
            rest = rest.substr(0, comma);
        }
    }
}

bool is_port(std::string_view text) {
    std::uint16_t port = 0;
    auto read = std::from_chars(text.data(), text.data() + text.size(), port);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

/// An address as proxies write it: also "[2001:db8::1]", "[2001:db8::1]:443" and "192.0.2.1:443".
std::optional<IpAddress> parse_forwarded(std::string_view text) {
    std::string_view host = text, port;
    std::size_t colon = text.rfind(':');
    bool is_bracketed = text.starts_with('[');
    if (is_bracketed) {
        std::size_t end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        host = text.substr(1, end - 1);
        port = text.substr(end + 1);
        if (host.find(':') == std::string_view::npos)
            return std::nullopt;
    } else if (colon != std::string_view::npos && colon == text.find(':')) {
        host = text.substr(0, colon);
        port = text.substr(colon);
    }
    if (!port.empty() && (port.front() != ':' || !is_port(port.substr(1))))
        return std::nullopt;
    return parse_ip_address(host);
}

} // namespace

bool TrustedProxies::trusts(const std::optional<IpAddress>& peer) const {
    if (!peer)
        return unix_sockets;
    return std::any_of(networks.begin(), networks.end(),
                       [&](const IpNetwork& network) { return network.contains(*peer); });
}

Client client_of(const Client& peer, const HttpRequest& request, const TrustedProxies& trusted) {
    if (!peer.may_speak_for_others || !trusted.trusts(peer.address))
        return peer;
    Client client = peer;
    int left = longest_chain;
    from_the_right(request, "x-forwarded-for", [&](std::string_view text) {
        std::optional<IpAddress> address = parse_forwarded(text);
        if (!address)
            return false;
        client.address = address;
        return trusted.trusts(address) && --left > 0;
    });
    from_the_right(request, "x-forwarded-proto", [&](std::string_view text) {
        std::string scheme = lower(text);
        if (scheme == "https" || scheme == "http")
            client.is_secure = scheme == "https";
        return false;
    });
    return client;
}

} // namespace img
