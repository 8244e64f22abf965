// The server's certificate: the user's, or one of our own that is made once and kept.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "foreign/openssl.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// A certificate that can be served with, and what it says of itself.
struct ServerCertificate {
    TlsContext context;
    CertificateFacts facts;
};

/// What a certificate of our own is for: the host's name, localhost, this machine's addresses, and
/// `more`.
std::vector<std::string> certificate_names(const std::vector<std::string>& more);

/// The pair in the two files. Throws Error that names the file; {usage} for what is missing or
/// wrong. Says on stderr when the certificate has expired or everybody may read the key.
ServerCertificate load_certificate(const fs::path& certificate, const fs::path& key, Instant now,
                                   const TicketKeys& tickets = TicketKeys{});

/// Where a certificate of our own lies in `directory`.
fs::path own_certificate_file(const fs::path& directory);
fs::path own_key_file(const fs::path& directory);

/// The pair cert.pem and key.pem in `directory`, which are made if there are none, and made again,
/// with a note, when they are broken, do not belong together, expire within 30 days, or lack a name
/// of `required`. A new one is for `names`. The key is never readable by others.
ServerCertificate own_certificate(const fs::path& directory, const std::vector<std::string>& names,
                                  const std::vector<std::string>& required, Instant now,
                                  const TicketKeys& tickets = TicketKeys{});

/// The same without touching anything: nullopt when own_certificate would make another; `why` then
/// says why, or is empty when there is none yet.
std::optional<CertificateFacts> look_at_own_certificate(const fs::path& directory,
                                                        const std::vector<std::string>& required,
                                                        Instant now, std::string& why);

/// Whether a certificate of our own is to be made anew, which is 30 days before its end.
bool is_due_for_renewal(const CertificateFacts& facts, Instant now);

} // namespace img
