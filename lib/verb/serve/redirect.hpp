// Where plain HTTP is sent: the same place by HTTPS, on hosts that are ours.
#pragma once

#include "verb/serve/http_response.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Where HTTPS is spoken.
struct HttpsPlace {
    /// Host names and addresses; "*.example.org" is any one label before it (RFC 6125, 6.4.3).
    std::vector<std::string> names;
    std::uint16_t port = 443;
};

/// The host of a Host field, without its port and in lower case, with brackets around IPv6, when it
/// is one of `names`.
std::optional<std::string> named_host(std::string_view host, const std::vector<std::string>& names);

/// 301 to the same target by HTTPS, 308 for methods other than GET and HEAD, whose requests are to
/// be repeated as they are; 421 for a host that is not ours, so that nobody is sent to strangers.
HttpResponse redirect(const HttpRequest& request, const HttpsPlace& place);

/// Whether an authority asks for what certbot has laid there (RFC 8555, 8.3), which it does by
/// plain HTTP; that is answered by the site.
bool is_acme_challenge(const HttpRequest& request);

} // namespace img
