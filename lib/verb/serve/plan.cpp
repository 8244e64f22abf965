// What the options of a server come to: whatever is wrong with them is found out here.

#include "verb/serve/plan.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "verb/serve/option.hpp"

namespace img {

namespace {

constexpr const char* https_port = "8443";
constexpr const char* http_port = "8080";

void check_company(const ServeOptions& options) {
    if (options.directory.empty())
        throw Error("no directory to serve is given", Exit::usage);
    if (options.certificate.empty() != options.key.empty())
        throw Error("--cert and --key belong together", Exit::usage);
    if (options.http && !options.certificate.empty())
        throw Error("--http and --cert exclude each other", Exit::usage);
    if (options.http && !options.redirect.empty())
        throw Error("--http and --redirect exclude each other", Exit::usage);
    if (options.proxy_protocol && options.trusted_proxies.empty())
        throw Error("--proxy-protocol needs --trusted-proxy", Exit::usage);
}

std::vector<ListenPlace> places_of(const std::vector<std::string>& texts,
                                   const std::string& option) {
    return read_option(option, [&] {
        std::vector<ListenPlace> places;
        for (const std::string& text : texts)
            places.push_back(parse_listen_place(text));
        return places;
    });
}

IpNetwork network_of(const std::string& text, const std::string& option,
                     std::string_view expected) {
    if (std::optional<IpNetwork> network = parse_ip_network(text))
        return *network;
    throw Error(str(option, ": '", printable(text), "' is not ", expected), Exit::usage);
}

TrustedProxies proxies_of(const ServeOptions& options) {
    TrustedProxies proxies;
    for (const std::string& text : options.trusted_proxies) {
        if (text == "unix")
            proxies.unix_sockets = true;
        else
            proxies.networks.push_back(network_of(text, "--trusted-proxy", "a network or 'unix'"));
    }
    return proxies;
}

Rate rate_of(const std::string& text, const std::string& option) {
    if (std::optional<Rate> rate = parse_rate(text))
        return *rate;
    throw Error(str(option, ": '", printable(text), "' is not a rate such as 60/min"), Exit::usage);
}

ServerLimits limits_of(const ServeOptions& options) {
    ServerLimits limits;
    limits.connections = static_cast<std::size_t>(options.max_connections);
    limits.per_client = static_cast<std::size_t>(options.max_per_client);
    limits.patience.handshake = options.handshake_timeout;
    limits.patience.head = options.header_timeout;
    limits.patience.idle = options.idle_timeout;
    limits.patience.stall = options.send_timeout;
    limits.http = {options.max_header, options.max_target,
                   static_cast<std::size_t>(options.max_fields)};
    limits.least_body_rate = options.min_body_rate;
    limits.wind_up = options.stop_timeout;
    return limits;
}

SiteOptions site_of(const ServeOptions& options, const AnswerPolicy& policy) {
    SiteOptions site;
    site.links = options.links == ServeOptions::Links::inside ? SiteOptions::Links::inside
                                                              : SiteOptions::Links::refuse;
    site.cache = options.cache;
    site.describe = [policy](const std::string& path) { return file_fields(policy, path); };
    return site;
}

std::optional<CertificateOrigin> certificate_of(const ServeOptions& options) {
    if (options.http)
        return std::nullopt;
    if (!options.certificate.empty())
        return CertificateOrigin{options.certificate, options.key, {}, {}};
    for (const std::string& name : options.names)
        if (!is_subject_name(name))
            throw Error(
                str("--name: '", printable(name), "' is neither a host name nor an address"),
                Exit::usage);
    return CertificateOrigin{{}, {}, state_directory(options.state), options.names};
}

Reports::Terms terms_of(const ServeOptions& options) {
    Reports::Terms terms{options.interval, {}};
    for (const std::string& text : options.metrics_from)
        terms.metrics_from.push_back(network_of(text, "--metrics-from", "a network"));
    return terms;
}

} // namespace

ServePlan plan_serving(const ServeOptions& options) {
    check_company(options);
    ServePlan plan;
    plan.listen = places_of(options.listen, "--listen");
    if (plan.listen.empty())
        plan.listen = places_of({options.http ? http_port : https_port}, "--listen");
    plan.redirect = places_of(options.redirect, "--redirect");
    plan.wire = options.http ? Entrance::Wire::plain : Entrance::Wire::tls;
    plan.preface = options.proxy_protocol ? Preface::proxy_header : Preface::none;
    plan.proxies = proxies_of(options);
    plan.certificate = certificate_of(options);
    plan.limits = limits_of(options);
    plan.file_rate = rate_of(options.file_rate, "--file-rate");
    plan.rate = rate_of(options.rate, "--rate");
    plan.policy = answer_policy(options);
    if (options.http) // whether people are to insist on HTTPS is the proxy's to say
        plan.policy.hsts = {};
    plan.site = site_of(options, plan.policy);
    plan.reports = terms_of(options);
    return plan;
}

} // namespace img
