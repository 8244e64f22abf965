// Sockets that wait for clients: TCP addresses, Unix sockets, and those that systemd hands over.
#pragma once

#include "base/file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// Where to listen, as people write it.
struct ListenPlace {
    std::string path;       ///< of a Unix socket; empty for TCP
    std::string host, port; ///< numbers; an empty host is every address

    /// As they would write it in full.
    std::string text() const;
};

/// Reads ADDRESS:PORT, [IPV6]:PORT, PORT (every address, IPv6 and IPv4) or unix:PATH. Port 0 is a
/// free one. Throws Error{usage} for what is none of these.
ListenPlace parse_listen_place(const std::string& place);

/// A listening socket. A Unix socket's file is removed with it.
class Listener {
public:
    /// Throws Error: {unavailable} when somebody else listens there.
    explicit Listener(const ListenPlace& place);
    /// Takes over a socket that listens already.
    explicit Listener(Fd socket);
    Listener(Listener&&) = default;
    ~Listener();

    int fd() const { return *socket_; }
    bool is_unix() const { return is_unix_; }
    /// For people: "https://host:8443/", with the real port; "unix:/path".
    std::string url(const std::string& scheme) const;
    /// Of TCP.
    std::optional<std::uint16_t> port() const;

private:
    void listen_on_unix(const std::string& path);
    void listen_on_every_address(const std::string& port);
    void listen_on_address(const std::string& host, const std::string& port);
    void learn();

    Fd socket_;
    bool is_unix_ = false;
    std::string unlink_; ///< the file to remove; empty when it is not ours
};

} // namespace img
