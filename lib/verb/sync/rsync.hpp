// A remote that rsync writes to over ssh.
#pragma once

#include "base/process.hpp"
#include "verb/sync/remote.hpp"
#include "verb/sync/ssh.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// [user@]host:path. Files get the permissions that they have here as far as the umask there
/// leaves them; directories that are there keep theirs. The last directory of the path is made if
/// it is missing. Throws Error{usage}.
std::unique_ptr<Remote> open_rsync(const std::string& address, const fs::path& archive,
                                   const RemoteOptions& options);

/// A run of rsync over ssh, without its own options and operands.
Child rsync_child(const RemoteOptions& options);
/// Throws what rsync's end means. Statuses 0 and, since files come and go, 24 mean nothing.
void check_rsync_end(const ChildEnd& end, const SshAddress& address, const RemoteOptions& options);

/// How rsync prints the name of a file with --8-bit-output.
std::string as_rsync_prints(std::string_view path);

} // namespace img
