// Serves a directory over HTTPS: the parts put together.

#include "verb/serve.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "verb/serve/access_log.hpp"
#include "verb/serve/certificate_source.hpp"
#include "verb/serve/redirect.hpp"
#include "verb/serve/respond.hpp"
#include "verb/serve/server.hpp"
#include "verb/serve/systemd.hpp"

#include <csignal>
#include <limits>

namespace img {

namespace {

constexpr const char* https_port = "8443";
constexpr const char* http_port = "8080";

/// Throws for what is wrong in itself or in company.
void check(const ServeOptions& options) {
    if (options.directory.empty())
        throw Error("no directory to serve is given", Exit::usage);
    if (options.certificate.empty() != options.key.empty())
        throw Error("--cert and --key belong together", Exit::usage);
    if (options.http && !options.certificate.empty())
        throw Error("--http and --cert exclude each other", Exit::usage);
    if (options.http && !options.redirect.empty())
        throw Error("--http and --redirect exclude each other", Exit::usage);
}

/// What the options come to; whatever is wrong with them is found out here.
struct Plan {
    std::vector<ListenPlace> listen, redirect;
    ServerLimits limits;
    TrustedProxies proxies;
};

ServerLimits limits_of(const ServeOptions& options) {
    ServerLimits limits;
    limits.connections = static_cast<std::size_t>(options.max_connections);
    limits.per_client = static_cast<std::size_t>(options.max_per_client);
    limits.patience.handshake = options.handshake_timeout;
    limits.patience.head = options.header_timeout;
    limits.patience.idle = options.idle_timeout;
    limits.patience.stall = options.send_timeout;
    limits.http.head = options.max_header;
    limits.http.target = options.max_target;
    limits.http.fields = static_cast<std::size_t>(options.max_fields);
    limits.least_body_rate = options.min_body_rate;
    limits.wind_up = options.stop_timeout;
    return limits;
}

TrustedProxies proxies_of(const ServeOptions& options) {
    TrustedProxies proxies;
    for (const std::string& text : options.trusted_proxies) {
        if (text == "unix") {
            proxies.unix_sockets = true;
            continue;
        }
        std::optional<IpNetwork> network = parse_ip_network(text);
        if (!network)
            throw Error(str("--trusted-proxy: '", printable(text), "' is not a network or 'unix'"),
                        Exit::usage);
        proxies.networks.push_back(*network);
    }
    return proxies;
}

Plan plan_for(const ServeOptions& options) {
    check(options);
    Plan plan;
    for (const std::string& place : options.listen)
        plan.listen.push_back(parse_listen_place(place));
    if (plan.listen.empty())
        plan.listen.push_back(parse_listen_place(options.http ? http_port : https_port));
    for (const std::string& place : options.redirect)
        plan.redirect.push_back(parse_listen_place(place, "--redirect"));
    plan.limits = limits_of(options);
    plan.proxies = proxies_of(options);
    return plan;
}

CertificateOrigin origin_of(const ServeOptions& options) {
    if (!options.certificate.empty())
        return {options.certificate, options.key, {}, {}};
    return {{}, {}, state_directory(options.state), options.names};
}

/// The doors, open: those that lead in, and those that lead to these.
struct Doors {
    std::vector<Listener> main, redirect;
};

Doors open_doors(const Plan& plan) {
    Doors doors;
    for (InheritedSocket& each : inherited_sockets()) {
        bool redirects = each.name == "redirect";
        (redirects ? doors.redirect : doors.main).emplace_back(std::move(each.socket));
    }
    if (doors.main.empty())
        for (const ListenPlace& place : plan.listen)
            doors.main.emplace_back(place);
    if (doors.redirect.empty())
        for (const ListenPlace& place : plan.redirect)
            doors.redirect.emplace_back(place);
    return doors;
}

/// Where people are sent who come by plain HTTP.
std::uint16_t port_of(const std::vector<Listener>& listeners) {
    for (const Listener& listener : listeners)
        if (std::optional<std::uint16_t> port = listener.port())
            return *port;
    return HttpsPlace{}.port;
}

std::string urls_of(const Doors& doors, const std::string& scheme) {
    std::string places;
    for (const Listener& listener : doors.main)
        places += (places.empty() ? "" : " and ") + listener.url(scheme);
    return places;
}

/// A request that fails in an unforeseen way costs its client an answer, not the others theirs.
HttpResponse respond_or_apologise(const HttpRequest& request, const Service& service) {
    try {
        return respond(request, service, system_clock().now());
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

std::string absolute(const fs::path& path) {
    return fs::absolute(path).lexically_normal().string();
}

std::string days_until(Instant end, Instant now) {
    return str(std::chrono::floor<std::chrono::days>(end - now).count(), " days left");
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words)
        all += (all.empty() ? "" : ", ") + printable(word);
    return all;
}

void tell_certificate(const fs::path& file, const CertificateFacts& facts, Instant now) {
    std::string signer = facts.is_self_signed ? "itself" : printable(facts.issuer);
    log_note(str(file.string(), ": for ", joined(facts.names), "; signed by ", signer));
    log_note(str(file.string(), ": until ", http_time(facts.not_after), ", ",
                 days_until(facts.not_after, now)));
}

void check_certificate(const CertificateOrigin& origin, Instant now) {
    if (!origin.is_own()) {
        tell_certificate(origin.certificate,
                         load_certificate(origin.certificate, origin.key, now).facts, now);
        return;
    }
    fs::path file = own_certificate_file(origin.directory);
    std::string why;
    if (auto facts = look_at_own_certificate(origin.directory, origin.names, now, why))
        tell_certificate(file, *facts, now);
    else
        log_note(str(file.string(), ": would be made", why.empty() ? "" : ": ", why, "; for ",
                     joined(certificate_names(origin.names))));
}

/// Hosts that are ours.
std::vector<std::string> names_of(const ServerCertificate& certificate,
                                  const std::vector<std::string>& more) {
    std::vector<std::string> names = certificate.facts.names;
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

} // namespace

void check_serving(const ServeOptions& options) {
    Plan plan = plan_for(options);
    Instant now = system_clock().now();
    Site site{options.directory};
    log_note(str("directory ", absolute(options.directory)));
    for (const ListenPlace& place : plan.listen)
        log_note(str("listens on ", printable(place.text()), options.http ? " (http)" : ""));
    for (const ListenPlace& place : plan.redirect)
        log_note(str("redirects from ", printable(place.text())));
    if (!options.http)
        check_certificate(origin_of(options), now);
}

void serve(const ServeOptions& options) {
    Plan plan = plan_for(options);
    std::signal(SIGPIPE, SIG_IGN);
    catch_stop_signals();
    ServiceManager manager;
    Service service{Site{options.directory}, options.refresh};
    AccessLog log{options.access_log};
    const Zone zone;
    ServerStatistics statistics;
    auto now = [] { return system_clock().now(); };

    // A certificate that cannot be used is found out before anybody can connect.
    std::optional<CertificateSource> certificate;
    if (!options.http)
        certificate.emplace(origin_of(options), now, statistics);
    Doors doors = open_doors(plan);
    std::string status = str("serving ", absolute(options.directory), " at ",
                             urls_of(doors, options.http ? "http" : "https"));

    auto answer = [&](const HttpRequest& request, const Client&) {
        return Reply{respond_or_apologise(request, service)};
    };
    HttpsPlace elsewhere{{}, port_of(doors.main)};
    auto send_elsewhere = [&](const HttpRequest& request, const Client& client) {
        return is_acme_challenge(request) ? answer(request, client)
                                          : Reply{redirect(request, elsewhere)};
    };
    auto preface =
        options.proxy_protocol ? Entrance::Preface::proxy_header : Entrance::Preface::none;
    std::vector<Entrance> entrances;
    for (Listener& listener : doors.main)
        entrances.push_back({std::move(listener),
                             options.http ? Entrance::Wire::plain : Entrance::Wire::tls, preface,
                             answer});
    for (Listener& listener : doors.redirect)
        entrances.push_back({std::move(listener), Entrance::Wire::plain, preface, send_elsewhere});

    ServerWorld world;
    world.now = now;
    world.log = [&](const Exchange& exchange) {
        if (log.is_on())
            log.write(access_line(exchange, now(), zone));
    };
    world.on_hangup = [&] {
        manager.tell_reloading();
        reopen(log);
        if (certificate)
            certificate->reload();
        manager.tell_ready(status);
    };
    world.on_stop = [&] { manager.tell("STOPPING=1"); };
    if (std::optional<Duration> period = manager.watchdog())
        world.chores.push_back({*period, [&] { manager.tell("WATCHDOG=1"); }});
    if (certificate) {
        for (Watch& watch : certificate->watches())
            world.watches.push_back(std::move(watch));
        for (Chore& chore : certificate->chores())
            world.chores.push_back(std::move(chore));
    }
    Server server{std::move(entrances), plan.limits, std::move(plan.proxies), std::move(world),
                  statistics};
    if (certificate) {
        auto use = [&](const ServerCertificate& pair) {
            elsewhere.names = names_of(pair, options.names);
            server.use(pair.context);
        };
        use(certificate->current());
        certificate->on_change(use);
    }
    log_note(status);
    manager.tell_ready(status);
    server.run();
}

} // namespace img
