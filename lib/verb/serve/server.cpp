// The loop: accepts clients, gives each its turn, and keeps the limits.

#include "verb/serve/server.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "verb/serve/file_cache.hpp"

#include <algorithm>
#include <arpa/inet.h>
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
/// Those that have not asked for anything, or not wholly, or have their last answer: one of them
/// may be closed to make room.
constexpr std::array waiting_stages{Stage::preface, Stage::handshake, Stage::head, Stage::idle,
                                    Stage::linger};

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

std::size_t index_of(Stage stage) {
    return static_cast<std::size_t>(stage);
}

bool is_waiting(Stage stage) {
    return std::find(waiting_stages.begin(), waiting_stages.end(), stage) != waiting_stages.end();
}

/// Each connection may need two, its socket and the file that it sends; the cache has its own.
void want_descriptors(std::size_t connections) {
    rlim_t wanted = connections * 2 + FileCache::most_files + 64;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_note(str("only ", limit.rlim_cur, " files may be open (ulimit -n), which is less than ",
                     connections, " connections need"));
}

} // namespace

struct Server::Visitor {
    std::optional<IpAddress> household; ///< what the limit is counted for
    Connection connection;
    Queue::iterator place; ///< in the queue of `stage`
    Stage stage;
    Moment since;
    Interest registered = Interest::reading; ///< what the loop waits for
    bool is_unfinished = false;
};

Server::Server(std::vector<Entrance> entrances, const ServerLimits& limits, TrustedProxies proxies,
               ServerWorld world, ServerStatistics& statistics)
    : entrances_(std::move(entrances)), limits_(limits), proxies_(std::move(proxies)),
      world_(std::move(world)), statistics_(statistics), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_)
        throw_errno("epoll", errno);
    for (const Entrance& entrance : entrances_)
        exchangers_.push_back({entrance.answer, [this] { return date(); }, monotonic_now,
                               world_.log, limits_.http, limits_.least_body_rate, statistics_});
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
    for (const Chore& chore : world_.chores)
        chores_due_.push_back(monotonic_now() + chore.every);
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

/// Made once a second.
std::string_view Server::date() {
    auto now = std::chrono::floor<std::chrono::seconds>(world_.now());
    if (dated_ != now) {
        date_ = http_time(now);
        dated_ = now;
    }
    return date_;
}

void Server::run() {
    std::array<epoll_event, 128> events;
    std::vector<int> again;
    while (!stop_by_ || statistics_.open > 0) {
        int wait = unfinished_.empty() ? patience_left(monotonic_now()) : 0;
        int count = ::epoll_wait(*epoll_, events.data(), events.size(), wait);
        if (count < 0 && errno != EINTR)
            throw_errno("epoll", errno);
        Moment now = monotonic_now();
        if (world_.begin_turn)
            world_.begin_turn();
        again.swap(unfinished_);
        for (int fd : again) {
            if (Visitor* one = visitor(fd))
                one->is_unfinished = false;
            serve(fd, now);
        }
        again.clear();
        for (int i = 0; i < count; ++i)
            meet(events[static_cast<std::size_t>(i)].data.fd, now);
        check_time(now);
    }
}

/// Something is ready. A connection that was closed earlier in this turn is nothing to us; one that
/// has got its descriptor since is just asked once too often.
void Server::meet(int fd, Moment now) {
    if (visitor(fd)) {
        serve(fd, now);
        return;
    }
    if (fd == *signals_)
        on_signal();
    for (const Entrance& entrance : entrances_)
        if (entrance.listener.fd() == fd) {
            accept_from(entrance, now);
            return;
        }
    for (const Watch& each : world_.watches)
        if (each.fd == fd) {
            each.ready();
            return;
        }
}

/// Milliseconds until something is due, for epoll_wait.
int Server::patience_left(Moment now) const {
    Moment due = now + 1h;
    for (std::size_t i = 0; i < stage_count; ++i)
        if (!queues_[i].empty())
            due = std::min(due, visitors_[static_cast<std::size_t>(queues_[i].front())]->since +
                                    patience_at(static_cast<Stage>(i)));
    for (Moment chore : chores_due_)
        due = std::min(due, chore);
    if (resume_at_)
        due = std::min(due, *resume_at_);
    if (stop_by_)
        due = std::min(due, *stop_by_);
    auto left = std::chrono::ceil<std::chrono::milliseconds>(due - now);
    return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
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
        if (exhausted && !evict_longest_waiting())
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
    stop_accepting();
    resume_at_ = now + pause_without_descriptors;
}

