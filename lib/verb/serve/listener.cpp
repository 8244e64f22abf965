// Sockets that wait for clients: TCP addresses, Unix sockets, and those that systemd hands over.

#include "verb/serve/listener.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <optional>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace img {

namespace {

constexpr int backlog = 511;

Fd open_socket(int family) {
    return Fd{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
}

void set_option(int fd, int level, int name, int value) {
    if (::setsockopt(fd, level, name, &value, sizeof value) != 0)
        throw_errno("setsockopt", errno);
}

void start(const Fd& socket, const sockaddr* address, socklen_t length, const std::string& place) {
    if (::bind(*socket, address, length) != 0) {
        // At boot an address may come later.
        if (errno == EADDRNOTAVAIL)
            throw Error(str(place, ": ", std::strerror(errno)), Exit::unavailable);
        throw_errno(place, errno);
    }
    if (::listen(*socket, backlog) != 0)
        throw_errno(place, errno);
}

struct FreeAddresses {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

/// Numeric only: no name is looked up, so that nothing is asked of the network.
std::unique_ptr<addrinfo, FreeAddresses> numeric_address(const std::string& host,
                                                         const std::string& port) {
    addrinfo hints{}, *list = nullptr;
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
    if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &list) != 0)
        return nullptr;
    return std::unique_ptr<addrinfo, FreeAddresses>{list};
}

bool is_port(std::string_view text) {
    std::optional<std::int64_t> number = parse_int(text);
    return number && *number >= 0 && *number <= 65535 && !text.starts_with('-');
}

/// Whether somebody accepts connections there.
bool is_alive(const sockaddr_un& address, socklen_t length) {
    Fd probe = open_socket(AF_UNIX);
    return ::connect(*probe, reinterpret_cast<const sockaddr*>(&address), length) == 0 ||
           errno == EAGAIN; // its queue is full
}

} // namespace

std::string ListenPlace::text() const {
    if (!path.empty())
        return "unix:" + path;
    bool is_ipv6 = host.find(':') != std::string::npos;
    return str(is_ipv6 ? "[" : "", host.empty() ? "every address" : host, is_ipv6 ? "]" : "",
               host.empty() ? ", port " : ":", port);
}

ListenPlace parse_listen_place(const std::string& place) {
    auto refuse = [&](const std::string& fact) { throw Error(fact, Exit::usage); };
    ListenPlace read;
    if (place.starts_with("unix:")) {
        read.path = place.substr(5);
        constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
        if (read.path.empty() || read.path.size() > longest)
            refuse(str(printable(place), ": a socket's path has 1 to ", longest, " bytes"));
        return read;
    }
    std::size_t colon = place.rfind(':');
    std::size_t port_at = colon == std::string::npos ? 0 : colon + 1;
    read.port = place.substr(port_at);
    std::string host = place.substr(0, port_at ? colon : 0);
    bool in_brackets = host.starts_with('[') && host.ends_with(']');
    if (in_brackets)
        host = host.substr(1, host.size() - 2);
    if (!is_port(read.port) || (!in_brackets && host.find(':') != std::string::npos) ||
        (port_at && host.empty()))
        refuse(str("'", printable(place), "' is not ADDRESS:PORT, [IPV6]:PORT, PORT or unix:PATH"));
    if (!host.empty() && !numeric_address(host, read.port))
        refuse(str("'", printable(host), "' is not an address; names are not taken"));
    read.host = host;
    return read;
}

Listener::Listener(const ListenPlace& place) {
    if (!place.path.empty())
        listen_on_unix(place.path);
    else if (place.host.empty())
        listen_on_every_address(place.port);
    else
        listen_on_address(place.host, place.port);
    learn();
}

Listener::Listener(Fd socket) : socket_(std::move(socket)) {
    int accepts = 0;
    socklen_t length = sizeof accepts;
    if (::getsockopt(*socket_, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &length) != 0 || !accepts)
        throw Error("the socket that was handed over does not listen", Exit::usage);
    if (::fcntl(*socket_, F_SETFL, ::fcntl(*socket_, F_GETFL) | O_NONBLOCK) != 0 ||
        ::fcntl(*socket_, F_SETFD, FD_CLOEXEC) != 0)
        throw_errno("fcntl", errno);
    learn();
}

Listener::~Listener() {
    if (socket_ && !unlink_.empty())
        ::unlink(unlink_.c_str());
}

void Listener::learn() {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(*socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw_errno("getsockname", errno);
    is_unix_ = address.ss_family == AF_UNIX;
}

void Listener::listen_on_unix(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    socklen_t length = sizeof address;
    struct stat about {};
    if (::lstat(path.c_str(), &about) == 0) {
        if (!S_ISSOCK(about.st_mode))
            throw Error(str(path, ": is in the way and is not a socket"));
        if (is_alive(address, length))
            throw_errno(path, EADDRINUSE);
        if (::unlink(path.c_str()) != 0)
            throw_errno(path, errno);
    }
    socket_ = open_socket(AF_UNIX);
    mode_t before = ::umask(0117); // 0660 from its first moment
    try {
        start(socket_, reinterpret_cast<sockaddr*>(&address), length, path);
    } catch (...) {
        ::umask(before);
        throw;
    }
    ::umask(before);
    unlink_ = path;
}

void Listener::listen_on_every_address(const std::string& port) {
    // Kernels and containers without IPv6 are common enough; IPv4 then stands alone.
    bool has_ipv6 = static_cast<bool>(open_socket(AF_INET6));
    listen_on_address(has_ipv6 ? "::" : "0.0.0.0", port);
}

void Listener::listen_on_address(const std::string& host, const std::string& port) {
    auto address = numeric_address(host, port);
    if (!address)
        throw Error(str("'", printable(host), "' is not an address"), Exit::usage);
    socket_ = open_socket(address->ai_family);
    if (!socket_)
        throw_errno(host, errno);
    set_option(*socket_, SOL_SOCKET, SO_REUSEADDR, 1);
    if (address->ai_family == AF_INET6)
        set_option(*socket_, IPPROTO_IPV6, IPV6_V6ONLY, host == "::" ? 0 : 1);
    std::string place =
        str(host.find(':') == std::string::npos ? host : "[" + host + "]", ":", port);
    start(socket_, address->ai_addr, address->ai_addrlen, place);
}

std::optional<std::uint16_t> Listener::port() const {
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(*socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw_errno("getsockname", errno);
    if (address.ss_family == AF_INET)
        return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    if (address.ss_family == AF_INET6)
        return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
    return std::nullopt;
}

std::string Listener::url(const std::string& scheme) const {
    if (is_unix_) {
        sockaddr_un name{};
        socklen_t length = sizeof name;
        if (::getsockname(*socket_, reinterpret_cast<sockaddr*>(&name), &length) != 0)
            throw_errno("getsockname", errno);
        return str("unix:", name.sun_path);
    }
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getsockname(*socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw_errno("getsockname", errno);
    if (::getnameinfo(reinterpret_cast<sockaddr*>(&address), length, host.data(), host.size(),
                      port.data(), port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        throw Error("the listening socket has no printable address");
    std::string shown = host.data();
    if (shown == "::" || shown == "0.0.0.0") {
        std::array<char, 256> name{};
        // A host that was given no name calls itself "(none)".
        bool has_name =
            ::gethostname(name.data(), name.size() - 1) == 0 && name[0] && name[0] != '(';
        shown = has_name ? name.data() : "localhost";
    } else if (shown.find(':') != std::string::npos) {
        shown = "[" + shown + "]";
    }
    return str(scheme, "://", shown, ":", port.data(), "/");
}

} // namespace img
