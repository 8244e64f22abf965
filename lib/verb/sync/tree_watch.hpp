// What happens to the files below a directory, as the system tells (inotify).
#pragma once

#include "base/file.hpp"
#include "base/fs.hpp"
#include "base/text.hpp"

#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unordered_map>

namespace img {

struct TreeChanges {
    /// Files that have appeared whole, by a rename, a link, or when who wrote them was done; below
    /// the directory, "/" between the parts. Some may be gone by now.
    std::set<std::string> paths;
    bool some_gone = false;    ///< something has gone away
    bool some_unknown = false; ///< more may have happened than is known

    bool empty() const { return paths.empty() && !some_gone && !some_unknown; }
    void add(TreeChanges more);
};

/// Hidden files and directories are not watched, and links to directories not followed.
class TreeWatch {
public:
    /// Watches from now on. Throws Error when there is no such directory.
    explicit TreeWatch(const fs::path& root);

    /// Waits until something has happened, and a moment more, since little comes alone; or until a
    /// stop is requested, or for `longest`.
    TreeChanges wait(Duration longest);
    /// What has happened since.
    TreeChanges take();
    /// False where the system watches no more directories, so that not all changes are seen.
    bool is_complete() const { return complete_; }

private:
    enum class Files { known, told };
    /// Which directory it is, whatever its name.
    struct Identity {
        dev_t device = 0;
        ino_t number = 0;
        bool operator==(const Identity&) const = default;
    };
    void begin_anew();
    void watch(const std::string& directory, Files files, TreeChanges& changes);
    void see(int watched, std::uint32_t what, std::string_view name, TreeChanges& changes);
    bool is_linked(const std::string& path) const;
    Identity root_identity() const;
    bool poll(Duration longest) const;

    fs::path root_;
    Identity identity_; ///< of the root that is watched
    Fd fd_;
    std::unordered_map<int, std::string> directories_; ///< by their watch; "" is the root
    bool complete_ = true;
};

} // namespace img
