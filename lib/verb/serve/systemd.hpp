// What systemd and a service tell each other: sd_notify(3) and sd_listen_fds(3), without its
// library.
#pragma once

#include "base/file.hpp"

#include <string_view>
#include <vector>

namespace img {

/// "READY=1", "STOPPING=1" ... to the socket in $NOTIFY_SOCKET, if there is one.
void notify_manager(std::string_view state);

/// The sockets that were handed over ($LISTEN_FDS); none when they are for another process.
std::vector<Fd> inherited_sockets();

} // namespace img
