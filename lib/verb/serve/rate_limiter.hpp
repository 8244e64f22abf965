// How many requests one client may make: a token bucket each, in a table of fixed size.
#pragma once

#include "base/ip_address.hpp"
#include "base/text.hpp"
#include "verb/serve/moment.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

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

/// Clients are counted by IpAddress::household(). Memory does not grow: when the table is full, a
/// client that has not asked for longest is forgotten, which lets it in, never shuts one out.
class RateLimiter {
public:
    explicit RateLimiter(const Rate& rate, std::size_t slots = 16'384);

    /// Takes one request's token; nullopt when there was one, else how long until there is.
    std::optional<Duration> charge(const IpAddress& client, Moment now);

private:
    struct Slot;
    Rate rate_;
    std::vector<std::uint64_t> table_; ///< the writer of this class chooses its shape
};

} // namespace img
