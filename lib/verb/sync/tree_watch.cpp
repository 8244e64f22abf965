// What happens to the files below a directory, as the system tells (inotify).

#include "verb/sync/tree_watch.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

constexpr Duration settling{100};
/// How often it is looked at whether another directory has the root's name, as where a disk was
/// mounted, of which the system does not tell.
constexpr Duration look_at_root_each{10'000};
constexpr std::uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |
                                 IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::string below(const std::string& directory, std::string_view name) {
    return directory.empty() ? std::string{name} : str(directory, "/", name);
}

} // namespace

void TreeChanges::add(TreeChanges more) {
    paths.merge(more.paths);
    some_gone = some_gone || more.some_gone;
    some_unknown = some_unknown || more.some_unknown;
}

TreeWatch::TreeWatch(const fs::path& root) : root_(root) {
    begin_anew();
}

/// Forgets what has happened, and watches what there is.
void TreeWatch::begin_anew() {
    directories_.clear();
    complete_ = true;
    fd_ = Fd{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
    complete_ = static_cast<bool>(fd_);
    identity_ = root_identity();
    TreeChanges none;
    watch("", Files::known, none);
}

void TreeWatch::watch(const std::string& directory, Files files, TreeChanges& changes) {
    const fs::path path = directory.empty() ? root_ : root_ / directory;
    if (fd_) {
        // The root may be a link; whatever is below it is no archive of ours then.
        std::uint32_t mask = directory.empty() ? wanted : wanted | IN_DONT_FOLLOW;
        int watched = ::inotify_add_watch(*fd_, path.c_str(), mask);
        if (watched >= 0)
            directories_[watched] = directory;
        else if (errno == ENOSPC || errno == ENOMEM)
            complete_ = false;
        else if (directory.empty())
            throw_errno(path.string(), errno);
    }
    // After it is watched, so that nothing comes unseen in between.
    boost::system::error_code code;
    for (fs::directory_iterator at{path, code}, end; !code && at != end; at.increment(code)) {
        std::string name = at->path().filename().string();
        boost::system::error_code gone;
        fs::file_type type = at->symlink_status(gone).type();
        if (name.starts_with('.') || gone)
            continue;
        if (type == fs::directory_file)
            watch(below(directory, name), files, changes);
        else if (files == Files::told)
            changes.paths.insert(below(directory, name));
    }
}

TreeChanges TreeWatch::wait(Duration longest) {
    const auto until = monotonic_now() + longest;
    for (;;) {
        auto left = std::chrono::ceil<Duration>(until - monotonic_now());
        if (left <= Duration{0} || stop_requested())
            return take();
        if (!poll(std::min(left, look_at_root_each)) && root_identity() == identity_)
            continue;
        wait_for_stop(settling);
        TreeChanges changes = take();
        if (!changes.empty())
            return changes;
    }
}

TreeChanges TreeWatch::take() {
    TreeChanges changes;
    alignas(inotify_event) std::array<char, 65536> buffer;
    ssize_t length = 0;
    while (fd_ && (length = ::read(*fd_, buffer.data(), buffer.size())) > 0)
        for (ssize_t at = 0; at < length;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* name = buffer.data() + at + sizeof event;
            see(event.wd, event.mask, event.len > 0 ? name : "", changes);
            at += static_cast<ssize_t>(sizeof event + event.len);
        }
    changes.some_unknown = changes.some_unknown || root_identity() != identity_;
    if (changes.some_unknown)
        begin_anew();
    return changes;
}

void TreeWatch::see(int watched, std::uint32_t what, std::string_view name, TreeChanges& changes) {
    auto found = directories_.find(watched);
    if (what & (IN_Q_OVERFLOW | IN_UNMOUNT)) {
        changes.some_unknown = true;
        return;
    }
    if (found == directories_.end())
        return;
    const std::string directory = found->second; // watching another may move it
    if (what & IN_IGNORED) {
        directories_.erase(found);
        return;
    }
    if (what & (IN_DELETE_SELF | IN_MOVE_SELF)) {
        changes.some_unknown = changes.some_unknown || directory.empty();
        return;
    }
    if (name.empty() || name.starts_with('.'))
        return;
    const std::string path = below(directory, name);
    const bool is_directory = what & IN_ISDIR;
    if (what & (IN_DELETE | IN_MOVED_FROM))
        changes.some_gone = true;
    // What is below it is still watched, but called otherwise.
    if (is_directory && (what & IN_MOVED_FROM))
        changes.some_unknown = true;
    if (is_directory && (what & (IN_CREATE | IN_MOVED_TO)))
        watch(path, Files::told, changes);
    if (!is_directory && ((what & (IN_CLOSE_WRITE | IN_MOVED_TO)) || is_linked(path)))
        changes.paths.insert(path);
}

/// Links are whole when they are made, unlike files, which are written then.
bool TreeWatch::is_linked(const std::string& path) const {
    struct stat status {};
    return ::lstat((root_ / path).c_str(), &status) == 0 &&
           (S_ISLNK(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink > 1));
}

TreeWatch::Identity TreeWatch::root_identity() const {
    struct stat status {};
    if (::stat(root_.c_str(), &status) != 0)
        return {};
    return {status.st_dev, status.st_ino};
}

/// Whether there is something to read.
bool TreeWatch::poll(Duration longest) const {
    std::array<pollfd, 2> waits{{{*fd_, POLLIN, 0}, {stop_fd(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(),
           static_cast<int>(std::min<std::int64_t>(longest.count(), 86'400'000)));
    return waits[0].revents != 0;
}

} // namespace img
