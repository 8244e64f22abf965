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

struct Peer {
    std::string address; ///< for the log
    std::string network; ///< what a limit is counted for
};

Peer peer_of(const sockaddr_storage& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(address);
        ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
        return {text.data(), text.data()};
    }
    if (address.ss_family != AF_INET6)
        return {};
    const auto& six = reinterpret_cast<const sockaddr_in6&>(address);
    if (IN6_IS_ADDR_V4MAPPED(&six.sin6_addr)) {
        ::inet_ntop(AF_INET, &six.sin6_addr.s6_addr[12], text.data(), text.size());
        return {text.data(), text.data()};
    }
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    // A household has a /64 to itself.
    in6_addr prefix = six.sin6_addr;
    std::fill(prefix.s6_addr + 8, prefix.s6_addr + 16, std::uint8_t{0});
    std::array<char, INET6_ADDRSTRLEN> network{};
    ::inet_ntop(AF_INET6, &prefix, network.data(), network.size());
    return {text.data(), network.data()};
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

Server::Server(std::vector<Listener> listeners, std::optional<TlsContext> tls,
               const ServerLimits& limits, ServerWorld world)
    : listeners_(std::move(listeners)), limits_(limits),
      world_(std::move(world)), exchanger_{world_.respond, world_.now, world_.log},
      tls_(std::move(tls)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_)
        throw_errno("epoll", errno);
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
    Monotonic now = monotonic_now();
    next_check_ = now;
    next_renewal_ = now + limits_.renewal;
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
        Monotonic now = monotonic_now();
        int count = ::epoll_wait(*epoll_, events.data(), events.size(), patience_left(now));
        if (count < 0 && errno != EINTR)
            throw_errno("epoll", errno);
        now = monotonic_now();
        for (int i = 0; i < count; ++i) {
            int fd = events[static_cast<std::size_t>(i)].data.fd;
            auto listener = std::find_if(listeners_.begin(), listeners_.end(),
                                         [&](const Listener& each) { return each.fd() == fd; });
            if (fd == *signals_)
                on_signal();
            else if (listener != listeners_.end())
                accept_from(*listener, now);
            else if (fd != stop_fd())
                serve(fd, now);
        }
        check_time(now);
    }
}

/// Milliseconds until something is due, for epoll_wait.
int Server::patience_left(Monotonic now) const {
    Monotonic due = std::min(next_check_, next_renewal_);
    if (resume_at_)
        due = std::min(due, *resume_at_);
    if (stop_by_)
        due = std::min(due, *stop_by_);
    auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

void Server::accept_from(const Listener& listener, Monotonic now) {
    for (int i = 0; i < accepted_a_turn; ++i) {
        sockaddr_storage address{};
        socklen_t length = sizeof address;
        Fd socket{::accept4(listener.fd(), reinterpret_cast<sockaddr*>(&address), &length,
                            SOCK_NONBLOCK | SOCK_CLOEXEC)};
        if (socket) {
            int on = 1;
            if (address.ss_family != AF_UNIX)
                ::setsockopt(*socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            Peer peer = peer_of(address);
            // Without TLS the peer is a proxy, which speaks for many.
            welcome(std::move(socket), std::move(peer.address),
                    tls_ ? std::move(peer.network) : std::string{}, now);
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
void Server::pause_accepting(Monotonic now) {
    if (resume_at_)
        return;
    log_error("no descriptors are left for more clients");
    for (const Listener& listener : listeners_)
        watch(listener.fd(), 0, EPOLL_CTL_DEL);
    resume_at_ = now + pause_without_descriptors;
}

void Server::resume_accepting() {
    for (const Listener& listener : listeners_)
        watch(listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
    resume_at_.reset();
}

void Server::welcome(Fd socket, std::string address, std::string network, Monotonic now) {
    if (!make_room(network)) {
        log_detail(str("refused ", address, ": too many connections"));
        return;
    }
    int fd = *socket;
    if (!network.empty())
        ++of_network_[network];
    auto client = std::unique_ptr<Client>(
        new Client{std::move(network),
                   Connection{std::move(socket), std::move(address), tls_ ? &*tls_ : nullptr,
                              scratch_, limits_.patience, exchanger_, now},
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
    Monotonic since = Monotonic::max();
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

void Server::serve(int fd, Monotonic now) {
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
    Client& client = *clients_.at(fd);
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

void Server::check_time(Monotonic now) {
    if (stop_requested() && !stop_by_)
        begin_stop(now);
    if (resume_at_ && *resume_at_ <= now)
        resume_accepting();
    if (next_renewal_ <= now) {
        next_renewal_ = now + limits_.renewal;
        renew_certificate();
    }
    if (next_check_ > now && !(stop_by_ && *stop_by_ <= now))
        return;
    // Deadlines mostly move back, which costs nothing until the earliest one has passed.
    std::vector<int> due;
    next_check_ = Monotonic::max();
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
    renew_certificate();
}

void Server::renew_certificate() {
    try {
        // Clients that are connected keep the context that they began with.
        tls_ = world_.certificate();
    } catch (const Error& error) {
        log_error(str("the certificate before stays in use: ", error.what()));
    }
}

void Server::begin_stop(Monotonic now) {
    stop_by_ = now + limits_.wind_up;
    resume_at_.reset();
    if (stop_fd() >= 0)
        watch(stop_fd(), 0, EPOLL_CTL_DEL);
    listeners_.clear();
    std::vector<int> all;
    for (const auto& [fd, client] : clients_)
        all.push_back(fd);
    for (int fd : all) {
        clients_.at(fd)->connection.wind_up();
        settle(fd);
    }
}

} // namespace img
