// Whether the kernel can encrypt TLS itself.

#include "base/kernel_tls.hpp"

#include "base/file.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace img {

namespace {

#ifndef TCP_ULP
constexpr int TCP_ULP = 31; // linux/tcp.h
#endif

bool probe() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    Fd door{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    Fd caller{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    // What is set applies to connected sockets only. A connection is made when it is in the queue.
    return door && caller && ::bind(*door, raw, length) == 0 && ::listen(*door, 1) == 0 &&
           ::getsockname(*door, raw, &length) == 0 && ::connect(*caller, raw, length) == 0 &&
           ::setsockopt(*caller, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == 0;
}

} // namespace

bool kernel_has_tls() {
    static const bool has = probe();
    return has;
}

} // namespace img
