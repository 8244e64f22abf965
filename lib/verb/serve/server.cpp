// The loop: accepts clients, gives each its turn, and keeps the limits.

#include "verb/serve/server.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr int accepted_a_turn = 64;
constexpr auto pause_without_descriptors = 500ms;

std::optional<IpAddress> peer_of(const sockaddr_storage& address) {
    if (address.ss_family == AF_INET)
        return IpAddress::of_ipv4(
            ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
    if (address.ss_family != AF_INET6)
        return std::nullopt;
    std::array<std::uint8_t, 16> bytes;
    std::copy_n(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr, 16,
                bytes.begin());
    return IpAddress{bytes};
}

/// Each connection may need two: its socket and the file that it sends.
void want_descriptors(std::size_t connections) {
    rlim_t wanted = connections * 2 + 64;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_note(str("only ", limit.rlim_cur, " files may be open (ulimit -n), which is less than ",
                     connections, " connections need"));
}

} // namespace

Server::Server(std::vector<Entrance> entrances, const ServerLimits& limits, TrustedProxies proxies,
               ServerWorld world, ServerStatistics& statistics)
    : entrances_(std::move(entrances)), limits_(limits), proxies_(std::move(proxies)),
      world_(std::move(world)), statistics_(statistics), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_)
        throw_errno("epoll", errno);
    for (const Entrance& entrance : entrances_)
        exchangers_.push_back({entrance.answer,
                               [this]() -> std::string_view {
                                   date_ = http_time(world_.now());
                                   return date_;
                               },
                               world_.log});
    want_descriptors(limits_.connections);
    sigset_t hangup;
    ::sigemptyset(&hangup);
    ::sigaddset(&hangup, SIGHUP);
    if (::sigprocmask(SIG_BLOCK, &hangup, nullptr) != 0)
        throw_errno("sigprocmask", errno);
    signals_ = Fd{::signalfd(-1, &hangup, SFD_CLOEXEC | SFD_NONBLOCK)};
    if (!signals_)
        throw_errno("signalfd", errno);
    watch(*signals_, EPOLLIN, EPOLL_CTL_ADD);
    if (stop_fd() >= 0)
        watch(stop_fd(), EPOLLIN, EPOLL_CTL_ADD);
    resume_accepting();
    Moment now = monotonic_now();
    next_check_ = now;
    for (const Chore& chore : world_.chores)
        chores_due_.push_back(now + chore.every);
    for (const Watch& each : world_.watches)
        watch(each.fd, EPOLLIN, EPOLL_CTL_ADD);
}

Server::~Server() = default;

void Server::watch(int fd, std::uint32_t events, int operation) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    if (::epoll_ctl(*epoll_, operation, fd, &event) != 0)
        throw_errno("epoll", errno);
}

void Server::run() {
    std::array<epoll_event, 128> events;
    while (!stop_by_ || !clients_.empty()) {
        Moment now = monotonic_now();
        int count = ::epoll_wait(*epoll_, events.data(), events.size(), patience_left(now));
        if (count < 0 && errno != EINTR)
            throw_errno("epoll", errno);
        now = monotonic_now();
        for (int i = 0; i < count; ++i) {
            int fd = events[static_cast<std::size_t>(i)].data.fd;
            auto entrance =
                std::find_if(entrances_.begin(), entrances_.end(),
                             [&](const Entrance& each) { return each.listener.fd() == fd; });
            auto watched = std::find_if(world_.watches.begin(), world_.watches.end(),
                                        [&](const Watch& each) { return each.fd == fd; });
            if (fd == *signals_)
                on_signal();
            else if (entrance != entrances_.end())
                accept_from(*entrance, now);
            else if (watched != world_.watches.end())
                watched->ready();
            else if (fd != stop_fd())
                serve(fd, now);
        }
        check_time(now);
    }
}

