// Where plain HTTP is sent: the same place by HTTPS, on hosts that are ours.

#include "verb/serve/redirect.hpp"

#include "base/ip_address.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace img {

namespace {

/// Browsers keep an answer of 301 for ever unless they are told; a port may change.
constexpr std::string_view kept = "max-age=3600";

/// The host without its port; of IPv6 without its brackets.
std::string_view without_port(std::string_view host) {
    if (host.starts_with('['))
        return host.substr(1, std::min(host.find(']'), host.size()) - 1);
    return host.substr(0, host.find(':'));
}

bool is_host_name(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    return !text.empty() && text.find_first_not_of(letters) == std::string_view::npos;
}

bool is_name_for(const std::string& host, const std::string& name) {
    if (!name.starts_with("*."))
        return host == name;
    std::size_t dot = host.find('.');
    return dot != std::string::npos && dot > 0 && host.substr(dot) == name.substr(1);
}

/// What a header field may hold of a target: nothing that ends a line.
bool is_clean(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](unsigned char byte) { return byte > 0x20 && byte != 0x7f; });
}

HttpResponse answer_to(const HttpRequest& request, const HttpsPlace& place) {
    std::optional<std::string> host = named_host(request.host, place.names);
    if (!host)
        return plain_response(421, "this host is not served here");
    if (!request.path.starts_with('/') || !is_clean(request.path) || !is_clean(request.query))
        return plain_response(400);
    std::string port = place.port == 443 ? "" : str(":", place.port);
    std::string query = request.query.empty() ? "" : str("?", request.query);
    HttpResponse response;
    response.status = request.method == "GET" || request.method == "HEAD" ? 301 : 308;
    response.set("Location", str("https://", *host, port, request.path, query));
    response.set("Cache-Control", kept);
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.set("X-Content-Type-Options", "nosniff");
    response.body.emplace_back(
        str(response.status, " ", reason_phrase(response.status), ": come by HTTPS\n"));
    return response;
}

} // namespace

std::optional<std::string> named_host(std::string_view host,
                                      const std::vector<std::string>& names) {
    std::string bare = lower(without_port(host));
    if (bare.ends_with('.')) // the root of all names, which is the same host
        bare.pop_back();
    if (std::optional<IpAddress> address = parse_ip_address(bare)) {
        for (const std::string& name : names)
            if (parse_ip_address(name) == address)
                return address->is_ipv4() ? address->text() : "[" + address->text() + "]";
        return std::nullopt;
    }
    for (const std::string& name : names)
        if (is_host_name(bare) && is_name_for(bare, lower(name)))
            return bare;
    return std::nullopt;
}

HttpResponse redirect(const HttpRequest& request, const HttpsPlace& place) {
    HttpResponse response = answer_to(request, place);
    if (request.method == "HEAD")
        response.payload = HttpResponse::Payload::withheld;
    if (request.announces_body())
        response.persistence = Persistence::close;
    return response;
}

bool is_acme_challenge(const HttpRequest& request) {
    return request.path.starts_with("/.well-known/acme-challenge/");
}

} // namespace img
