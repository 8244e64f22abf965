// Delivering files as they appear, until a stop is requested.
#pragma once

#include "verb/sync/delivery.hpp"
#include "verb/sync/tree_watch.hpp"

#include <functional>
#include <set>
#include <string>

namespace img {

/// What the archive holds: all of it, or of some paths.
struct SyncListers {
    SyncLister all;
    std::function<SyncListing(const std::set<std::string>& paths)> some;
};

/// Delivers what is there, and from then on what `watch` tells of; all is listed again each hour,
/// soon after files have gone that are to be deleted there as well, and whenever it is not known
/// what has changed. Waits for a remote that is away, for ever. Ends when a stop is requested:
/// unavailable when anything is undelivered then. Throws errors that would come again.
Exit keep_delivering(DeliveryRun& run, const SyncListers& listers, TreeWatch& watch,
                     SyncPolicy::Pruned pruned, const DeliveryWorld& world);

} // namespace img
