// The frames that are looked at, as a plan sees them.

#include "verb/prune.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <fnmatch.h>
#include <sys/statvfs.h>
#include <unordered_set>

namespace img {

namespace {

bool matches_any(const std::string& path, const std::vector<std::string>& patterns) {
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
    });
}

} // namespace

Archive archive_in_scope(const fs::path& directory, const PruneScope& scope) {
    Archive archive = read_archive(directory, scope.query);
    const ArchiveQuery& query = scope.query;
    std::erase_if(archive.frames, [&](const ArchiveFile& frame) {
        return (query.since && frame.time < *query.since) ||
               (query.until && frame.time > *query.until) ||
               (!scope.patterns.empty() && !matches_any(archive.path(frame), scope.patterns));
    });
    if (scope.undated == PruneScope::Undated::by_mtime)
        return archive;
    const std::size_t undated = std::erase_if(archive.frames, [](const ArchiveFile& frame) {
        return frame.from == ArchiveEntry::TimeFrom::mtime;
    });
    if (undated > 0)
        log_note(str(directory.string(), ": ", undated, undated == 1 ? " file" : " files",
                     " without a time are left alone; see --trust-mtime"));
    return archive;
}

std::vector<PruneItem> prune_items(const Archive& archive) {
    std::unordered_set<std::string> linked;
    for (const Archive::Link& link : archive.links)
        if (!link.target.empty())
            linked.insert(link.target);
    std::vector<PruneItem> items;
    items.reserve(archive.frames.size());
    for (const ArchiveFile& frame : archive.frames)
        items.push_back({frame.time, frame.bytes, frame.camera,
                         !linked.empty() && linked.contains(archive.path(frame)), false});
    return items;
}

DiskRoom disk_room(const fs::path& directory) {
    struct statvfs about {};
    while (::statvfs(directory.c_str(), &about) != 0)
        if (errno != EINTR)
            throw_errno(directory.string(), errno);
    const std::uint64_t unit = about.f_frsize;
    return {about.f_blocks * unit, about.f_bavail * unit};
}

} // namespace img
