// Which files of an archive may go, and their removal.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "frame/archive.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A part of the disk, or a number of bytes.
struct Room {
    double share = 0;        ///< 0 to 1, of the file system
    std::uint64_t bytes = 0; ///< counts where share is 0
};
/// "10%", or bytes as parse_bytes reads them; nullopt when it is neither, or more than 100%.
std::optional<Room> parse_room(std::string_view text);
/// A whole number that is not negative.
std::optional<std::uint64_t> parse_count(std::string_view text);

/// What is kept and what must not be exceeded; imgprune(1) documents each member.
struct PrunePolicy {
    // Frames that any of these names are kept, whatever the limits say. Each counts by camera.
    std::optional<int> keep_last, keep_hourly, keep_daily, keep_weekly, keep_monthly;
    std::optional<Duration> keep_within;
    bool keep_undelivered = false;
    // Without a limit, all else goes; with limits, the oldest of it until each of them holds.
    std::optional<std::uint64_t> max_bytes, max_files;
    std::optional<Duration> max_age;
    std::optional<Room> min_free;

    bool keeps() const;
    bool limits() const;
    bool empty() const { return !keeps() && !limits(); }
    /// Whether the sizes of frames matter.
    bool needs_sizes() const { return max_bytes || min_free || keep_undelivered; }
};

/// A frame as a plan sees it: plain values.
struct PruneItem {
    Instant time;
    std::uint64_t bytes = 0;
    std::uint32_t camera = 0;
    bool linked = false;      ///< a symbolic link leads to it
    bool undelivered = false; ///< a remote has not got it yet
};

/// How much room there is on the file system, in bytes.
struct DiskRoom {
    std::uint64_t size = 0, available = 0;
};
/// Where `directory` lies; `available` is what is left for all users. Throws Error.
DiskRoom disk_room(const fs::path& directory);

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
std::string_view reason_text(PruneReason reason);

/// How far ahead of the clock a frame may be without being of the future.
constexpr Duration longest_lead = std::chrono::hours{24};

struct PrunePlan {
    std::vector<PruneReason> reasons; ///< of each item, in their order
    std::size_t remove_files = 0;
    std::uint64_t remove_bytes = 0;
    std::size_t future = 0; ///< frames more than `longest_lead` ahead, which are left alone
    /// The limits that what stays exceeds, such as "max-files". An age is exceeded by what a rule
    /// keeps, not by the newest frame of a camera that is silent, or by what is linked.
    std::vector<std::string> unmet;
};

/// Decides; touches nothing. `items` are oldest first. Never removes the newest frame of a camera;
/// a second plan for what remains removes nothing; a stricter limit removes no less, and without
/// limits of number and room, so does a stricter rule (with them, an old frame that a rule keeps is
/// made up for by a younger one). Hours, days, weeks, which begin on Monday, and months are those
/// of `zone`.
PrunePlan plan_prune(const std::vector<PruneItem>& items, const PrunePolicy& policy, Instant now,
                     const DiskRoom& disk, const Zone& zone);

/// How much may go in one run: a share of the frames, or a number of them.
struct PruneBound {
    double percent = 50; ///< of the frames; counts without `files`
    std::optional<std::uint64_t> files{};
    std::string text = "50%"; ///< as it was given

    bool permits(std::size_t removed, std::size_t all) const;
};
/// "50%" or a number; nullopt when it is neither, or more than 100%.
std::optional<PruneBound> parse_prune_bound(std::string_view text);

/// What is looked at; all else is left alone, and not counted.
struct PruneScope {
    ArchiveQuery query{};
    std::vector<std::string> patterns{}; ///< globs of paths below the directory; none: all
    /// What becomes of frames of which only the modification time of the file is known.
    enum class Undated : std::uint8_t { left_alone, by_mtime } undated = Undated::left_alone;
};
/// The archive with those frames that are in `scope`; those that are left alone for want of a time
/// are noted on the log. Throws Error when the directory cannot be read.
Archive archive_in_scope(const fs::path& directory, const PruneScope& scope);
/// Its frames, in their order.
std::vector<PruneItem> prune_items(const Archive& archive);
/// Marks the items of prune_items(archive) that imgsync, by its record in `state`, has not seen to
/// for each remote of the archive; where none is on record, all. `archive` is read with sizes.
/// Throws Error when the record cannot be read.
void hold_undelivered(std::vector<PruneItem>& items, const Archive& archive, const fs::path& state);

/// Held while one program removes files below a directory.
class PruneLock {
public:
    /// Throws Error: unavailable when another program holds it. Where the file system has no locks,
    /// it is as if none did, which is a detail on the log.
    explicit PruneLock(const fs::path& directory);

private:
    Fd fd_;
};

/// What was done of a plan.
struct Removal {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
    std::size_t leftovers = 0, directories = 0;
    std::size_t failures = 0;    ///< each was named on the log
    bool is_interrupted = false; ///< a stop was requested
};
/// Who wants to know how far it has come.
struct RemovalWatch {
    std::function<void(std::size_t item)> removed{}; ///< each file that is gone
    std::function<void(std::size_t done, std::size_t all)> progress{};
};

/// Removes what the plan for prune_items(archive) names, oldest first; directories that it empties,
/// and those that were empty for two days; leftovers older than a day. What has vanished meanwhile
/// is fine, and so is what appears. Follows no symbolic link below the root.
Removal remove_planned(const Archive& archive, const PrunePlan& plan, Instant now,
                       const RemovalWatch& watch);

} // namespace img
