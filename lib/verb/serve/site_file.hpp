// A file that is served, as it was when it was opened.
#pragma once

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace img {

/// A regular file, open for reading. Several answers may share one; who replaces the file under its
/// name does not change it.
struct SiteFile {
    Fd file;
    std::uint64_t size = 0; ///< bytes
    Instant modified;
    std::string etag; ///< strong, from inode, size and time of change, without reading the file
    /// Its time as http_time() spells it; empty when it lies in the future of the opening.
    std::string modified_text;
    std::string fields; ///< that do not change with it, as HttpResponse::fields has them
    /// All of it, or empty: then it is read from `file`. It may come while others hold the file,
    /// and does not go while they do.
    Bytes content;
};

/// A part of it.
struct FileRange {
    std::shared_ptr<const SiteFile> file;
    std::uint64_t offset = 0, length = 0; ///< bytes
};

} // namespace img
