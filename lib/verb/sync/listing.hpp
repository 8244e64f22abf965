// What an archive holds, as a plan wants it: all of it, or the files of some paths.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/archive.hpp"
#include "verb/sync/plan.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace img {

/// Which files are wanted.
struct SyncChoice {
    Zone zone{};           ///< of names without a zone
    Selection selection{}; ///< of frames, for each camera by itself
    std::string camera{};  ///< only its frames; where no camera has a name, or empty, all
    std::vector<std::string> patterns{}; ///< globs of which one matches the path; none: all files
    /// Whether the remote is for such a file at all; empty: for all.
    std::function<bool(const SyncFile&)> takes{};
};

/// All files of the archive. Throws Error when it cannot be read.
SyncListing list_for_sync(const fs::path& archive, const SyncChoice& choice);

/// Those of the files at `paths` that are there. Where it takes the others to say whether one of
/// them is wanted, all files.
SyncListing list_for_sync(const fs::path& archive, const SyncChoice& choice,
                          const std::set<std::string>& paths);

} // namespace img
