// Serves a directory over HTTPS: the parts put together.

#include "verb/serve.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "verb/serve/access_log.hpp"
#include "verb/serve/certificate.hpp"
#include "verb/serve/reports.hpp"
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
            return load_certificate(options.certificate, options.key, system_clock().now());
        };
    fs::path directory = state_directory(options.state);
    return [directory, options] {
        return own_certificate(directory, certificate_names(options.names), options.names,
                               system_clock().now());
    };
}

std::vector<IpNetwork> networks_of(const std::vector<std::string>& texts,
                                   const std::string& option) {
    std::vector<IpNetwork> networks;
    for (const std::string& text : texts) {
        std::optional<IpNetwork> network = parse_ip_network(text);
        if (!network)
            throw Error(str(option, ": '", printable(text), "' is no network"), Exit::usage);
        networks.push_back(*network);
    }
    return networks;
}

/// What the reports tell of the certificate in use.
void tell_certificate(Reports& reports, const ServeOptions& options) {
    bool is_own = options.certificate.empty();
    fs::path file = is_own ? state_directory(options.state) / "cert.pem" : options.certificate;
    Bytes pem = read_file(file, std::size_t{1} << 20);
    reports.use(
        {read_certificate({reinterpret_cast<const char*>(pem.data()), pem.size()}).not_after,
         is_own});
}

std::optional<HttpResponse> report(const HttpRequest& request, const Client& client,
                                   Reports& reports, Instant now) {
    if ((request.method != "GET" && request.method != "HEAD") || request.announces_body())
        return std::nullopt;
    std::optional<HttpResponse> response = reports.answer(request.path, client, now);
    if (response && request.method == "HEAD")
        response->payload = HttpResponse::Payload::withheld;
    if (response)
        response->persistence = request.persistence;
    return response;
}

/// A request that fails in an unforeseen way costs its client an answer, not the others theirs.
HttpResponse respond_or_apologise(const HttpRequest& request, const Client& client,
                                  const Service& service, Reports& reports) {
    Instant now = system_clock().now();
    try {
        if (std::optional<HttpResponse> told = report(request, client, reports, now))
            return std::move(*told);
        return respond(request, service, now);
    } catch (const std::exception& error) {
        log_error(str(printable(request.path), ": ", printable(error.what())));
        return plain_response(500);
    }
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
    networks_of(options.metrics_from, "--metrics-from");
}

void serve(const ServeOptions& options) {
    check(options);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    catch_stop_signals();
    Service service{Site{options.directory}, options.refresh};
    ServerStatistics statistics;
    statistics.started = system_clock().now();
    AccessLog log{options.access_log, options.log_format, statistics};
    Reports reports{options.directory,
                    service.site,
                    statistics,
                    {options.interval, networks_of(options.metrics_from, "--metrics-from")}};
    std::function<std::optional<TlsContext>()> certificate = certificate_source(options);

    ServerLimits limits;
    limits.connections = static_cast<std::size_t>(options.max_connections);
    limits.patience.head = options.header_timeout;

    // A certificate that cannot be used is found out before anybody can connect.
    std::optional<TlsContext> tls = certificate();
    std::string places;
    std::vector<Entrance> entrances;
    for (Listener& listener : listeners_for(options)) {
        places += (places.empty() ? "" : " and ") + listener.url(options.http ? "http" : "https");
        entrances.push_back(
            {std::move(listener), options.http ? Entrance::Wire::plain : Entrance::Wire::tls,
             Entrance::Preface::none, [&](const HttpRequest& request, const Client& client) {
                 return Reply{respond_or_apologise(request, client, service, reports)};
             }});
    }
    Server* running = nullptr;
    auto renew = [&] {
        try {
            if (std::optional<TlsContext> next = certificate())
                running->use(std::move(*next));
            if (!options.http)
                tell_certificate(reports, options);
        } catch (const Error& error) {
            log_error(str("the certificate before stays in use: ", error.what()));
        }
    };
    ServerWorld world;
    world.now = [] { return system_clock().now(); };
    world.log = [&](const Exchange& exchange) {
        if (log.is_on())
            log.write(exchange, system_clock().now());
    };
    world.on_hangup = [&] {
        reopen(log);
        renew();
    };
    world.chores.push_back({Duration{10'000}, [&] { reports.look(system_clock().now()); }});
    if (log.is_on())
        world.chores.push_back({Duration{1'000}, [&] { log.flush(); }});
    world.chores.push_back({Duration{24 * 3600'000}, renew});
    Server server{std::move(entrances), limits, TrustedProxies{{}, true}, std::move(world),
                  statistics};
    running = &server;
    if (tls) {
        server.use(std::move(*tls));
        tell_certificate(reports, options);
    }
    log_note(str("serving ", fs::absolute(options.directory).lexically_normal().string(), " at ",
                 places));
    notify_manager("READY=1");
    server.run();
    notify_manager("STOPPING=1");
}

} // namespace img
