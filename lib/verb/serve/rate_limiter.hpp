// How many requests one client may make: a token bucket each, in a table of fixed size.
#pragma once

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "verb/serve/moment.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

namespace img {

/// So many requests in so long a time; as many may come at once. A count of 0 is no limit.
struct Rate {
    std::uint32_t count = 0;
    Duration per{60'000};
    bool operator==(const Rate&) const = default;
};

/// "60/min", "5/s", "1000/h"; a bare number is per minute; "0" is no limit. nullopt when it is none
/// of these or more than 1,000,000,000.
std::optional<Rate> parse_rate(std::string_view text);

/// Clients are counted by IpAddress::household(). Exact: as many requests at once as the rate's
/// count, then one each time a token has come back, without drift however long it runs. Memory does
/// not grow: where there is no room for a newcomer, the client that has most tokens left is
/// forgotten, which lets it in, never shuts one out, and keeps those that ask too often.
class RateLimiter {
public:
    /// Without a limit, no memory is taken for slots.
    explicit RateLimiter(const Rate& rate, std::size_t slots = 16'384);

    /// Takes one request's token; nullopt when there was one, else how long until there is.
    std::optional<Duration> charge(const IpAddress& client, Moment now);

private:
    using Household = std::array<std::uint64_t, 2>; ///< the bytes of its address
    /// A client's bucket, as the moment at which it will be full. That of :: may be nobody's.
    struct Slot {
        Household household{};
        std::int64_t full_at = 0;   ///< nanoseconds
        std::uint32_t fraction = 0; ///< of one nanosecond more, in parts of the rate's count
    };

    struct FreeSlots {
        void operator()(Slot* slots) const { std::free(slots); }
    };

    Slot& slot_of(const Household& household);

    Rate rate_;
    std::array<std::uint64_t, 2> seed_{}; ///< so that nobody can aim at a set
    std::size_t sets_ = 0;
    std::unique_ptr<Slot[], FreeSlots> table_; ///< one set after another
};

} // namespace img
