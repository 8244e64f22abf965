// Removes what a plan names, oldest first, and the directories that become empty.

#include "verb/prune.hpp"

#include "base/log.hpp"
#include "base/stop.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>

namespace img {

namespace {

using std::chrono::hours;

/// Younger ones may be of a writer at work.
constexpr Duration youngest_leftover = hours{24};
/// A writer whose clock or zone is another's may still fill an empty directory.
constexpr Duration longest_empty = hours{48};
/// So many failures in a directory are named before it is left as it is.
constexpr int most_failures = 10;

/// Directories below a root, open; no symbolic link is followed on the way to them.
class OpenDirectories {
public:
    explicit OpenDirectories(const fs::path& root) : root_(root.c_str()) {}

    /// A descriptor that lives until others are asked for, or -1, and errno says why.
    int at(std::uint32_t index, const std::string& path) {
        if (index == last_ && fd_of_last_ >= 0)
            return fd_of_last_;
        auto slot = std::ranges::find(slots_, index, &Slot::index);
        if (slot == slots_.end() || !slot->fd) {
            slot = slots_.begin() + static_cast<std::ptrdiff_t>(next_++ % slots_.size());
            *slot = Slot{index, opened(path)};
        }
        last_ = index;
        fd_of_last_ = *slot->fd;
        return fd_of_last_;
    }

    /// The directory itself; "" is the root.
    Fd opened(const std::string& path) const {
        // What may be removed from need not be readable.
        constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
        Fd fd{::open(root_, flags)};
        if (!path.empty())
            for (const std::string_view part : split(path, '/'))
                if (fd)
                    fd = Fd{::openat(*fd, std::string{part}.c_str(), flags | O_NOFOLLOW)};
        return fd;
    }

private:
    struct Slot {
        std::uint32_t index = 0;
        Fd fd;
    };
    const char* root_;
    std::array<Slot, 128> slots_; ///< frames of so many cameras may take turns
    std::size_t next_ = 0;
    std::uint32_t last_ = 0;
    int fd_of_last_ = -1;
};

/// Whether what was to be removed was not there, or no longer behind directories alone.
bool is_gone(int error) {
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

class Remover {
public:
    Remover(const Archive& archive, const PrunePlan& plan)
        : archive_(archive), plan_(plan), open_(archive.root()) {
        for (std::size_t i = 0; i < plan.reasons.size(); ++i)
            if (goes(plan.reasons[i]))
                ++of(archive.frames[i]).left;
        for (const Archive::Link& link : archive.links)
            linked_.insert(link.target);
    }

    void remove_frames(const RemovalWatch& watch) {
        std::size_t done = 0;
        for (std::size_t i = 0; i < plan_.reasons.size(); ++i) {
            if (!goes(plan_.reasons[i]))
                continue;
            if (stop_requested()) {
                result_.is_interrupted = true;
                return;
            }
            const ArchiveFile& frame = archive_.frames[i];
            if (remove(frame)) {
                ++result_.files;
                result_.bytes += frame.bytes;
                if (watch.removed)
                    watch.removed(i);
            }
            Directory& directory = of(frame);
            if (--directory.left == 0 && directory.is_touched)
                remove_empty(archive_.directory(frame.directory));
            if (watch.progress && ++done % 256 == 0)
                watch.progress(done, plan_.remove_files);
        }
    }

    void remove_leftovers(Instant now) {
        for (const ArchiveFile& leftover : archive_.leftovers) {
            const int directory =
                open_.at(leftover.directory, archive_.directory(leftover.directory));
            struct stat about {};
            if (directory < 0 ||
                ::fstatat(directory, archive_.name(leftover), &about, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            // A writer at work may have given it the time of its frame already.
            const Instant changed{
                std::chrono::seconds{std::max(about.st_mtim.tv_sec, about.st_ctim.tv_sec)}};
            if (S_ISREG(about.st_mode) && changed < now - youngest_leftover && remove(leftover))
                ++result_.leftovers;
        }
    }

    void remove_old_directories(Instant now) {
        for (const Archive::EmptyDirectory& empty : archive_.empty)
            if (empty.end < now - longest_empty)
                remove_empty(archive_.directory(empty.directory));
    }

    const Removal& result() const { return result_; }

private:
    struct Directory {
        std::uint32_t left = 0; ///< files that are to be removed from it
        std::uint32_t failures = 0;
        bool is_touched = false;  ///< something was removed from it
        bool is_given_up = false; ///< nothing more is tried in it
    };

    Directory& of(const ArchiveFile& file) {
        if (file.directory >= directories_.size())
            directories_.resize(file.directory + std::size_t{1});
        return directories_[file.directory];
    }

    /// False when it was not there, or could not be removed, which is named.
    bool remove(const ArchiveFile& file) {
        Directory& directory = of(file);
        if (is_read_only_ || directory.is_given_up)
            return false;
        const std::string& path = archive_.directory(file.directory);
        const int fd = open_.at(file.directory, path);
        if (fd >= 0 && ::unlinkat(fd, archive_.name(file), 0) == 0) {
            directory.is_touched = true;
            if (shows_details())
                log_detail(str("deleted ", shown(archive_.path(file))));
            return true;
        }
        const int error = errno;
        if (is_gone(error)) {
            directory.is_given_up = fd < 0;
            return false;
        }
        ++result_.failures;
        if (error == EROFS) {
            is_read_only_ = true;
            log_error(str(shown(""), ": ", std::strerror(error), "; nothing more is deleted"));
            return false;
        }
        // This is about all files of a directory, and there may be many.
        const bool is_closed = fd < 0 || error == EACCES;
        directory.is_given_up = is_closed || ++directory.failures >= most_failures;
        log_error(str(shown(is_closed ? path : archive_.path(file)), ": ", std::strerror(error),
                      directory.is_given_up ? "; nothing more in this directory is deleted" : ""));
        return false;
    }

    /// Removes the directory and those above it, as far as they are empty; never the root, and none
    /// that a link leads to.
    void remove_empty(std::string path) {
        while (!path.empty() && !linked_.contains(path)) {
            const std::size_t slash = path.rfind('/');
            const std::string above = slash == std::string::npos ? "" : path.substr(0, slash);
            const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
            const Fd parent = open_.opened(above);
            if (!parent || ::unlinkat(*parent, name.c_str(), AT_REMOVEDIR) != 0) {
                if (!is_gone(errno) && errno != ENOTEMPTY && errno != EEXIST)
                    log_detail(str(shown(path), ": ", std::strerror(errno)));
                return;
            }
            ++result_.directories;
            path = above;
        }
    }

    /// What is below the root, or "" for it, as messages name it.
    std::string shown(const std::string& path) const {
        constexpr std::size_t longest_path = 1000;
        const fs::path& root = archive_.root();
        return printable((path.empty() ? root : root / path).string(), longest_path);
    }

    const Archive& archive_;
    const PrunePlan& plan_;
    OpenDirectories open_;
    std::vector<Directory> directories_;
    std::unordered_set<std::string> linked_;
    bool is_read_only_ = false; ///< the file system, where nothing more is tried
    Removal result_;
};

} // namespace

Removal remove_planned(const Archive& archive, const PrunePlan& plan, Instant now,
                       const RemovalWatch& watch) {
    Remover remover{archive, plan};
    remover.remove_frames(watch);
    if (!remover.result().is_interrupted) {
        remover.remove_leftovers(now);
        remover.remove_old_directories(now);
    }
    return remover.result();
}

} // namespace img
