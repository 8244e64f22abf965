// Which files of an archive may go, and their removal.
#pragma once

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "frame/archive.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// A part of the disk, or a number of bytes.
struct Room {
    double share = 0;        ///< 0 to 1, of the file system
    std::uint64_t bytes = 0; ///< counts where share is 0
};

/// What is kept and what must not be exceeded; imgprune(1) documents each member.
struct PrunePolicy {
    // Frames that any of these names are kept, whatever the limits say. Each counts by camera.
    std::optional<int> keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly;
    std::optional<Duration> keep_within;
    // Without a limit, all else goes; with limits, the oldest of it until each of them holds.
    std::optional<std::uint64_t> max_bytes, max_files;
    std::optional<Duration> max_age;
    std::optional<Room> min_free;

    bool keeps() const;
    bool limits() const;
    bool empty() const { return !keeps() && !limits(); }
};

/// A frame as a plan sees it: plain values.
struct PruneItem {
    Instant time;
    std::uint64_t bytes = 0;
    std::uint32_t camera = 0;
    /// Something else needs it: a link leads to it, or a remote has not got it yet.
    enum class Held : std::uint8_t { no, linked, undelivered } held = Held::no;
};

/// How much room there is on the file system, in bytes.
struct DiskRoom {
    std::uint64_t size = 0, available = 0;
};

/// Why a frame stays or goes.
enum class PruneReason : std::uint8_t {
    // it stays
    newest,
    linked,
    undelivered,
    future,
    last,
    within,
    hourly,
    daily,
    weekly,
    monthly,
    below_limits,
    // it goes
    not_kept,
    over_age,
    over_files,
    over_bytes,
    too_little_free,
};
bool goes(PruneReason reason);
/// For people and programs: "newest of its camera", "over --max-bytes".
std::string reason_text(PruneReason reason);

struct PrunePlan {
    std::vector<PruneReason> reasons; ///< of each item, in their order
    std::size_t remove_files = 0;
    std::uint64_t remove_bytes = 0;
    std::size_t future = 0; ///< frames more than a day ahead of the clock, which are left alone
    std::string unmet;      ///< the limit that what is kept exceeds; empty: none
};

/// Decides; touches nothing. `items` are oldest first. Never removes the newest frame of a camera;
/// a second plan for what remains removes nothing; a stricter policy removes no less. Hours, days,
/// ISO weeks and months are those of `zone`.
PrunePlan plan_prune(const std::vector<PruneItem>& items, const PrunePolicy& policy, Instant now,
                     const DiskRoom& disk, const Zone& zone);

} // namespace img
