// Serves a directory over HTTPS: the parts put together.

#include "verb/serve.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "base/kernel_tls.hpp"
#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/stop.hpp"
#include "verb/serve/access_log.hpp"
#include "verb/serve/admission.hpp"
#include "verb/serve/certificate.hpp"
#include "verb/serve/confine.hpp"
#include "verb/serve/respond.hpp"
#include "verb/serve/server.hpp"
#include "verb/serve/systemd.hpp"

#include <csignal>
#include <limits>

namespace img {

namespace {

constexpr const char* https_port = "8443";
constexpr const char* http_port = "8080";

void check(const ServeOptions& options) {
    if (options.directory.empty())
        throw Error("no directory to serve is given", Exit::usage);
    if (options.certificate.empty() != options.key.empty())
        throw Error("--cert and --key belong together", Exit::usage);
    if (options.http && !options.certificate.empty())
        throw Error("--http and --cert exclude each other", Exit::usage);
    answer_policy(options);
    if (options.proxy_protocol && options.trusted_proxies.empty())
        throw Error("--proxy-protocol needs --trusted-proxy", Exit::usage);
}

TrustedProxies proxies_of(const ServeOptions& options) {
    TrustedProxies proxies;
    for (const std::string& text : options.trusted_proxies) {
        std::optional<IpNetwork> network = parse_ip_network(text);
        if (network)
            proxies.networks.push_back(*network);
        else if (text == "unix")
            proxies.unix_sockets = true;
        else
            throw Error(str("--trusted-proxy: '", printable(text), "' is not a network or 'unix'"),
                        Exit::usage);
    }
    return proxies;
}

Rate rate_of(const std::string& option, const std::string& text) {
    if (std::optional<Rate> rate = parse_rate(text))
        return *rate;
    throw Error(str(option, ": '", printable(text), "' is not a rate such as 60/min"), Exit::usage);
}

/// Those whom each request has to pass, in their order.
std::vector<Doorkeeper> doorkeepers_for(const ServeOptions& options) {
    return {rate_doorkeeper(rate_of("--file-rate", options.file_rate),
                            rate_of("--rate", options.rate))};
}

std::vector<Listener> listeners_for(const ServeOptions& options) {
    std::vector<Listener> listeners;
    for (Fd& socket : inherited_sockets())
        listeners.emplace_back(std::move(socket));
    if (listeners.empty())
        for (const std::string& place : options.listen)
            listeners.emplace_back(place);
    if (listeners.empty())
        listeners.emplace_back(options.http ? http_port : https_port);
    return listeners;
}

std::function<std::optional<TlsContext>()> certificate_source(const ServeOptions& options) {
    if (options.http)
        return [] { return std::nullopt; };
    if (!options.certificate.empty())
        return [options] {
            ReadingAsRoot key_of_root;
            return load_certificate(options.certificate, options.key, system_clock().now());
        };
    fs::path directory = state_directory(options.state);
    return [directory, options, names = certificate_names(options.names)] {
        return own_certificate(directory, names, options.names, system_clock().now());
    };
}

SiteOptions site_options(const ServeOptions& options) {
    SiteOptions site;
    site.links = options.links == ServeOptions::Links::inside ? SiteOptions::Links::inside
                                                              : SiteOptions::Links::refuse;
    site.cache = options.cache;
    site.describe = [policy = answer_policy(options)](const std::string& path) {
        return file_fields(policy, path);
    };
    return site;
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

/// A request that fails in an unforeseen way costs its client an answer, not the others theirs.
Reply respond_or_apologise(const HttpRequest& request, const Client& client,
                           const Service& service) {
    try {
        return respond(request, client, service, system_clock().now());
    } catch (const std::exception& error) {
        log_error(str(printable(request.path), ": ", printable(error.what())));
        HttpResponse response = plain_response(500);
        add_common_fields(service.policy, request, client, response);
        response.persistence = Persistence::close;
        return response;
    }
}

/// `client` is who asks, behind all proxies.
Reply answer(const HttpRequest& request, const Client& client,
             const std::vector<Doorkeeper>& doorkeepers, const Service& service) {
    for (const Doorkeeper& doorkeeper : doorkeepers)
        if (std::optional<HttpResponse> refused = doorkeeper(request, client, monotonic_now()))
            return std::move(*refused);
    return respond_or_apologise(request, client, service);
}

void reopen(AccessLog& log) {
    try {
        log.reopen();
    } catch (const Error& error) {
        log_error(str("the access log before stays in use: ", error.what()));
    }
}

} // namespace

void check_serving(const ServeOptions& options) {
    check(options);
    proxies_of(options);
    doorkeepers_for(options);
}

void serve(const ServeOptions& options) {
    check(options);
    // Asked while we may still have a module loaded.
    if (!options.http && kernel_has_tls())
        log_detail("what is sent is encrypted by the kernel, with the ciphers that it knows");
    const TrustedProxies proxies = proxies_of(options);
    const std::vector<Doorkeeper> doorkeepers = doorkeepers_for(options);
    std::signal(SIGPIPE, SIG_IGN);
    catch_stop_signals();
    return_freed_memory();
    // What only root may open.
    std::vector<Listener> listeners = listeners_for(options);
    AccessLog log{options.access_log};
    leave_root(options);
    Service service{Site{options.directory, site_options(options)},
                    answer_policy(options),
                    options.refresh,
                    {}};
    if (options.certificate.empty())
        service.policy.hsts = {};
    const Zone zone;
    ServerStatistics statistics;
    std::function<std::optional<TlsContext>()> certificate = certificate_source(options);

    // A certificate that cannot be used is found out before anybody is served.
    std::optional<TlsContext> tls = certificate();
    std::string places;
    std::vector<Entrance> entrances;
    for (Listener& listener : listeners) {
        places += (places.empty() ? "" : " and ") + listener.url(options.http ? "http" : "https");
        entrances.push_back(
            {std::move(listener), options.http ? Entrance::Wire::plain : Entrance::Wire::tls,
             options.proxy_protocol ? Entrance::Preface::proxy_header : Entrance::Preface::none,
             [&](const HttpRequest& request, const Client& peer) {
                 return answer(request, client_of(peer, request, proxies), doorkeepers, service);
             }});
    }
    Server* running = nullptr;
    auto renew = [&] {
        try {
            if (std::optional<TlsContext> next = certificate())
                running->use(std::move(*next));
        } catch (const Error& error) {
            log_error(str("the certificate before stays in use: ", error.what()));
        }
    };
    ServerWorld world;
    world.now = [] { return system_clock().now(); };
    world.begin_turn = [&] { service.site.begin_turn(); };
    world.log = [&](const Exchange& exchange) {
        if (!log.is_on())
            return;
        const Client client = exchange.request
                                  ? client_of(exchange.client, *exchange.request, proxies)
                                  : exchange.client;
        log.write(access_line(
            {client, exchange.request, exchange.status, exchange.body_sent, exchange.took},
            system_clock().now(), zone));
    };
    world.on_hangup = [&] {
        reopen(log);
        renew();
    };
    world.chores.push_back({Duration{24 * 3600'000}, renew});
    Server server{std::move(entrances), limits_of(options), proxies, std::move(world), statistics};
    running = &server;
    if (tls)
        server.use(std::move(*tls));
    SandboxReport confinement = confine_serving(options);
    log_note(str("serving ", fs::absolute(options.directory).lexically_normal().string(), " at ",
                 places));
    note_confinement(confinement);
    notify_manager("READY=1");
    server.run();
    notify_manager("STOPPING=1");
}

} // namespace img
