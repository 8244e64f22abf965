// A remote that is a directory, such as that of a mounted disk.
#pragma once

#include "verb/sync/remote.hpp"

#include <memory>
#include <string>

namespace img {

/// file:///path or a path. The directory is never made: where it is missing, its disk is not
/// mounted, and every call throws Error{unavailable}. What is told to have arrived is on the disk.
/// Throws Error{usage} for an address that is neither, and where one of both directories lies in
/// the other.
std::unique_ptr<Remote> open_directory(const std::string& address, const fs::path& archive,
                                       const RemoteOptions& options);

} // namespace img
