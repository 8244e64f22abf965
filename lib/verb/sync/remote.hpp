// Where files are published: what every kind of remote can do.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A file on its way.
struct SyncFile {
    std::string path;              ///< below the archive's directory, "/" between its parts
    std::uint64_t bytes = 0;       ///< when it was listed
    std::int64_t changed = 0;      ///< nanoseconds since 1970
    std::optional<Instant> time{}; ///< of exposure; frames only
    std::string camera{};          ///< of frames; may be empty
};

/// Whether a file of this path is a pointer, which says what else is there: latest.*, index.* and
/// *.json.
bool is_pointer(std::string_view path);

/// What a remote says while it works. Indices are those of the vector that it was given.
struct SyncEvents {
    /// It is there under its name, whole, and as far as the remote tells, the same.
    std::function<void(std::size_t)> arrived;
    /// The remote will never take it (or there is no way to name it there), and why.
    std::function<void(std::size_t, const std::string& why)> refused;
    /// It is no longer here, or has changed since it was listed.
    std::function<void(std::size_t)> gone;
    /// So many bytes are on their way since the last call; for progress. May be empty.
    std::function<void(std::uint64_t)> sent;
};

/// One that is not reachable throws Error{unavailable}; one that would refuse us again (host key,
/// certificate, password) throws Error{failed}. Either may happen half-way: what was not told of is
/// sent again another time, which changes nothing where it had arrived. Errors name the remote
/// without secrets. Calls end when a stop is requested, with Error{unavailable}.
class Remote {
public:
    virtual ~Remote() = default;

    /// Sends `files`, in their order as far as it can, and tells of each exactly once. Readers of
    /// the remote never see a part of one, nor a moment without one that is replaced.
    virtual void send(const std::vector<SyncFile>& files, const SyncEvents& events) = 0;
    /// Deletes files there, tells of each; what is not there counts as deleted. Throws Error{usage}
    /// where the remote knows no deleting.
    virtual void remove(const std::vector<std::string>& paths,
                        const std::function<void(std::size_t)>& removed) = 0;
    /// Whether it is for such files at all.
    virtual bool takes(const SyncFile&) const { return true; }
    /// How many files it likes to be given at once, at most.
    virtual std::size_t batch() const = 0;
};

/// Options that say how remotes are reached; imgsync(1) documents each.
struct RemoteOptions {
    // ssh: rsync and sftp
    std::string identity, known_hosts; ///< files; empty: ssh's own
    std::optional<int> port;
    /// A socket that does not lie open to others, by which runs of ssh share one connection; empty:
    /// each has its own.
    std::string ssh_socket{};
    std::optional<std::uint64_t> bandwidth; ///< bytes a second, at most
    // http
    enum class Method { post, put } method = Method::post;
    std::string token_file, login_file;
    // http and s3
    std::string ca_file, certificate, key;
    int parallel = 4;
    std::optional<std::string> cache_control; ///< of everything; absent: by the kind of file
    // s3
    std::string endpoint, region, credentials_file;
    // all
    Duration connect_timeout{10'000}; ///< until there is a connection
    Duration silence{30'000};         ///< the longest without a byte moving
};

/// The remote at `address`: user@host:/path (rsync), sftp://, http(s)://, s3://, file:// or a
/// directory. `archive` is where the files are. Nothing is reached before it is asked to work.
/// Throws Error{usage} for an address or options that make no sense.
std::unique_ptr<Remote> open_remote(const std::string& address, const fs::path& archive,
                                    const RemoteOptions& options);
/// The address without secrets, in one spelling: what messages go by.
std::string shown_remote(const std::string& address);
/// The same with the options that make it another place: what the record and its lock go by.
std::string shown_remote(const std::string& address, const RemoteOptions& options);

/// Whether the address is [user@]host:path, which rsync reads over ssh.
bool is_ssh_address(const std::string& address);

} // namespace img
