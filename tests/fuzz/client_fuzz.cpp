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

const TrustedProxies proxies{{*parse_ip_network("10.0.0.0/8"), *parse_ip_network("fd00::/8")},
                             true};

/// Who it is that comes by `peer` with these lines.
Client client_with(const std::vector<HttpField>& fields, const Client& peer) {
    HttpRequest request;
    request.fields = fields;
    return client_of(peer, request, proxies);
}

void check_networks(std::string_view text) {
    std::optional<IpNetwork> network = parse_ip_network(text);
    require(!network || parse_ip_network(network->text())->text() == network->text());
    require(!network || network->contains(*parse_ip_address(text.substr(0, text.find('/')))));
    std::optional<IpAddress> address = parse_ip_address(text);
    require(!address || parse_ip_address(address->text()) == address);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    const Client proxy{IpAddress::of_ipv4(0x0a000001), false};
    const Client stranger{IpAddress::of_ipv4(0xc0000201), true};
    std::vector<HttpField> fields;
    for (std::string_view line : split(text, '\n')) {
        fields.push_back({"X-Forwarded-For", trim(line)});
        fields.push_back({"x-forwarded-proto", trim(line)});
    }
    Client client = client_with(fields, proxy);
    require(client.address && parse_ip_address(client.text()) == client.address);
    Client self = client_with(fields, stranger);
    require(self.address == stranger.address && self.is_secure);

    // Several lines are one list; the list may be in one.
    std::string joined{text};
    std::replace(joined.begin(), joined.end(), '\n', ',');
    require(client_with({{"x-forwarded-for", joined}}, proxy).address == client.address);

    // Whatever stands left of a stranger, or of no address, changes nothing.
    fields.push_back({"X-Forwarded-For", "192.0.2.1:443, 10.0.0.2"});
    require(client_with(fields, proxy).address == stranger.address);
    fields.push_back({"X-Forwarded-For", "nobody"});
    require(client_with(fields, proxy).address == proxy.address);

    check_networks(text);
    return 0;
}
