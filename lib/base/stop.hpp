// SIGINT and SIGTERM: a request to finish the work in hand and end.
#pragma once

#include <chrono>

namespace img {

/// From now on SIGINT and SIGTERM no longer kill, they ask. A second SIGINT kills.
void catch_stop_signals();
bool stop_requested();
/// Waits, but not longer than until a stop is requested.
void wait_for_stop(std::chrono::milliseconds longest);
/// Becomes readable when a stop is requested; for poll(2). -1 before catch_stop_signals.
int stop_fd();

} // namespace img
