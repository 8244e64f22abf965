// A file of the archive while it is uploaded: what is sent is what was listed.
#pragma once

#include "base/file.hpp"
#include "foreign/openssl_digest.hpp"
#include "verb/sync/remote.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace img {

class UploadFile {
public:
    /// nullptr when it is no longer there or has changed since it was listed. Throws Error when it
    /// cannot be read.
    static std::shared_ptr<const UploadFile> open(const fs::path& archive, const SyncFile& file);

    const std::shared_ptr<const Fd>& fd() const { return fd_; }
    const SyncFile& listed() const { return listed_; }
    /// Whether what is open is, by its size and time, still what was listed.
    bool is_as_listed() const;
    /// Of a range; nullopt when the file ends before it does. Throws Error{unavailable} when a stop
    /// is requested.
    std::optional<Sha256> sum(std::uint64_t offset, std::uint64_t bytes) const;

private:
    explicit UploadFile(const SyncFile& file) : listed_(file) {}

    SyncFile listed_;
    std::shared_ptr<const Fd> fd_;
};

/// The path for a URL: all but the slashes percent-encoded.
std::string encoded_path(std::string_view path);
/// What a server says of an error, for people: the first line, or the title of a page of HTML.
std::string server_words(std::string_view body);

} // namespace img
