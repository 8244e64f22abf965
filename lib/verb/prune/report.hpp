// How statistics, plans and removals are told, to people and to programs.
#pragma once

#include "verb/prune.hpp"
#include "verb/prune/statistics.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Takes a line, without its end.
using LinePrinter = std::function<void(std::string_view line)>;

/// A table of the cameras, what else there is, and the longest gaps; times are of `zone`.
std::vector<std::string> statistics_text(const ArchiveStatistics& statistics, const Zone& zone);
/// An object for each camera, and one for all of it.
std::vector<std::string> statistics_json(const ArchiveStatistics& statistics);

/// What becomes of a frame, and why.
std::string frame_text(const Archive& archive, const ArchiveFile& frame, PruneReason reason,
                       const Zone& zone);
std::string frame_json(const Archive& archive, const ArchiveFile& frame, PruneReason reason);

/// What would be done: "10 of 20 frames would go, 1.2 MB of 2.4 MB".
std::string plan_text(const PrunePlan& plan, const std::vector<PruneItem>& items);
/// The sum of a plan that is not carried out.
std::string plan_json(const PrunePlan& plan);
/// The sum of one that is.
std::string removal_json(const PrunePlan& plan, const Removal& removal);

/// What people should know of a plan besides, as lines for the log.
std::vector<std::string> plan_remarks(const PrunePlan& plan);
/// Why the plan is not to be carried out; "" where the bound permits it.
std::string refusal(const PrunePlan& plan, const PruneBound& bound);

} // namespace img
