// How statistics, plans and removals are told, to people and to programs.
#pragma once

#include "verb/prune.hpp"
#include "verb/prune/statistics.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Takes a line, without its end.
using LinePrinter = std::function<void(std::string_view line)>;

/// For people, with times of a zone; or objects for programs.
enum class PruneFormat : std::uint8_t { text, json };

/// A table of the cameras, what else there is, and the longest gaps; or an object for each camera,
/// and one for all of it.
void print_statistics(const ArchiveStatistics& statistics, PruneFormat format, const Zone& zone,
                      const LinePrinter& print);
/// What becomes of each frame, and the sum.
void print_plan(const Archive& archive, const PrunePlan& plan, PruneFormat format, const Zone& zone,
                const LinePrinter& print);

/// A frame that goes or stays, and why.
std::string frame_json(const Archive& archive, const ArchiveFile& frame, PruneReason reason);
/// The sum of a plan that was carried out.
std::string removal_json(const PrunePlan& plan, const Removal& removal);

/// What people should know of a plan besides, as lines for the log.
std::vector<std::string> plan_remarks(const PrunePlan& plan);
/// Why the plan is not to be carried out; "" where the bound permits it.
std::string refusal(const PrunePlan& plan, const PruneBound& bound);

} // namespace img
