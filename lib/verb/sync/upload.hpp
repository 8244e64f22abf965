// Publishing by uploads over HTTPS: forms, or resources of their own.
#pragma once

#include "foreign/curl_transfers.hpp"
#include "foreign/openssl_digest.hpp"
#include "verb/sync/remote.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace img {

/// The remote at an http or https address. Throws Error{usage} for one with a password in it, or
/// secrets that would cross a network readable.
std::unique_ptr<Remote> open_upload(const std::string& address, const fs::path& archive,
                                    const RemoteOptions& options);

/// Those of all requests, logins aside. Throws Error{usage} for a key without a certificate.
TransferOptions transfer_options(const RemoteOptions& options);

/// What becomes of a file (arrived, refused) or of the attempt, by the answer's status and text.
enum class UploadOutcome { arrived, refused, failed, unavailable };
UploadOutcome upload_outcome(RemoteOptions::Method method, long status, std::string_view body);

/// A form around a frame (RFC 7578): `image` last, and before it `timestamp`, `camera` where it is
/// known, `path` and `sha256`.
struct UploadForm {
    std::string content_type, before, after;
};
UploadForm upload_form(const SyncFile& frame, const Sha256& sum, const std::string& boundary);

/// The same for the same content under the same path, for receivers that remember it.
std::string idempotency_key(const SyncFile& file, const Sha256& sum);

} // namespace img
