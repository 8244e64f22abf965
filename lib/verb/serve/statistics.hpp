// What the server counts while it runs.
#pragma once

#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace img {

struct ServerStatistics {
    Instant started{};
    std::array<std::uint64_t, 6> answers{}; ///< by the status's first digit; 0 is unused
    std::uint64_t body_bytes = 0;           ///< of answers, without heads
    std::uint64_t accepted = 0;             ///< connections
    std::uint64_t refused = 0;              ///< connections that there was no room for
    std::uint64_t evicted = 0;              ///< closed to make room
    std::uint64_t timed_out = 0;            ///< by any deadline
    std::uint64_t handshakes = 0;           ///< of TLS, done
    std::uint64_t resumed = 0;              ///< of those, with an earlier session
    std::uint64_t failed_handshakes = 0;
    std::uint64_t rate_limited = 0;                ///< answers of 429
    std::uint64_t reloads = 0, failed_reloads = 0; ///< of the certificate
    std::uint64_t log_lines_lost = 0;
    std::size_t open = 0; ///< connections now
};

} // namespace img
