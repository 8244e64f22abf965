// Sockets that wait for clients: TCP addresses, Unix sockets, and those that systemd hands over.
#pragma once

#include "base/file.hpp"

#include <memory>
#include <string>
#include <vector>

namespace img {

/// A listening socket. A Unix socket's file is removed with it.
class Listener {
public:
    /// `place` is ADDRESS:PORT, [IPV6]:PORT, PORT (every address, IPv6 and IPv4) or unix:PATH. Port
    /// 0 is a free one. Throws Error: {usage} for what is none of these, {unavailable} when
    /// somebody else listens there.
    explicit Listener(const std::string& place);
    /// Takes over a socket that listens already.
    explicit Listener(Fd socket);
    Listener(Listener&&) = default;
    ~Listener();

    int fd() const { return *socket_; }
    bool is_unix() const { return is_unix_; }
    /// For people: "https://host:8443/", with the real port; "unix:/path".
    std::string url(const std::string& scheme) const;

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
