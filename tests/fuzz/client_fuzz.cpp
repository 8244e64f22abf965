// X-Forwarded-For and X-Forwarded-Proto, over any text: nobody is believed but trusted proxies.

#include "base/text.hpp"
#include "verb/serve/client.hpp"

#include <algorithm>
#include <cstdlib>

namespace {

using namespace img;

void require(bool holds) {
    if (!holds)
        std::abort();
}

HttpRequest request_with(const std::vector<std::string_view>& lines) {
    HttpRequest request;
    for (std::string_view line : lines) {
        request.fields.push_back({"X-Forwarded-For", trim(line)});
        request.fields.push_back({"x-forwarded-proto", trim(line)});
    }
    return request;
}

/// One line or several, and whatever stands to the left of an address that is no proxy's.
void check_believed(const std::vector<std::string_view>& lines, const Client& peer,
                    const TrustedProxies& trusted) {
    const IpAddress stranger = *parse_ip_address("203.0.113.9");
    Client client = client_of(peer, request_with(lines), trusted);
    require(!client.text().empty() && parse_ip_address(client.text()) == client.address);
    std::vector<std::string_view> more = lines;
    more.push_back("203.0.113.9:443, 10.0.0.2");
    require(client_of(peer, request_with(more), trusted).address == stranger);
    more.push_back("of no address");
    require(client_of(peer, request_with(more), trusted).address == peer.address);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    const TrustedProxies trusted{{*parse_ip_network("10.0.0.0/8"), *parse_ip_network("fd00::/8")},
                                 true};
    const Client proxy{parse_ip_address("10.0.0.1"), false};
    const Client stranger{parse_ip_address("192.0.2.1"), true};
    const std::vector<std::string_view> lines = split(text, '\n');
    check_believed(lines, proxy, trusted);

    // Several lines are one list; the list may be in one.
    std::string joined{text};
    std::replace(joined.begin(), joined.end(), '\n', ',');
    require(client_of(proxy, request_with(lines), trusted).address ==
            client_of(proxy, request_with({joined}), trusted).address);

    Client self = client_of(stranger, request_with(lines), trusted);
    require(self.address == stranger.address && self.is_secure);

    std::optional<IpNetwork> network = parse_ip_network(text);
    require(!network || parse_ip_network(network->text())->text() == network->text());
    std::optional<IpAddress> address = parse_ip_address(text);
    require(!address || parse_ip_address(address->text()) == address);
    return 0;
}
