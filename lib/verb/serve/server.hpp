// The loop: accepts clients, gives each its turn, and keeps the limits.
#pragma once

#include "verb/serve/connection.hpp"
#include "verb/serve/listener.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace img {

struct ServerLimits {
    std::size_t connections = 512;
    std::size_t per_client = 64; ///< of one address; of IPv6, of one /64 network
    Patience patience;
    Duration wind_up{5'000};         ///< for answers in hand when the server is asked to stop
    Duration renewal{24 * 3600'000}; ///< how often the certificate is looked at
};

/// What the server asks its owner for.
struct ServerWorld {
    std::function<HttpResponse(const HttpRequest&)> respond;
    std::function<Instant()> now;
    std::function<void(const Exchange&)> log;
    /// The certificate, again at SIGHUP and each day; nullopt for plain HTTP. When it throws Error,
    /// the one before stays.
    std::function<std::optional<TlsContext>()> certificate;
    std::function<void()> on_hangup; ///< what else SIGHUP is for
};

/// One thread serves all. Slow clients are held by deadlines, many by limits: a client over its own
/// limit, or the next one over the limit of all, takes the place of the connection that has waited
/// longest for a request; when there is none, it is refused.
class Server {
public:
    /// `tls` is what world.certificate gave for the beginning.
    Server(std::vector<Listener> listeners, std::optional<TlsContext> tls,
           const ServerLimits& limits, ServerWorld world);
    ~Server();

    /// Until a stop is requested (base/stop.hpp) and the answers in hand are sent.
    void run();

private:
    struct Client {
        std::string network; ///< what the limit is counted for; empty when it is not
        Connection connection;
        Interest registered; ///< what the loop waits for
    };

    void watch(int fd, std::uint32_t events, int operation);
    void pause_accepting(Monotonic now);
    void resume_accepting();
    void accept_from(const Listener& listener, Monotonic now);
    void welcome(Fd socket, std::string address, std::string network, Monotonic now);
    bool make_room(const std::string& network);
    bool evict(const std::string& network);
    void serve(int fd, Monotonic now);
    void settle(int fd);
    void drop(int fd);
    void check_time(Monotonic now);
    void on_signal();
    void renew_certificate();
    void begin_stop(Monotonic now);
    int patience_left(Monotonic now) const;

    std::vector<Listener> listeners_;
    ServerLimits limits_;
    ServerWorld world_;
    Exchanger exchanger_;
    std::optional<TlsContext> tls_;
    Scratch scratch_;
    Fd epoll_, signals_;
    std::unordered_map<int, std::unique_ptr<Client>> clients_;
    std::unordered_map<std::string, std::size_t> of_network_;
    Monotonic next_check_, next_renewal_;
    std::optional<Monotonic> resume_at_; ///< while no descriptors are left to accept with
    std::optional<Monotonic> stop_by_;
};

} // namespace img
