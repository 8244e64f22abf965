// Fetching an archive from a host that may not call us.
#pragma once

#include "verb/sync/remote.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace img {

/// What a fetch has brought, or would bring.
struct PullReport {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

enum class PullMode { fetch, list };

/// Brings what is missing or other in `directory` from [user@]host:path with rsync: first all but
/// pointers (latest.*, index.*, .json), then these. Hidden files stay where they are, links that
/// lead out of the path too, and nothing is deleted. The directory is made if it is missing, and
/// with PullMode::list nothing. `on_file` is told of each, named as rsync prints it, once it is on
/// its way. Throws Error as remotes do, and Error{usage} for the address or options.
PullReport pull(const std::string& address, const fs::path& directory, const RemoteOptions& options,
                PullMode mode,
                const std::function<void(const std::string& path, std::uint64_t bytes)>& on_file);

} // namespace img
