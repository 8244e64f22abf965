// Files that are kept open, and in memory, from one request to the next.
#pragma once

#include "verb/serve/site_file.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unordered_map>
#include <vector>

namespace img {

/// Which file it is and when it was last changed: two that are equal have the same bytes.
struct FileVersion {
    std::uint64_t device = 0, inode = 0;
    std::uint64_t size = 0;                 ///< bytes
    std::int64_t modified = 0, changed = 0; ///< nanoseconds since 1970; of bytes, of anything
    explicit FileVersion(const struct stat& about);
    bool operator==(const FileVersion&) const = default;
};

/// The files that were asked for last, each with its descriptor; from the second request for the
/// same version on also with its content, as long as that fits. What is dropped lives on with those
/// who hold it, and its content counts until they are done: clients that take their time cannot
/// make us hold more than `most_bytes`.
class FileCache {
public:
    /// Descriptors that are held at most.
    static constexpr std::size_t most_files = 256;
    /// What the name means at present; nullopt when it means nothing.
    using Look = std::function<std::optional<FileVersion>(const std::string& path)>;

    /// `most_bytes` is for the contents. A file that is larger than half of it has only its
    /// descriptor kept.
    explicit FileCache(std::uint64_t most_bytes) : most_bytes_(most_bytes) {}

    /// What was found fresh in this turn of the event loop is trusted until the next begins. Where
    /// turns are never begun, every find() looks.
    void begin_turn() { ++turn_; }

    /// The file that was kept under `path`, or nullptr when there is none, or `look` sees another
    /// version there.
    std::shared_ptr<const SiteFile> find(const std::string& path, const Look& look);
    /// Keeps a file that was just opened.
    void keep(const std::string& path, std::shared_ptr<SiteFile> file, const FileVersion& version);
    /// That nothing lies next to a file that is kept; trusted in this turn.
    void note_alone(const std::string& path);
    bool is_alone(const std::string& path) const;
    /// Closes all files that nobody else holds.
    void give_up_idle();

    std::uint64_t hits() const { return hits_; } ///< find()s that gave a file
    std::uint64_t misses() const { return misses_; }
    std::size_t files() const { return entries_.size(); }
    std::uint64_t bytes() const { return bytes_; } ///< of contents

private:
    struct Entry {
        std::string path;
        std::shared_ptr<SiteFile> file;
        FileVersion version;
        std::uint64_t checked_turn;
        std::uint64_t alone_turn = 0;
    };
    using Entries = std::list<Entry>;

    void load(Entry& entry);
    bool make_room(std::uint64_t size);
    std::uint64_t lent_bytes();
    Entries::iterator drop(Entries::iterator entry);

    std::uint64_t most_bytes_, bytes_ = 0;
    std::uint64_t turn_ = 0;
    std::uint64_t hits_ = 0, misses_ = 0;
    Entries entries_; ///< the one that was asked for last comes first
    std::unordered_map<std::string_view, Entries::iterator> by_path_; ///< views of Entry::path
    /// Those that were dropped with their content while others held them.
    std::vector<std::weak_ptr<const SiteFile>> lent_;
};

} // namespace img
