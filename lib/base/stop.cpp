// SIGINT and SIGTERM: a request to finish the work in hand and end.

#include "base/stop.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace img {

namespace {

int event = -1;
volatile std::sig_atomic_t requested = 0;

void on_signal(int number) {
    int saved = errno;
    if (requested && number == SIGINT)
        ::_exit(128 + number);
    requested = 1;
    ::eventfd_write(event, 1);
    errno = saved;
}

} // namespace

void catch_stop_signals() {
    if (event >= 0)
        return;
    event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0)
        throw_errno("eventfd", errno);
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() {
    return requested != 0;
}

void wait_for_stop(std::chrono::milliseconds longest) {
    pollfd wait{event, POLLIN, 0};
    ::poll(&wait, 1, static_cast<int>(longest.count()));
}

int stop_fd() {
    return event;
}

} // namespace img
