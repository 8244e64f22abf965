// Files that are kept open, and in memory, from one request to the next.

#include "verb/serve/file_cache.hpp"

#include <ctime>
#include <iterator>
#include <unistd.h>

namespace img {

namespace {

std::int64_t nanoseconds_of(const timespec& time) {
    return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Whether a change from here on would show in the version: file systems stamp with a clock that
/// ticks every few milliseconds.
bool would_notice_change(const FileVersion& version) {
    timespec tick{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &tick);
    return version.changed < nanoseconds_of(tick);
}

/// All of the file, or nothing when it is not, before and after, the version that is wanted.
Bytes whole_content(int fd, const FileVersion& version) {
    auto is_unchanged = [&] {
        struct stat about {};
        return ::fstat(fd, &about) == 0 && FileVersion{about} == version;
    };
    if (!would_notice_change(version) || !is_unchanged())
        return {};
    Bytes content(version.size);
    for (std::size_t at = 0; at < content.size();) {
        ssize_t got = ::pread(fd, content.data() + at, content.size() - at, static_cast<off_t>(at));
        if (got <= 0)
            return {};
        at += static_cast<std::size_t>(got);
    }
    return is_unchanged() ? std::move(content) : Bytes{};
}

} // namespace

FileVersion::FileVersion(const struct stat& about)
    : device(about.st_dev), inode(about.st_ino), size(static_cast<std::uint64_t>(about.st_size)),
      modified(nanoseconds_of(about.st_mtim)), changed(nanoseconds_of(about.st_ctim)) {}

std::shared_ptr<const SiteFile> FileCache::find(const std::string& path, const Look& look) {
    auto found = by_path_.find(path);
    if (found == by_path_.end()) {
        ++misses_;
        return nullptr;
    }
    auto entry = found->second;
    if (turn_ == 0 || entry->checked_turn != turn_) {
        if (look(path) != entry->version) {
            drop(entry);
            ++misses_;
            return nullptr;
        }
        entry->checked_turn = turn_;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    if (entry->file->content.empty())
        load(*entry);
    ++hits_;
    return entry->file;
}

void FileCache::keep(const std::string& path, std::shared_ptr<SiteFile> file,
                     const FileVersion& version) {
    if (auto before = by_path_.find(path); before != by_path_.end())
        drop(before->second);
    while (entries_.size() >= most_files)
        drop(std::prev(entries_.end()));
    entries_.push_front({path, std::move(file), version, turn_});
    by_path_.emplace(entries_.front().path, entries_.begin());
}

void FileCache::note_alone(const std::string& path) {
    if (auto found = by_path_.find(path); found != by_path_.end())
        found->second->alone_turn = turn_;
}

bool FileCache::is_alone(const std::string& path) const {
    auto found = by_path_.find(path);
    return turn_ > 0 && found != by_path_.end() && found->second->alone_turn == turn_;
}

void FileCache::give_up_idle() {
    for (auto entry = entries_.begin(); entry != entries_.end();)
        entry = entry->file.use_count() == 1 ? drop(entry) : std::next(entry);
}

/// Reads the content, if it may be kept.
void FileCache::load(Entry& entry) {
    std::uint64_t size = entry.version.size;
    if (size == 0 || size > most_bytes_ / 2 || !make_room(size))
        return;
    entry.file->content = whole_content(*entry.file->file, entry.version);
    bytes_ += entry.file->content.size();
}

/// Drops contents that nobody else holds, which is what frees memory.
bool FileCache::make_room(std::uint64_t size) {
    std::uint64_t lent = lent_bytes();
    for (auto last = entries_.end(); lent + bytes_ + size > most_bytes_;) {
        if (last == entries_.begin())
            return false;
        --last;
        if (!last->file->content.empty() && last->file.use_count() == 1)
            last = drop(last);
    }
    return true;
}

std::uint64_t FileCache::lent_bytes() {
    std::uint64_t bytes = 0;
    std::erase_if(lent_, [&](const std::weak_ptr<const SiteFile>& lent) {
        std::shared_ptr<const SiteFile> file = lent.lock();
        bytes += file ? file->content.size() : 0;
        return !file;
    });
    return bytes;
}

FileCache::Entries::iterator FileCache::drop(Entries::iterator entry) {
    bytes_ -= entry->file->content.size();
    if (!entry->file->content.empty() && entry->file.use_count() > 1)
        lent_.push_back(entry->file);
    by_path_.erase(entry->path);
    return entries_.erase(entry);
}

} // namespace img
