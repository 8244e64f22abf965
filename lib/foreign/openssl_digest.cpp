// OpenSSL: digests.

#include "foreign/openssl_digest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/shared_library.hpp"

#include <openssl/evp.h>

namespace img {

namespace {

using Digest = decltype(&EVP_Q_digest);

Digest load_digest() {
    void* library = open_library(str("libcrypto.so.", OPENSSL_VERSION_MAJOR),
                                 " of OpenSSL is not installed, and is needed for digests");
    return reinterpret_cast<Digest>(find_function(library, "EVP_Q_digest"));
}

} // namespace

Sha256 sha256_of(ByteView bytes) {
    static const Digest digest = load_digest();
    Sha256 out{};
    std::size_t length = out.size();
    if (digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), out.data(), &length) != 1)
        throw Error("OpenSSL: there is no SHA-256");
    return out;
}

} // namespace img
