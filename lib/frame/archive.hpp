// Frames at rest: files named by their time, in directories named by a template.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// One frame of an archive, and where its time was read from.
struct ArchiveEntry {
    enum class TimeFrom : std::uint8_t { name, exif, mtime };
    fs::path path;
    Instant time;
    TimeFrom from;
};

/// One file of an `Archive`, which knows its name: small, since there may be a million.
struct ArchiveFile {
    Instant time{};           ///< of frames only
    std::uint64_t bytes = 0;  ///< with ArchiveQuery::Details::sizes; of a symbolic link its own
    std::int64_t changed = 0; ///< with sizes: when it was modified, nanoseconds since 1970
    std::uint32_t directory = 0, name = 0, camera = 0; ///< what they are called: Archive
    ArchiveEntry::TimeFrom from = ArchiveEntry::TimeFrom::name;
};

/// What to look for below a directory.
struct ArchiveQuery {
    Zone zone{}; ///< of names without a zone
    /// Directories that are named by their time and lie outside are not entered; neither end is a
    /// promise about single frames.
    std::optional<Instant> since{}, until{};
    /// Only this camera's frames. Where no camera has a name, all.
    std::string camera{};
    /// No more than the newest of the camera's frames are wanted, so many: older directories need
    /// not be entered.
    std::optional<int> last{};
    enum class Kind : std::uint8_t { frames, animations } kind = Kind::frames; ///< JPEGs or GIFs
    enum class Details : std::uint8_t { names, sizes } details = Details::names;
};

/// What a directory held when it was read. Hidden files and directories are no part of it.
class Archive {
public:
    /// Frames, oldest first, of one instant in the order of their paths.
    ///
    /// If any file of the kind is named by its time, only such files are frames; else every one
    /// is, with its time from EXIF, else from the file itself. latest.* is never one. A symbolic
    /// link to a file is one where its name is a frame's.
    std::vector<ArchiveFile> frames;
    /// Files that are none, in the order of their paths; never counted as ours. Pipes, sockets and
    /// devices are no files here.
    std::vector<ArchiveFile> others;
    /// Symbolic links, hidden ones too, and what below the directory they lead to. Dangling links,
    /// and those that lead out of it, lead to "". A link by way of others is here once for each.
    struct Link {
        ArchiveFile file;
        std::string target; ///< below the directory, as path() gives it
    };
    std::vector<Link> links;
    /// Hidden files that a writer of ours left behind when it was killed: .NAME.xxxxxxxx
    std::vector<ArchiveFile> leftovers;
    /// Directories that are named by their time and hold nothing but such, the deepest first, and
    /// the end of that time in UTC.
    struct EmptyDirectory {
        std::uint32_t directory;
        Instant end;
    };
    std::vector<EmptyDirectory> empty;

    const fs::path& root() const;
    /// Below the root, "/" between its parts.
    std::string path(const ArchiveFile& file) const;
    const char* name(const ArchiveFile& file) const;
    /// Below the root; "" is the root itself.
    const std::string& directory(std::uint32_t index) const;
    /// Which camera a frame is of: the directories it lies in without those that are named by its
    /// time ("north" of north/2026/11/21/...), else what stands before the time in its name
    /// ("north" of north_20261121T134338Z.jpg), else "".
    const std::string& camera(const ArchiveFile& file) const;

private:
    friend Archive read_archive(const fs::path& directory, const ArchiveQuery& query);
    class Reader;

    fs::path root_;
    std::vector<std::string> directories_, cameras_; ///< the first of either is ""
    std::vector<char> names_;                        ///< each ends with a zero
};

/// Reads the tree below `directory` once, and EXIF only where no name has a time. Throws Error when
/// the directory itself cannot be read; what is not readable below it is passed over.
Archive read_archive(const fs::path& directory, const ArchiveQuery& query);

/// The frames below `directory`, oldest first, as read_archive finds them, by their paths.
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

/// The frames of `directory` that `selection` takes, of one camera or (when it is empty) of all,
/// oldest first. Enters only the directories that it must.
std::vector<ArchiveEntry> select_from_archive(const fs::path& directory, const Selection& selection,
                                              const std::string& camera, const Zone& zone);

/// Whether `name` has strftime or {} fields, so that it stands for many files.
bool is_name_template(const std::string& name);
/// The path for a frame: strftime's fields and %L from its time in UTC, so that names stay in
/// order when clocks are set back; {camera} and other fields from its metadata. A field gives one
/// path component at most: separators, leading dots and control characters in it become '_'. Throws
/// Error when the frame lacks a field or the time.
fs::path archive_path(const std::string& name_template, const Metadata& metadata);

} // namespace img
