// How many requests one client may make: a token bucket each, in a table of fixed size.

#include "verb/serve/rate_limiter.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <sys/random.h>

namespace img {

namespace {

using std::chrono::nanoseconds;

constexpr std::size_t set_size = 8; ///< slots that a client may have

/// SipHash-1-3 of two words (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
std::uint64_t keyed_hash(const std::array<std::uint64_t, 2>& key,
                         const std::array<std::uint64_t, 2>& words) {
    std::uint64_t a = key[0] ^ 0x736f6d6570736575, b = key[1] ^ 0x646f72616e646f6d;
    std::uint64_t c = key[0] ^ 0x6c7967656e657261, d = key[1] ^ 0x7465646279746573;
    auto round = [&] {
        a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
        c += d, d = std::rotl(d, 16) ^ c;
        a += d, d = std::rotl(d, 21) ^ a;
        c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
    };
    constexpr std::uint64_t length = sizeof words;
    for (std::uint64_t word : {words[0], words[1], length << 56}) {
        d ^= word;
        round();
        a ^= word;
    }
    c ^= 0xff;
    for (int i = 0; i < 3; ++i)
        round();
    return a ^ b ^ c ^ d;
}

} // namespace

std::optional<Rate> parse_rate(std::string_view text) {
    struct Unit {
        std::string_view name;
        Duration length;
    };
    constexpr std::array<Unit, 4> units{{{"", Duration{60'000}},
                                         {"/s", Duration{1000}},
                                         {"/min", Duration{60'000}},
                                         {"/h", Duration{3600'000}}}};
    std::string_view digits = text.substr(0, text.find('/'));
    std::optional<std::int64_t> count = parse_int(digits);
    if (!count || *count < 0 || *count > 1'000'000'000 || digits.front() == '-')
        return std::nullopt;
    for (const Unit& unit : units)
        if (unit.name == text.substr(digits.size()))
            return Rate{static_cast<std::uint32_t>(*count), unit.length};
    return std::nullopt;
}

RateLimiter::RateLimiter(const Rate& rate, std::size_t slots) : rate_(rate) {
    if (rate_.count == 0)
        return;
    sets_ = std::max(slots / set_size, std::size_t{1});
    // Zeros of the system's: a set takes memory when its first client comes.
    table_.reset(static_cast<Slot*>(std::calloc(sets_ * set_size, sizeof(Slot))));
    if (!table_)
        throw std::bad_alloc{};
    if (::getrandom(seed_.data(), sizeof seed_, 0) != sizeof seed_)
        throw_errno("getrandom", errno);
}

/// The household's slot, or the one that it is to have: nobody's, or the fullest bucket's.
RateLimiter::Slot& RateLimiter::slot_of(const Household& household) {
    std::uint64_t chosen = (keyed_hash(seed_, household) >> 32) * sets_ >> 32;
    Slot* set = &table_[chosen * set_size];
    Slot* fullest = set;
    for (Slot* slot = set; slot < set + set_size; ++slot) {
        if (slot->household[0] == household[0] && slot->household[1] == household[1])
            return *slot;
        if (slot->full_at < fullest->full_at)
            fullest = slot;
    }
    return *fullest = Slot{household, 0, 0};
}

/// A bucket that is full at some moment lacks as many tokens as would come until then, so a request
/// puts that moment off by the time of one token, and is refused when that is too far off (the
/// generic cell rate algorithm, ITU-T I.371, annex A).
std::optional<Duration> RateLimiter::charge(const IpAddress& client, Moment moment) {
    if (!table_)
        return std::nullopt;
    std::int64_t now = nanoseconds{moment.time_since_epoch()}.count();
    std::int64_t per = nanoseconds{rate_.per}.count();
    Slot& slot = slot_of(std::bit_cast<Household>(client.household().bytes()));

    std::int64_t full_at = slot.full_at;
    std::int64_t fraction = slot.fraction;
    if (full_at < now)
        full_at = now, fraction = 0;
    full_at += per / rate_.count;
    fraction += per % rate_.count;
    if (fraction >= rate_.count)
        ++full_at, fraction -= rate_.count;

    std::int64_t early = full_at + (fraction > 0 ? 1 : 0) - (now + per);
    if (early > 0)
        return std::chrono::ceil<Duration>(nanoseconds{early});
    slot.full_at = full_at;
    slot.fraction = static_cast<std::uint32_t>(fraction);
    return std::nullopt;
}

} // namespace img
