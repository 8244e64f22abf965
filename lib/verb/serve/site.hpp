// The directory that is served: safe paths, open files, and which cameras it shows.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve/site_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace img {

/// The path below the root that a request's path names: "" for "/", "a/b.jpg", "a/" for a
/// directory. Decoded once. Or the status that refuses it: 400 for what no file can be called and
/// for
/// "." and "..", 404 for hidden names and empty components.
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

/// A directory tree that cannot be left: neither by "..", nor by a symbolic link, which is never
/// followed. Every file is looked up beneath a descriptor of the root.
class Site {
public:
    /// Who keeps the path below the root: openat2(2), or, on kernels and in containers without it,
    /// a walk that opens one component after another. Both refuse the same.
    enum class Resolution { kernel, walk };

    /// Throws Error when the directory cannot be read.
    explicit Site(const fs::path& root, std::optional<Resolution> resolution = std::nullopt);

    /// `path` as decode_path gives it.
    std::variant<std::shared_ptr<const SiteFile>, Missing> open(const std::string& path) const;
    /// Whether the directory is still there and can be read.
    bool readable() const;
    /// The root if it has a latest.jpg, else every sub-directory that has one, by name; at most
    /// 100.
    std::vector<CameraFiles> cameras() const;

private:
    Fd descend(const std::string& path) const;
    std::optional<LatestFile> latest(const std::string& path) const;

    Fd root_;
    Resolution resolution_;
};

} // namespace img
