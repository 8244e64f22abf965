// Pointers as they were before the frames were listed, so that they name nothing that is not sent.
#pragma once

#include "base/fs.hpp"
#include "verb/sync/remote.hpp"

#include <map>
#include <string>

namespace img {

/// Copies of files of an archive, under the same paths below a directory of their own, which goes
/// with them.
class PointerCopies {
public:
    /// What lies in `directory` is left over from one that was killed, and is deleted.
    PointerCopies(const fs::path& archive, const fs::path& directory);
    PointerCopies(const PointerCopies&) = delete;
    PointerCopies& operator=(const PointerCopies&) = delete;
    ~PointerCopies();

    const fs::path& directory() const { return directory_; }
    /// Copies a file as it is now, with its time; links are followed. What cannot be copied whole,
    /// as it is not there, not readable, or being written to, is not copied. Throws Error when
    /// there is no room.
    void take(const std::string& path);
    /// The copy of a file, as it was then; nullptr: there is none.
    const SyncFile* of(const std::string& path) const;
    /// Deletes all copies.
    void drop_all();

private:
    fs::path archive_, directory_;
    std::map<std::string, SyncFile> copies_;
};

/// The size and time of a file below `archive`, as a listing has them; links are followed. nullopt
/// when there is no file.
std::optional<SyncFile> look_at(const fs::path& archive, const std::string& path);

} // namespace img
