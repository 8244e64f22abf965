// What systemd and a service tell each other: sd_notify(3) and sd_listen_fds(3), without its
// library.
#pragma once

#include "base/file.hpp"
#include "base/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Who started us, if it wants to hear how we are: the socket in $NOTIFY_SOCKET, which is opened
/// once, so that it can be spoken to when nothing else can be opened any longer.
class ServiceManager {
public:
    ServiceManager();

    /// "READY=1", "STOPPING=1", several with a line feed between. Waits a second at most.
    void tell(std::string_view state);
    void tell_ready(std::string_view status);
    /// To be followed by tell_ready().
    void tell_reloading();
    /// How often to tell "WATCHDOG=1": half of $WATCHDOG_USEC; nullopt when it is not asked for, or
    /// of another process ($WATCHDOG_PID).
    std::optional<Duration> watchdog() const { return watchdog_; }

private:
    Fd socket_;
    std::optional<Duration> watchdog_;
    bool has_complained_ = false;
};

/// A socket that was handed over, and what the unit calls it ($LISTEN_FDNAMES).
struct InheritedSocket {
    Fd socket;
    std::string name;
};

/// The sockets that were handed over ($LISTEN_FDS); none when they are for another process.
std::vector<InheritedSocket> inherited_sockets();

} // namespace img