void Server::stop_accepting() {
    for (const Entrance& entrance : entrances_)
        watch(entrance.listener.fd(), 0, EPOLL_CTL_DEL);
}

void Server::resume_accepting() {
    for (const Entrance& entrance : entrances_)
        watch(entrance.listener.fd(), EPOLLIN, EPOLL_CTL_ADD);
    resume_at_.reset();
}

void Server::welcome(const Entrance& entrance, Fd socket, const std::optional<IpAddress>& peer,
                     Moment now) {
    ++statistics_.accepted;
    bool is_trusted = proxies_.trusts(peer);
    if (entrance.preface == Preface::proxy_header && !is_trusted) {
        log_detail(str("refused ", peer ? peer->text() : "a client", ": it is no trusted proxy"));
        ++statistics_.refused;
        return;
    }
    std::optional<IpAddress> household;
    if (peer && !is_trusted)
        household = peer->household();
    if (!make_room(household)) {
        log_detail(str("refused ", peer ? peer->text() : "a client", ": too many connections"));
        turn_away(entrance, socket);
        return;
    }
    int fd = *socket;
    bool is_tls = entrance.wire == Entrance::Wire::tls;
    const Exchanger& exchanger = exchangers_[static_cast<std::size_t>(&entrance - &entrances_[0])];
    auto one = std::unique_ptr<Visitor>(
        new Visitor{household,
                    Connection{std::move(socket), Client{peer, is_tls}, is_tls ? &*tls_ : nullptr,
                               entrance.preface, scratch_, exchanger, now},
                    {},
                    Stage::closed,
                    now});
    one->stage = one->connection.stage();
    Queue& queue = queues_[index_of(one->stage)];
    one->place = queue.insert(queue.end(), fd);
    auto index = static_cast<std::size_t>(fd);
    if (visitors_.size() <= index)
        visitors_.resize(index + 1);
    visitors_[index] = std::move(one);
    ++statistics_.open;
    if (household)
        households_[*household].push_back(fd);
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
    serve(fd, now); // its first bytes are often there already
}

