// What is in an archive: cameras, gaps, and what is none of ours.
#pragma once

#include "verb/prune.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// A time without frames: from the frame before it to the one that ends it.
struct FrameGap {
    Instant from, to;

    Duration length() const { return to - from; }
};

/// The frames of one camera, or of all. Times and gaps are those of the frames that are not ahead
/// of the clock, where there are any.
struct FrameStatistics {
    std::string camera;
    std::size_t frames = 0, future = 0;
    std::uint64_t bytes = 0;
    std::optional<Instant> oldest{}, newest{};
    std::optional<Duration> interval{};                              ///< the median
    ArchiveEntry::TimeFrom time_from = ArchiveEntry::TimeFrom::name; ///< the least sure of them
    std::size_t gap_count = 0;
    std::vector<FrameGap> gaps{}; ///< at most the 100 longest, the longest first
};

struct ArchiveStatistics {
    FrameStatistics all; ///< without interval and gaps
    std::vector<FrameStatistics> cameras;
    std::size_t others = 0; ///< foreign files, links left out
    std::size_t links = 0, leftovers = 0, empty_directories = 0;
    std::uint64_t others_bytes = 0;
    std::vector<std::string> other_names; ///< paths of at most ten
    DiskRoom disk;
};

/// `archive` is read with sizes. A frame that comes later than `gap` after the one before it ends a
/// gap; without one, later than three times the median interval of its camera.
ArchiveStatistics statistics_of(const Archive& archive, const DiskRoom& disk,
                                const std::optional<Duration>& gap, Instant now);

} // namespace img
