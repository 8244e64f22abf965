// The server's certificate: the user's, or one of our own that is made once and kept.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "foreign/openssl.hpp"

#include <string>
#include <vector>

namespace img {

/// What a certificate of our own is for: the host's name, localhost, this machine's addresses, and
/// `more`.
std::vector<std::string> certificate_names(const std::vector<std::string>& more);

/// TLS with the pair in the two files. Throws Error that names the file; {usage} for what is
/// missing or wrong. Says on stderr when the certificate has expired or everybody may read the key.
TlsContext load_certificate(const fs::path& certificate, const fs::path& key, Instant now);

/// TLS with the pair cert.pem and key.pem in `directory`, which are made if there are none, and
/// made again, with a note, when they are broken, do not belong together, expire within 30 days, or
/// lack a name of `required`. A new one is for `names`. The key is never readable by others.
TlsContext own_certificate(const fs::path& directory, const std::vector<std::string>& names,
                           const std::vector<std::string>& required, Instant now);

} // namespace img
