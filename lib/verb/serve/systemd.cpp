// What systemd and a service tell each other: sd_notify(3) and sd_listen_fds(3), without its
// library.

#include "verb/serve/systemd.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

namespace img {

namespace {

constexpr int first_inherited = 3; ///< SD_LISTEN_FDS_START
constexpr int most_inherited = 64;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// nullopt, and a message, when it is not a socket's name.
std::optional<Fd> connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    bool fits = path.size() < sizeof address.sun_path && (path[0] == '/' || path[0] == '@');
    if (!fits) {
        log_error("$NOTIFY_SOCKET: is not a socket's name");
        return std::nullopt;
    }
    path.copy(address.sun_path, path.size());
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // an abstract name
    auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    timeval patience{1, 0};
    if (!socket ||
        ::setsockopt(*socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        ::connect(*socket, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
        log_error(str("$NOTIFY_SOCKET: ", std::strerror(errno)));
        return std::nullopt;
    }
    return socket;
}

std::optional<Duration> watchdog_period() {
    std::string text = variable("WATCHDOG_USEC"), process = variable("WATCHDOG_PID");
    if (text.empty() || (!process.empty() && parse_int(process) != ::getpid()))
        return std::nullopt;
    std::optional<std::int64_t> microseconds = parse_int(text);
    if (!microseconds || *microseconds <= 0) {
        log_error(str("$WATCHDOG_USEC: '", printable(text), "' is not a number of microseconds"));
        return std::nullopt;
    }
    return std::max(Duration{*microseconds / 2000}, Duration{1});
}

} // namespace

ServiceManager::ServiceManager() {
    std::string path = variable("NOTIFY_SOCKET");
    if (path.empty())
        return;
    if (std::optional<Fd> socket = connect_to(path)) {
        socket_ = std::move(*socket);
        watchdog_ = watchdog_period();
    }
}

void ServiceManager::tell(std::string_view state) {
    if (!socket_ || ::send(*socket_, state.data(), state.size(), MSG_NOSIGNAL) >= 0)
        return;
    if (!has_complained_)
        log_error(str("$NOTIFY_SOCKET: ", std::strerror(errno)));
    has_complained_ = true;
}

void ServiceManager::tell_ready(std::string_view status) {
    tell(str("READY=1\nSTATUS=", printable(status)));
}

void ServiceManager::tell_reloading() {
    auto since_start =
        std::chrono::duration_cast<std::chrono::microseconds>(monotonic_now().time_since_epoch());
    tell(str("RELOADING=1\nMONOTONIC_USEC=", since_start.count()));
}

std::vector<InheritedSocket> inherited_sockets() {
    std::vector<InheritedSocket> sockets;
    std::string count = variable("LISTEN_FDS"), process = variable("LISTEN_PID"),
                names = variable("LISTEN_FDNAMES");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDNAMES");
    if (count.empty() || parse_int(process) != ::getpid())
        return sockets;
    std::optional<std::int64_t> number = parse_int(count);
    if (!number || *number < 1 || *number > most_inherited)
        throw Error(
            str("$LISTEN_FDS: '", printable(count), "' is not a number from 1 to ", most_inherited),
            Exit::usage);
    std::vector<std::string_view> called = split(names, ':');
    called.resize(static_cast<std::size_t>(*number));
    for (int i = 0; i < *number; ++i)
        sockets.push_back(
            {Fd{first_inherited + i}, std::string{called[static_cast<std::size_t>(i)]}});
    return sockets;
}

} // namespace img
