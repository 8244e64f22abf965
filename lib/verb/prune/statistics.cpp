// What is in an archive: cameras, gaps, and what is none of ours.

#include "verb/prune/statistics.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace img {

namespace {

constexpr std::size_t most_gaps = 100, most_names = 10;
/// A gap is that many usual intervals, if nothing else is said.
constexpr int intervals_of_gap = 3;

struct CameraFrames {
    FrameStatistics sum;
    std::vector<Instant> times; ///< of those that are not ahead of the clock
};

void count(FrameStatistics& sum, const ArchiveFile& frame, bool is_future) {
    ++sum.frames;
    sum.bytes += frame.bytes;
    sum.time_from = std::max(sum.time_from, frame.from);
    sum.future += is_future;
    const bool has_present = sum.frames > sum.future;
    if (is_future && has_present)
        return;
    // Frames are oldest first, so those of the future come last.
    if (!sum.oldest)
        sum.oldest = frame.time;
    sum.newest = frame.time;
}

std::optional<Duration> median_interval(const std::vector<Instant>& times) {
    if (times.size() < 2)
        return std::nullopt;
    std::vector<Duration> intervals;
    intervals.reserve(times.size() - 1);
    for (std::size_t i = 1; i < times.size(); ++i)
        intervals.push_back(times[i] - times[i - 1]);
    const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>((intervals.size() - 1) / 2);
    std::ranges::nth_element(intervals, middle);
    return *middle;
}

void find_gaps(FrameStatistics& sum, const std::vector<Instant>& times, Duration longest) {
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i] - times[i - 1] > longest)
            sum.gaps.push_back({times[i - 1], times[i]});
    sum.gap_count = sum.gaps.size();
    std::ranges::stable_sort(sum.gaps, std::ranges::greater{}, &FrameGap::length);
    if (sum.gaps.size() > most_gaps)
        sum.gaps.resize(most_gaps);
}

/// A link that leads to others is in the archive more than once.
std::set<std::string> paths_of_links(const Archive& archive) {
    std::set<std::string> paths;
    for (const Archive::Link& link : archive.links)
        paths.insert(archive.path(link.file));
    return paths;
}

} // namespace

ArchiveStatistics statistics_of(const Archive& archive, const DiskRoom& disk,
                                const std::optional<Duration>& gap, Instant now) {
    ArchiveStatistics statistics;
    statistics.disk = disk;
    std::map<std::string, CameraFrames> cameras;
    for (const ArchiveFile& frame : archive.frames) {
        const bool is_future = frame.time > now + longest_lead;
        CameraFrames& camera = cameras[archive.camera(frame)];
        count(statistics.all, frame, is_future);
        count(camera.sum, frame, is_future);
        if (!is_future)
            camera.times.push_back(frame.time);
    }
    for (auto& [name, camera] : cameras) {
        camera.sum.camera = name;
        camera.sum.interval = median_interval(camera.times);
        const Duration usual = camera.sum.interval.value_or(Duration{}) * intervals_of_gap;
        // Of pictures in bursts, the usual interval is none.
        if (gap || usual > Duration{})
            find_gaps(camera.sum, camera.times, gap.value_or(usual));
        statistics.cameras.push_back(std::move(camera.sum));
    }
    const std::set<std::string> links = paths_of_links(archive);
    for (const ArchiveFile& other : archive.others) {
        std::string path = archive.path(other);
        if (links.contains(path))
            continue;
        ++statistics.others;
        statistics.others_bytes += other.bytes;
        if (statistics.other_names.size() < most_names)
            statistics.other_names.push_back(std::move(path));
    }
    statistics.links = links.size();
    statistics.leftovers = archive.leftovers.size();
    statistics.empty_directories = archive.empty.size();
    return statistics;
}

} // namespace img
