// What systemd and a service tell each other: sd_notify(3) and sd_listen_fds(3), without its
// library.

#include "verb/serve/systemd.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <sys/socket.h>
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

} // namespace

void notify_manager(std::string_view state) {
    std::string path = variable("NOTIFY_SOCKET");
    if (path.empty())
        return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    Fd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    bool fits = path.size() < sizeof address.sun_path && (path[0] == '/' || path[0] == '@');
    if (fits)
        path.copy(address.sun_path, path.size());
    if (path[0] == '@')
        address.sun_path[0] = '\0'; // an abstract name
    auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    if (!socket || !fits ||
        ::sendto(*socket, state.data(), state.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), length) < 0)
        log_error(str("$NOTIFY_SOCKET: ", fits ? std::strerror(errno) : "is not a socket's name"));
}

std::vector<Fd> inherited_sockets() {
    std::vector<Fd> sockets;
    std::string count = variable("LISTEN_FDS"), process = variable("LISTEN_PID");
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
    for (int i = 0; i < *number; ++i)
        sockets.emplace_back(first_inherited + i);
    return sockets;
}

} // namespace img