/// Says what a client can understand before it has said a word; with TLS that is nothing.
void Server::turn_away(const Entrance& entrance, const Fd& socket) {
    ++statistics_.refused;
    if (entrance.wire == Entrance::Wire::tls)
        return;
    HttpResponse response = plain_response(503, "too many connections");
    response.set("Retry-After", "5");
    response.persistence = Persistence::close;
    std::string text = response_head(response, 1, date()) + std::get<std::string>(response.body[0]);
    [[maybe_unused]] ssize_t put = ::send(*socket, text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(*socket, SHUT_WR);
    // With the request unread, closing would take the answer back.
    [[maybe_unused]] ssize_t got =
        ::recv(*socket, scratch_.input.data(), scratch_.input.size(), MSG_DONTWAIT);
}

bool Server::make_room(const std::optional<IpAddress>& household) {
    if (household) {
        auto count = households_.find(*household);
        if (count != households_.end() && count->second.size() >= limits_.per_client &&
            !evict_longest_waiting_of(*household))
            return false;
    }
    return statistics_.open < limits_.connections || evict_longest_waiting();
}

bool Server::evict_longest_waiting() {
    Visitor* oldest = nullptr;
    for (Stage stage : waiting_stages) {
        const Queue& queue = queues_[index_of(stage)];
        Visitor* first = queue.empty() ? nullptr : visitor(queue.front());
        if (first && (!oldest || first->since < oldest->since))
            oldest = first;
    }
    if (!oldest)
        oldest = longest_stalled();
    return evict(oldest);
}

/// Who has taken nothing of an answer for as long as a crowd lets anybody idle; nullptr when all
/// move on.
Server::Visitor* Server::longest_stalled() {
    const Queue& answers = queues_[index_of(Stage::answer)];
    Visitor* first = answers.empty() ? nullptr : visitor(answers.front());
    return first && monotonic_now() - first->since >= limits_.crowded_idle ? first : nullptr;
}

bool Server::evict(Visitor* one) {
    if (!one)
        return false;
    ++statistics_.evicted;
    one->connection.give_up();
    drop(one->connection.fd());
    return true;
}

bool Server::evict_longest_waiting_of(const IpAddress& household) {
    Visitor* oldest = nullptr;
    for (int fd : households_.at(household)) {
        Visitor* one = visitor(fd);
        if (is_waiting(one->stage) && (!oldest || one->since < oldest->since))
            oldest = one;
    }
    return evict(oldest);
}

Server::Visitor* Server::visitor(int fd) {
    auto index = static_cast<std::size_t>(fd);
    return index < visitors_.size() ? visitors_[index].get() : nullptr;
}

void Server::serve(int fd, Moment now) {
    attend(fd, [now](Connection& connection) { connection.advance(now); });
}

/// Does something with a connection, if it is still there, and sees to what that came to.
template <class Act>
void Server::attend(int fd, Act act) {
    Visitor* one = visitor(fd);
    if (!one)
        return;
    try {
        act(one->connection);
        settle(fd);
    } catch (const std::exception& error) {
        log_error(str("a connection is dropped: ", printable(error.what())));
        scratch_.cipher.clear();
        drop(fd);
    }
}

/// After a turn: drops what is closed, and waits for what the connection waits for.
void Server::settle(int fd) {
    Visitor& one = *visitor(fd);
    const Connection& connection = one.connection;
    if (connection.is_closed()) {
        drop(fd);
        return;
    }
    if (one.stage != connection.stage() || one.since != connection.since()) {
        Queue& from = queues_[index_of(one.stage)];
        one.stage = connection.stage();
        one.since = connection.since();
        Queue& to = queues_[index_of(one.stage)];
        to.splice(to.end(), from, one.place);
    }
    if (connection.wants_turn()) {
        if (!std::exchange(one.is_unfinished, true))
            unfinished_.push_back(fd);
        return;
    }
    Interest interest = connection.interest();
    if (interest != one.registered)
        watch(fd, interest == Interest::reading ? EPOLLIN : EPOLLOUT, EPOLL_CTL_MOD);
    one.registered = interest;
}

void Server::drop(int fd) {
    std::unique_ptr<Visitor> one = std::move(visitors_[static_cast<std::size_t>(fd)]);
    queues_[index_of(one->stage)].erase(one->place);
    --statistics_.open;
    if (!one->household)
        return;
    auto found = households_.find(*one->household);
    std::erase(found->second, fd);
    if (found->second.empty())
        households_.erase(found);
}

void Server::drop_all() {
    for (const Queue& queue : queues_)
        while (!queue.empty())
            drop(queue.front());
}

Duration Server::patience_at(Stage stage) const {
    Duration usual = limits_.patience.at(stage);
    bool is_crowded = statistics_.open * 4 > limits_.connections * 3;
    return stage == Stage::idle && is_crowded ? std::min(usual, limits_.crowded_idle) : usual;
}

void Server::check_time(Moment now) {
    if (stop_requested() && !stop_by_)
        begin_stop(now);
    if (stop_by_ && *stop_by_ <= now)
        drop_all();
    if (resume_at_ && *resume_at_ <= now)
        resume_accepting();
    for (std::size_t i = 0; i < chores_due_.size(); ++i)
        if (chores_due_[i] <= now) {
            chores_due_[i] = now + world_.chores[i].every;
            world_.chores[i].act();
        }
    for (std::size_t i = 0; i < stage_count; ++i)
        expire_due(static_cast<Stage>(i), now);
}

/// All of a stage have the same time, so who is due stands in front.
void Server::expire_due(Stage stage, Moment now) {
    const Queue& queue = queues_[index_of(stage)];
    while (!queue.empty() && visitor(queue.front())->since + patience_at(stage) <= now)
        attend(queue.front(), [&](Connection& connection) {
            statistics_.timed_out += connection.expire(now) ? 1 : 0;
        });
}

void Server::on_signal() {
    signalfd_siginfo which{};
    while (::read(*signals_, &which, sizeof which) == sizeof which) {
    }
    world_.on_hangup();
}

void Server::begin_stop(Moment now) {
    if (world_.on_stop)
        world_.on_stop();
    stop_by_ = now + limits_.wind_up;
    if (stop_fd() >= 0)
        watch(stop_fd(), 0, EPOLL_CTL_DEL);
    if (!resume_at_)
        stop_accepting();
    resume_at_.reset();
    entrances_.clear();
    std::vector<int> all;
    for (const Queue& queue : queues_)
        all.insert(all.end(), queue.begin(), queue.end());
    for (int fd : all)
        attend(fd, [now](Connection& connection) { connection.wind_up(now); });
}

} // namespace img
