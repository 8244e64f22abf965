// The loop: accepts clients, gives each its turn, and keeps the limits.
#pragma once

#include "verb/serve/chores.hpp"
#include "verb/serve/connection.hpp"
#include "verb/serve/listener.hpp"
#include "verb/serve/statistics.hpp"

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace img {

struct ServerLimits {
    std::size_t connections = 512;
    std::size_t per_client = 64; ///< of one IpAddress::household(); trusted proxies are not counted
    Patience patience;
    /// Between requests, while more than three quarters of the connections are in use.
    Duration crowded_idle{5'000};
    HttpLimits http;
    std::uint64_t least_body_rate = 1024; ///< bytes a second of a request's body
    Duration wind_up{5'000};              ///< for answers in hand when the server is asked to stop
};

/// A door that clients come in by.
struct Entrance {
    Listener listener;
    enum class Wire { tls, plain } wire = Wire::tls;
    /// From others than trusted proxies a PROXY header is refused.
    using Preface = img::Preface;
    Preface preface = Preface::none;
    /// The request lives until the call returns; a BodySink must not keep it.
    std::function<Reply(const HttpRequest&, const Client&)> answer;
};

/// What the server asks its owner for.
struct ServerWorld {
    std::function<Instant()> now;
    std::function<void()> begin_turn; ///< each time that something has happened; may be empty
    std::function<void(const Exchange&)> log;
    std::function<void()> on_hangup; ///< SIGHUP
    std::function<void()> on_stop;   ///< a stop is requested; answers in hand are still sent
    std::vector<Watch> watches;
    std::vector<Chore> chores;
};

/// One thread serves all. Slow clients are held by deadlines, many by limits: a client over its own
/// limit, or the next one over the limit of all, takes the place of the connection that has waited
/// longest for a request or for the end; over the limit of all, else of the answer that has stood
/// still longest. When there is none, it is refused.
class Server {
public:
    /// `proxies` are not counted as clients, and may send PROXY headers. `statistics` must outlive
    /// the server.
    Server(std::vector<Entrance> entrances, const ServerLimits& limits, TrustedProxies proxies,
           ServerWorld world, ServerStatistics& statistics);
    ~Server();

    /// What new connections by entrances with TLS speak from now on; those that are open go on.
    void use(TlsContext context) { tls_ = std::move(context); }
    /// Until a stop is requested (base/stop.hpp) and the answers in hand are sent.
    void run();

private:
    struct Visitor;
    /// Connections by the moment that their deadline counts from, the longest ago first.
    using Queue = std::list<int>;

    void watch(int fd, std::uint32_t events, int operation);
    void meet(int fd, Moment now);
    void pause_accepting(Moment now);
    void stop_accepting();
    void resume_accepting();
    void accept_from(const Entrance& entrance, Moment now);
    void welcome(const Entrance& entrance, Fd socket, const std::optional<IpAddress>& peer,
                 Moment now);
    void turn_away(const Entrance& entrance, const Fd& socket);
    bool make_room(const std::optional<IpAddress>& household);
    bool evict_longest_waiting();
    Visitor* longest_stalled();
    bool evict(Visitor* one);
    bool evict_longest_waiting_of(const IpAddress& household);
    Visitor* visitor(int fd);
    void serve(int fd, Moment now);
    template <class Act>
    void attend(int fd, Act act);
    void settle(int fd);
    void drop(int fd);
    void drop_all();
    Duration patience_at(Stage stage) const;
    void check_time(Moment now);
    void expire_due(Stage stage, Moment now);
    void on_signal();
    void begin_stop(Moment now);
    int patience_left(Moment now) const;
    std::string_view date();

    std::vector<Entrance> entrances_;
    ServerLimits limits_;
    TrustedProxies proxies_;
    ServerWorld world_;
    ServerStatistics& statistics_;
    std::vector<Exchanger> exchangers_; ///< of each entrance
    std::string date_;
    std::optional<std::chrono::sys_seconds> dated_; ///< what date_ says
    std::optional<TlsContext> tls_;
    ScratchRoom scratch_;
    Fd epoll_, signals_;
    std::vector<std::unique_ptr<Visitor>> visitors_; ///< by descriptor
    std::array<Queue, stage_count> queues_;          ///< by stage
    std::map<IpAddress, std::vector<int>> households_;
    std::vector<int> unfinished_; ///< those that only made room for others
    std::vector<Moment> chores_due_;
    std::optional<Moment> resume_at_; ///< while no descriptors are left to accept with
    std::optional<Moment> stop_by_;
};

} // namespace img