/// Milliseconds until something is due, for epoll_wait.
int Server::patience_left(Moment now) const {
    Moment due = next_check_;
    for (Moment chore : chores_due_)
        due = std::min(due, chore);
    if (resume_at_)
        due = std::min(due, *resume_at_);
    if (stop_by_)
        due = std::min(due, *stop_by_);
    auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

void Server::accept_from(const Entrance& entrance, Moment now) {
    for (int i = 0; i < accepted_a_turn; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        Fd socket{::accept4(entrance.listener.fd(), reinterpret_cast<sockaddr*>(&address), &length,
                            SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket) {
            int on = 1;
            if (address.ss_family != AF_UNIX)
                ::setsockopt(*socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            welcome(entrance, std::move(socket), peer_of(address), now);
            continue;
        }
        bool exhausted = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
        if (exhausted && !evict(""))
            pause_accepting(now);
        if (exhausted || errno == EAGAIN || errno == EWOULDBLOCK)
            return;
    }
}

/// Without a free descriptor the waiting client would wake the loop again and again.
void Server::pause_accepting(Moment now) {
    if (resume_at_)
        return;
    log_error("no descriptors are left for more clients");
    for (const Entrance& entrance : entrances_)
        watch(entrance.listener.fd(), 0, EPOLL_CTL_DEL);
    resume_at_ = now + pause_without_descriptors;
}

void Server::resume_accepting() {
    for (const Entrance& entrance : entrances_)
        watch(entrance.listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
    resume_at_.reset();
}

void Server::welcome(const Entrance& entrance, Fd socket, std::optional<IpAddress> peer,
                     Moment now) {
    std::string network = !peer || proxies_.trusts(peer) ? "" : peer->household().text();
    if (!make_room(network)) {
        log_detail(str("refused ", peer->text(), ": too many connections"));
        return;
    }
    int fd = *socket;
    if (!network.empty())
        ++of_network_[network];
    bool is_tls = entrance.wire == Entrance::Wire::tls;
    const Exchanger& exchanger = exchangers_[static_cast<std::size_t>(&entrance - &entrances_[0])];
    auto client = std::unique_ptr<Visitor>(
        new Visitor{std::move(network),
                    Connection{std::move(socket), Client{peer, is_tls}, is_tls ? &*tls_ : nullptr,
                               scratch_, limits_.patience, exchanger, now},
                    Interest::reading});
    next_check_ = std::min(next_check_, client->connection.deadline());
    clients_.emplace(fd, std::move(client));
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    serve(fd, now); // its first bytes are often there already
}

bool Server::make_room(const std::string& network) {
    if (!network.empty()) {
        auto count = of_network_.find(network);
        if (count != of_network_.end() && count->second >= limits_.per_client && !evict(network))
            return false;
    }
    return clients_.size() < limits_.connections || evict("");
}

/// Closes the connection that has waited longest, of `network` or, when that is empty, of all.
bool Server::evict(const std::string& network) {
    int oldest = -1;
    Moment since = Moment::max();
    for (const auto& [fd, client] : clients_) {
        if (!client->connection.is_waiting() || (!network.empty() && client->network != network) ||
            client->connection.waiting_since() >= since)
            continue;
        oldest = fd;
        since = client->connection.waiting_since();
    }
    if (oldest >= 0)
        drop(oldest);
    return oldest >= 0;
}

void Server::serve(int fd, Moment now) {
    auto found = clients_.find(fd);
    if (found == clients_.end()) // closed earlier in this turn
        return;
    try {
        found->second->connection.advance(now);
        settle(fd);
    } catch (const std::exception& error) {
        log_error(str("a connection is dropped: ", printable(error.what())));
        scratch_.cipher.clear();
        drop(fd);
    }
}

/// After a turn: drops what is closed, and waits for what the connection waits for.
void Server::settle(int fd) {
    Visitor& client = *clients_.at(fd);
    if (client.connection.is_closed()) {
        drop(fd);
        return;
    }
    next_check_ = std::min(next_check_, client.connection.deadline());
    Interest interest = client.connection.interest();
    if (interest != client.registered)
        watch(fd, interest == Interest::reading ? EPOLLIN : EPOLLOUT, EPOLL_CTL_MOD);
    client.registered = interest;
}

void Server::drop(int fd) {
    auto found = clients_.find(fd);
    auto count = of_network_.find(found->second->network);
    if (count != of_network_.end() && --count->second == 0)
        of_network_.erase(count);
    clients_.erase(found);
}

void Server::check_time(Moment now) {
    if (stop_requested() && !stop_by_)
        begin_stop(now);
    if (resume_at_ && *resume_at_ <= now)
        resume_accepting();
    for (std::size_t i = 0; i < chores_due_.size(); ++i)
        if (chores_due_[i] <= now) {
            chores_due_[i] = now + world_.chores[i].every;
            world_.chores[i].act();
        }
    if (next_check_ > now && !(stop_by_ && *stop_by_ <= now))
        return;
    // Deadlines mostly move back, which costs nothing until the earliest one has passed.
    std::vector<int> due;
    next_check_ = Moment::max();
    for (const auto& [fd, client] : clients_) {
        if (client->connection.deadline() <= now || (stop_by_ && *stop_by_ <= now))
            due.push_back(fd);
        else
            next_check_ = std::min(next_check_, client->connection.deadline());
    }
    for (int fd : due) {
        if (stop_by_ && *stop_by_ <= now) {
            drop(fd);
            continue;
        }
        clients_.at(fd)->connection.expire(now);
        settle(fd);
    }
}

void Server::on_signal() {
    signalfd_siginfo which{};
    while (::read(*signals_, &which, sizeof which) == sizeof which) {
    }
    world_.on_hangup();
}

void Server::begin_stop(Moment now) {
    stop_by_ = now + limits_.wind_up;
    resume_at_.reset();
    if (stop_fd() >= 0)
        watch(stop_fd(), 0, EPOLL_CTL_DEL);
    for (const Entrance& entrance : entrances_)
        watch(entrance.listener.fd(), 0, EPOLL_CTL_DEL);
    entrances_.clear();
    std::vector<int> all;
    for (const auto& [fd, client] : clients_)
        all.push_back(fd);
    for (int fd : all) {
        clients_.at(fd)->connection.wind_up();
        settle(fd);
    }
}

} // namespace img
