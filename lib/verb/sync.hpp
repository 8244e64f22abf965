// Publishes an archive of frames, and fetches one.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "frame/archive.hpp"
#include "verb/sync/plan.hpp"
#include "verb/sync/remote.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// imgsync(1) documents each member.
struct SyncOptions {
    std::string archive;
    std::string remote;
    std::string state; ///< empty: the usual place
    RemoteOptions reach;
    SyncPolicy policy;
    Zone zone;
    std::string camera;
    std::vector<std::string> patterns;
    /// Which frames, at a time: it is asked anew for each listing.
    std::function<Selection(Instant now)> selection;
    int tries = 3;
    std::optional<Duration> timeout;
};

/// Where it says what it does.
struct SyncOutput {
    std::function<void(std::string_view)> line; ///< for stdout, without its end
    enum class As { text, json } as = As::text;
    /// How many of how many files are done; may be empty.
    std::function<void(std::size_t done, std::size_t total)> progress;
};

// Each throws Error, and else tells with what the program ends.

/// Delivers what is there.
Exit sync_once(const SyncOptions& options, const SyncOutput& output);
/// Delivers what is there and what comes, until a stop is requested.
Exit sync_watch(const SyncOptions& options, const SyncOutput& output);
/// Says what would be sent and deleted. Reaches nothing and changes nothing.
Exit sync_dry_run(const SyncOptions& options, const SyncOutput& output);
/// Says how it stands with the remote, or, without one, with each that is on record.
Exit sync_status(const SyncOptions& options, const SyncOutput& output);
/// Brings what `remote`, an ssh address, holds to `archive`, or says what it would bring.
enum class FetchMode { fetch, dry_run };
Exit sync_fetch(const SyncOptions& options, FetchMode mode, const SyncOutput& output);

} // namespace img
