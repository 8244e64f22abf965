// OpenSSL: digests.

#include "foreign/openssl_digest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <dlfcn.h>
#include <openssl/evp.h>

namespace img {

namespace {

using Digest = decltype(&EVP_Q_digest);

Digest load_digest() {
    std::string file = str("libcrypto.so.", OPENSSL_VERSION_MAJOR);
    void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* function = library ? ::dlsym(library, "EVP_Q_digest") : nullptr;
    if (!function)
        throw Error(str(file, " of OpenSSL is not installed, and is needed for digests"));
    return reinterpret_cast<Digest>(function);
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
