// Publishing to an object store that speaks Amazon's S3.
#pragma once

#include "verb/sync/remote.hpp"

#include <memory>
#include <string>

namespace img {

/// The remote at s3://bucket/prefix. Throws Error{usage} for addresses and options that make no
/// sense. Keys are from --credentials-file, else the environment, else ~/.aws/credentials, and are
/// read anew for each call.
std::unique_ptr<Remote> open_object_store(const std::string& address, const fs::path& archive,
                                          const RemoteOptions& options);

} // namespace img
