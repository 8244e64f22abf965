// The directory that is served: safe paths, open files, and which cameras it shows.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve/file_cache.hpp"
#include "verb/serve/site_file.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace img {

/// The path below the root that a request's path names: "" for "/", "a/b.jpg", "a/" for a
/// directory. Decoded once. Or the status that refuses it: 400 for what no file can be called and
/// for "." and "..", 404 for empty components and for hidden names but a .well-known that comes
/// first.
std::variant<std::string, int> decode_path(std::string_view path);

/// Why there is no file to send.
enum class Missing { not_found, directory, forbidden, unavailable };

/// A file that is replaced again and again, as it was when somebody looked.
struct LatestFile {
    Instant modified;
    std::string etag;
};

/// What a directory shows: latest.jpg, and latest.gif if there is one.
struct CameraFiles {
    std::string name; ///< of the directory; empty for the root itself
    LatestFile picture;
    std::optional<LatestFile> animation;
};

struct SiteOptions {
    /// Symbolic links: none is followed, or those that lead to something below the root by a
    /// relative path.
    enum class Links { refuse, inside } links = Links::refuse;
    /// Who keeps the path below the root: openat2(2), or, on kernels and in containers without it,
    /// a walk that opens one component after another, which follows no link at all. nullopt: found
    /// out once.
    enum class Resolution { kernel, walk };
    std::optional<Resolution> resolution;
    std::uint64_t cache = 16 << 20; ///< bytes of content that are kept in memory
    /// What SiteFile::fields shall be, of the file under a path; asked for once a version.
    std::function<std::string(const std::string& path)> describe;
};

/// The same, compressed beforehand; nullptr where there is none.
struct Siblings {
    std::shared_ptr<const SiteFile> br, gzip;
};

/// A directory tree that cannot be left, neither by ".." nor by a symbolic link. Every file is
/// looked up beneath a descriptor of the root; those that were asked for last are kept open.
class Site {
public:
    /// Throws Error when the directory cannot be read.
    explicit Site(const fs::path& root, SiteOptions options = {});

    /// To be called at each turn of the event loop; see FileCache::begin_turn().
    void begin_turn() { cache_.begin_turn(); }
    /// `path` as decode_path gives it.
    std::variant<std::shared_ptr<const SiteFile>, Missing> open(const std::string& path) const;
    /// What lies next to the file under `path`, with .br and .gz after its name.
    Siblings siblings(const std::string& path) const;
    /// What is kept open and in memory.
    const FileCache& cache() const { return cache_; }
    /// Whether the directory is still there and can be read.
    bool readable() const;
    /// The root if it has a latest.jpg, else every sub-directory that has one, by name; at most
    /// 100.
    std::vector<CameraFiles> cameras() const;

private:
    Fd descend(const std::string& path, int flags) const;
    std::variant<std::shared_ptr<const SiteFile>, Missing> open_anew(const std::string& path) const;
    std::optional<FileVersion> look(const std::string& path) const;
    std::optional<LatestFile> latest(const std::string& path) const;

    Fd root_;
    SiteOptions options_;
    mutable FileCache cache_;
};

} // namespace img
