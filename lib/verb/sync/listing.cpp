// What an archive holds, as a plan wants it: all of it, or the files of some paths.

#include "verb/sync/listing.hpp"

#include "verb/sync/pointers.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <map>
#include <optional>

namespace img {

namespace {

bool by_path(const SyncItem& a, const SyncItem& b) {
    return a.file.path < b.file.path;
}

bool matches(const std::string& path, const std::vector<std::string>& patterns) {
    return patterns.empty() ||
           std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
               return ::fnmatch(pattern.c_str(), path.c_str(), 0) == 0;
           });
}

SyncItem item_of(const Archive& archive, const ArchiveFile& file, SyncItem::Kind kind) {
    SyncItem item{{archive.path(file), file.bytes, file.changed, {}, {}}, kind, {}};
    if (is_pointer(item.file.path)) {
        item.kind = SyncItem::Kind::pointer;
    } else if (kind == SyncItem::Kind::frame) {
        item.file.time = file.time;
        item.file.camera = archive.camera(file);
    }
    return item;
}

/// Links have the size and time of what they show.
void measure_links(const Archive& archive, std::vector<SyncItem>& items) {
    std::set<std::string> links;
    for (const Archive::Link& link : archive.links)
        links.insert(archive.path(link.file));
    if (links.empty())
        return;
    std::erase_if(items, [&](SyncItem& item) {
        if (!links.contains(item.file.path))
            return false;
        std::optional<SyncFile> shown = look_at(archive.root(), item.file.path);
        if (shown) {
            item.file.bytes = shown->bytes;
            item.file.changed = shown->changed;
        }
        return !shown;
    });
}

void choose_frames(std::vector<SyncItem>& items, const Selection& selection) {
    if (selection.empty())
        return;
    std::map<std::string, std::vector<SyncItem*>> cameras;
    for (SyncItem& item : items)
        if (item.kind == SyncItem::Kind::frame && item.choice == SyncItem::Choice::wanted)
            cameras[item.file.camera].push_back(&item);
    for (auto& camera : cameras) {
        std::vector<SyncItem*>& frames = camera.second;
        std::stable_sort(frames.begin(), frames.end(), [](const SyncItem* a, const SyncItem* b) {
            return *a->file.time < *b->file.time;
        });
        for (SyncItem* frame : frames)
            frame->choice = SyncItem::Choice::passed_over;
        for (std::size_t chosen : choose(
                 frames.size(), [&](std::size_t at) { return *frames[at]->file.time; }, selection))
            frames[chosen]->choice = SyncItem::Choice::wanted;
    }
}

/// Items are in the order of their paths.
void choose_files(std::vector<SyncItem>& items, const SyncChoice& choice) {
    bool by_camera = !choice.camera.empty() &&
                     std::any_of(items.begin(), items.end(),
                                 [](const SyncItem& item) { return !item.file.camera.empty(); });
    for (SyncItem& item : items) {
        const SyncFile& file = item.file;
        bool other_camera =
            by_camera && item.kind == SyncItem::Kind::frame && file.camera != choice.camera;
        if (other_camera || !matches(file.path, choice.patterns) ||
            (choice.takes && !choice.takes(file)))
            item.choice = SyncItem::Choice::passed_over;
    }
    choose_frames(items, choice.selection);
}

bool is_jpeg(std::string_view path) {
    std::string lowered = lower(path);
    return lowered.ends_with(".jpg") || lowered.ends_with(".jpeg");
}

/// The frames of the camera that were taken while those at `paths` were, without their sizes, by
/// their paths. nullopt when these alone do not say what they are.
std::optional<std::vector<SyncItem>> frames_around(const fs::path& archive,
                                                   const SyncChoice& choice,
                                                   const std::set<std::string>& paths) {
    LocalTimes times{choice.zone};
    ArchiveQuery query;
    query.zone = choice.zone;
    query.camera = choice.camera;
    for (const std::string& path : paths) {
        if (!is_jpeg(path) || is_pointer(path))
            continue;
        std::optional<NamedTime> named = find_time(path.substr(path.rfind('/') + 1), times);
        if (!named)
            return std::nullopt;
        query.since = std::min(query.since.value_or(named->time), named->time);
        query.until = std::max(query.until.value_or(named->time), named->time);
    }
    std::vector<SyncItem> items;
    if (!query.since)
        return items;
    Archive around = read_archive(archive, query);
    for (const ArchiveFile& frame : around.frames)
        items.push_back(item_of(around, frame, SyncItem::Kind::frame));
    std::sort(items.begin(), items.end(), by_path);
    return items;
}

} // namespace

SyncListing list_for_sync(const fs::path& archive, const SyncChoice& choice) {
    ArchiveQuery query;
    query.zone = choice.zone;
    query.details = ArchiveQuery::Details::sizes;
    Archive all = read_archive(archive, query);
    SyncListing listing;
    listing.items.reserve(all.frames.size() + all.others.size());
    for (const ArchiveFile& frame : all.frames)
        listing.items.push_back(item_of(all, frame, SyncItem::Kind::frame));
    for (const ArchiveFile& other : all.others)
        listing.items.push_back(item_of(all, other, SyncItem::Kind::other));
    measure_links(all, listing.items);
    if (!std::is_sorted(listing.items.begin(), listing.items.end(), by_path))
        std::sort(listing.items.begin(), listing.items.end(), by_path);
    choose_files(listing.items, choice);
    return listing;
}

SyncListing list_for_sync(const fs::path& archive, const SyncChoice& choice,
                          const std::set<std::string>& paths) {
    if (choice.selection.every || choice.selection.last)
        return list_for_sync(archive, choice);
    std::optional<std::vector<SyncItem>> frames = frames_around(archive, choice, paths);
    if (!frames)
        return list_for_sync(archive, choice);
    SyncListing listing;
    listing.scope = SyncListing::Scope::some;
    for (const std::string& path : paths) {
        std::optional<SyncFile> seen = look_at(archive, path);
        if (!seen)
            continue;
        SyncItem item{*seen, is_pointer(path) ? SyncItem::Kind::pointer : SyncItem::Kind::other,
                      SyncItem::Choice::wanted};
        SyncItem key;
        key.file.path = path;
        auto frame = std::lower_bound(frames->begin(), frames->end(), key, by_path);
        if (frame != frames->end() && frame->file.path == path) {
            item.kind = frame->kind;
            item.file.time = frame->file.time;
            item.file.camera = frame->file.camera;
        } else if (item.kind == SyncItem::Kind::other && is_jpeg(path)) {
            continue; // another camera's
        }
        listing.items.push_back(std::move(item));
    }
    SyncChoice of_any_camera = choice;
    of_any_camera.camera.clear();
    choose_files(listing.items, of_any_camera);
    return listing;
}

} // namespace img
