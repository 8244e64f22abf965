// A remote that sftp writes to, for hosts without rsync.
#pragma once

#include "verb/sync/remote.hpp"

#include <memory>
#include <optional>
#include <string>

namespace img {

/// sftp://[user@]host[:port]/path. Files get the permissions and the time that they have here. The
/// path itself must be there; directories below it are made. Throws Error{usage}.
std::unique_ptr<Remote> open_sftp(const std::string& address, const fs::path& archive,
                                  const RemoteOptions& options);

/// A name as a word of sftp's commands, for those that read patterns and those that do not;
/// nullopt where there is no way to write it.
std::optional<std::string> sftp_word(std::string_view name);

} // namespace img
