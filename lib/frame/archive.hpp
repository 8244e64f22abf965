// Frames at rest: files named by their time, in directories named by a template.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// One frame of an archive, and where its time was read from.
struct ArchiveEntry {
    enum class TimeFrom { name, exif, mtime };
    fs::path path;
    Instant time;
    TimeFrom from;
};

/// The frames below `directory`, oldest first. Hidden files and latest.* are passed over. If any
/// file is named by its time, only such files are frames of the archive; else every .jpg and .jpeg
/// is one, with its time from EXIF, else from the file. Names without a zone are in `zone`.
std::vector<ArchiveEntry> list_archive(const fs::path& directory, const Zone& zone);

/// Which frames to take, in the order in which the limits are applied. Absent means no limit.
struct Selection {
    std::optional<Instant> since{}, until{}; ///< not older, not newer than this
    /// One of each interval, the first; intervals begin on the grid of UTC's clock.
    std::optional<Duration> every{};
    std::optional<int> last{};   ///< only the newest of what remains
    std::optional<int> frames{}; ///< so many of these, evenly, the first and the last among them

    /// Whether frames must have a time to be chosen.
    bool by_time() const { return since || until || every; }
    bool empty() const { return !by_time() && !last && !frames; }
};

/// Which of `count` frames, oldest first, are taken: their indices, in order. `time` is asked only
/// when the selection is by time, and at most once for each.
std::vector<std::size_t> choose(std::size_t count, const std::function<Instant(std::size_t)>& time,
                                const Selection& selection);

/// `entries`, oldest first, thinned to `selection`.
std::vector<ArchiveEntry> select(std::vector<ArchiveEntry> entries, const Selection& selection);

/// Whether `name` has strftime or {} fields, so that it stands for many files.
bool is_name_template(const std::string& name);
/// The path for a frame: strftime's fields and %L from its time in UTC, so that names stay in
/// order when clocks are set back; {camera} and other fields from its metadata. A field gives one
/// path component at most: separators, leading dots and control characters in it become '_'. Throws
/// Error when the frame lacks a field or the time.
fs::path archive_path(const std::string& name_template, const Metadata& metadata);

} // namespace img
