// Serves a directory over HTTPS: the parts put together.

#include "verb/serve.hpp"

#include "base/error.hpp"
#include "base/kernel_tls.hpp"
#include "base/log.hpp"
#include "base/memory.hpp"
#include "base/sandbox.hpp"
#include "base/stop.hpp"
#include "verb/serve/access_log.hpp"
#include "verb/serve/admission.hpp"
#include "verb/serve/confine.hpp"
#include "verb/serve/plan.hpp"
#include "verb/serve/redirect.hpp"
#include "verb/serve/systemd.hpp"

#include <cerrno>
#include <csignal>

namespace img {

namespace {

constexpr Duration cameras_are_looked_at{10'000}, log_is_written{1'000};

/// The doors, open: those that lead in, and those that lead to these.
struct Doors {
    std::vector<Listener> main, redirect;
};

Doors open_doors(const ServePlan& plan) {
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

std::string absolute(const fs::path& path) {
    return fs::absolute(path).lexically_normal().string();
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string all;
    for (const std::string& word : words)
        (all += all.empty() ? "" : between) += printable(word);
    return all;
}

template <class Part>
void append(std::vector<Part>& to, std::vector<Part> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// One server from its start to its end.
class Serving {
public:
    explicit Serving(const ServeOptions& options);
    void run();

private:
    ServerWorld world();
    std::vector<Entrance> entrances();
    void use(const ServerCertificate& certificate);
    Reply answer(const HttpRequest& request, const Client& peer);
    Reply send_elsewhere(const HttpRequest& request, const Client& peer);
    void log(const Exchange& exchange);
    void hang_up();

    const ServeOptions& options_;
    ServePlan plan_;
    ServerStatistics statistics_;
    ServiceManager manager_;
    Doors doors_;
    AccessLog log_;
    std::optional<CertificateSource> certificate_; ///< nullopt without TLS
    std::vector<Doorkeeper> doorkeepers_;          ///< whom a request has to pass, in their order
    Service service_;
    Reports reports_;
    HttpsPlace elsewhere_; ///< where the redirecting doors lead
    std::string status_;
    std::optional<Server> server_;
};

Service service_for(const ServeOptions& options, const ServePlan& plan) {
    // What only root may open is open; all else is the user's.
    leave_root(options);
    return {Site{options.directory, plan.site}, plan.policy, options.refresh, {}};
}

Serving::Serving(const ServeOptions& options)
    : options_(options), plan_(plan_serving(options)), doors_(open_doors(plan_)),
      log_(options.access_log, options.log_format, statistics_), doorkeepers_{rate_doorkeeper(
                                                                     plan_.file_rate, plan_.rate)},
      service_(service_for(options, plan_)),
      reports_(options.directory, service_.site, statistics_, plan_.reports) {
    statistics_.started = system_clock().now();
    // A certificate that cannot be used is found out before anybody is served.
    if (plan_.certificate)
        certificate_.emplace(
            *plan_.certificate, [] { return system_clock().now(); }, statistics_);
    for (const char* path : {"/health", "/status", "/metrics"})
        service_.routes.push_back(
            {path, [this](const HttpRequest& request, const Client& client, Instant now) {
                 return reports_.answer(request.path, client, now).value_or(plain_response(404));
             }});
    elsewhere_.port = port_of(doors_.main);
    std::vector<std::string> urls;
    for (const Listener& listener : doors_.main)
        urls.push_back(listener.url(certificate_ ? "https" : "http"));
    status_ = str("serving ", absolute(options.directory), " at ", joined(urls, " and "));

    server_.emplace(entrances(), plan_.limits, plan_.proxies, world(), statistics_);
    if (certificate_) {
        use(certificate_->current());
        certificate_->on_change([this](const ServerCertificate& next) { use(next); });
    }
}

std::vector<Entrance> Serving::entrances() {
    std::vector<Entrance> entrances;
    for (Listener& listener : doors_.main)
        entrances.push_back({std::move(listener), plan_.wire, plan_.preface,
                             [this](const HttpRequest& request, const Client& peer) {
                                 return answer(request, peer);
                             }});
    for (Listener& listener : doors_.redirect)
        entrances.push_back({std::move(listener), Entrance::Wire::plain, plan_.preface,
                             [this](const HttpRequest& request, const Client& peer) {
                                 return send_elsewhere(request, peer);
                             }});
    return entrances;
}

ServerWorld Serving::world() {
    ServerWorld world;
    world.now = [] { return system_clock().now(); };
    world.begin_turn = [this] { service_.site.begin_turn(); };
    world.log = [this](const Exchange& exchange) { log(exchange); };
    world.on_hangup = [this] { hang_up(); };
    world.on_stop = [this] { manager_.tell("STOPPING=1"); };
    world.chores = {{cameras_are_looked_at, [this] { reports_.look(system_clock().now()); }}};
    if (log_.is_on())
        world.chores.push_back({log_is_written, [this] { log_.flush(); }});
    if (std::optional<Duration> period = manager_.watchdog())
        world.chores.push_back({*period, [this] { manager_.tell("WATCHDOG=1"); }});
    if (certificate_) {
        append(world.watches, certificate_->watches());
        append(world.chores, certificate_->chores());
    }
    return world;
}

void Serving::use(const ServerCertificate& certificate) {
    elsewhere_.names = certificate.facts.names;
    append(elsewhere_.names, options_.names);
    // Browsers that insist on HTTPS lock people out where they do not trust the certificate.
    service_.policy.hsts =
        certificate.facts.is_self_signed ? std::chrono::seconds{0} : plan_.policy.hsts;
    reports_.use({certificate.facts.not_after, certificate.facts.is_self_signed});
    server_->use(certificate.context);
}

/// A request that fails in an unforeseen way costs its client an answer, not the others theirs.
Reply Serving::answer(const HttpRequest& request, const Client& peer) {
    Client client = client_of(peer, request, plan_.proxies);
    auto refuse = [&](HttpResponse response) {
        add_common_fields(service_.policy, request, client, response);
        return response;
    };
    try {
        for (const Doorkeeper& doorkeeper : doorkeepers_)
            if (std::optional<HttpResponse> refused = doorkeeper(request, client, monotonic_now()))
                return refuse(std::move(*refused));
        return respond(request, client, service_, system_clock().now());
    } catch (const std::exception& error) {
        log_error(str(printable(request.path), ": ", printable(error.what())));
        HttpResponse response = plain_response(500);
        response.persistence = Persistence::close;
        return refuse(std::move(response));
    }
}

Reply Serving::send_elsewhere(const HttpRequest& request, const Client& peer) {
    if (is_acme_challenge(request))
        return answer(request, peer);
    HttpResponse response = redirect(request, elsewhere_);
    add_common_fields(service_.policy, request, peer, response);
    return response;
}

void Serving::log(const Exchange& exchange) {
    if (!log_.is_on())
        return;
    const Client client = exchange.request
                              ? client_of(exchange.client, *exchange.request, plan_.proxies)
                              : exchange.client;
    log_.write({client, exchange.request, exchange.status, exchange.body_sent, exchange.took},
               system_clock().now());
}

void Serving::hang_up() {
    manager_.tell_reloading();
    try {
        log_.reopen();
    } catch (const Error& error) {
        log_error(str("the access log before stays in use: ", error.what()));
    }
    if (certificate_)
        certificate_->reload();
    manager_.tell_ready(status_);
}

void Serving::run() {
    SandboxReport given_up = confine_serving(options_);
    log_note(status_);
    note_confinement(given_up);
    manager_.tell_ready(status_);
    server_->run();
}

void note_certificate(const fs::path& file, const CertificateFacts& facts, Instant now) {
    std::string signer = facts.is_self_signed ? "itself" : printable(facts.issuer);
    auto days = std::chrono::floor<std::chrono::days>(facts.not_after - now).count();
    log_note(str(file.string(), ": for ", joined(facts.names, ", "), "; signed by ", signer));
    log_note(str(file.string(), ": until ", http_time(facts.not_after), ", ", days, " days left"));
}

void check_certificate(const CertificateOrigin& origin, Instant now) {
    if (!origin.is_own()) {
        ServerCertificate pair = load_certificate(origin.certificate, origin.key, now);
        note_certificate(origin.certificate, pair.facts, now);
        return;
    }
    fs::path file = own_certificate_file(origin.directory);
    std::string why;
    if (auto facts = look_at_own_certificate(origin.directory, origin.names, now, why))
        note_certificate(file, *facts, now);
    else
        log_note(str(file.string(), ": would be made", why.empty() ? "" : ": ", why, "; for ",
                     joined(certificate_names(origin.names), ", ")));
}

/// What would make the log's first line impossible, as far as that can be told without making it.
void check_log(const std::string& file) {
    if (file.empty() || file == "-")
        return;
    boost::system::error_code error;
    fs::path directory = fs::absolute(fs::path{file}).parent_path();
    if (fs::is_directory(file, error))
        throw_errno(file, EISDIR);
    if (!fs::is_directory(directory, error))
        throw_errno(file, error ? error.value() : ENOTDIR);
}

} // namespace

void check_serving(const ServeOptions& options) {
    ServePlan plan = plan_serving(options);
    Site site{options.directory};
    check_log(options.access_log);
    if (!options.user.empty())
        check_user(options.user);
    log_note(str("directory ", absolute(options.directory)));
    for (const ListenPlace& place : plan.listen)
        log_note(str("listens on ", printable(place.text()), options.http ? " (http)" : ""));
    for (const ListenPlace& place : plan.redirect)
        log_note(str("redirects from ", printable(place.text())));
    if (plan.certificate)
        check_certificate(*plan.certificate, system_clock().now());
}

void serve(const ServeOptions& options) {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN); // a log over its limit is an error like a full disk
    catch_stop_signals();
    return_freed_memory();
    // Asked while we may still have a module loaded.
    if (!options.http && kernel_has_tls())
        log_detail("what is sent is encrypted by the kernel, with the ciphers that it knows");
    Serving{options}.run();
}

} // namespace img
