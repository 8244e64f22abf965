// OpenSSL: digests.

#include "foreign/openssl_digest.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/shared_library.hpp"

#include <openssl/evp.h>

namespace img {

namespace {

struct DigestLibrary {
    void* library = open_library(str("libcrypto.so.", OPENSSL_VERSION_MAJOR),
                                 " of OpenSSL is not installed, and is needed for digests");
    IMG_FUNCTION(library, EVP_Q_digest);
    IMG_FUNCTION(library, EVP_Q_mac);
    IMG_FUNCTION(library, EVP_MD_CTX_new);
    IMG_FUNCTION(library, EVP_MD_CTX_free);
    IMG_FUNCTION(library, EVP_DigestInit_ex);
    IMG_FUNCTION(library, EVP_DigestUpdate);
    IMG_FUNCTION(library, EVP_DigestFinal_ex);
    IMG_FUNCTION(library, EVP_EncodeBlock);
    IMG_FUNCTION(library, EVP_sha256);
};

const DigestLibrary& crypto() {
    static const DigestLibrary loaded;
    return loaded;
}

[[noreturn]] void throw_none() {
    throw Error("OpenSSL: there is no SHA-256");
}

} // namespace

Sha256 sha256_of(ByteView bytes) {
    Sha256 out{};
    std::size_t length = out.size();
    if (crypto().EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), out.data(),
                              &length) != 1)
        throw_none();
    return out;
}

struct Sha256Sum::Impl {
    EVP_MD_CTX* raw = crypto().EVP_MD_CTX_new();

    ~Impl() { crypto().EVP_MD_CTX_free(raw); }
    void begin() {
        if (!raw || crypto().EVP_DigestInit_ex(raw, crypto().EVP_sha256(), nullptr) != 1)
            throw_none();
    }
};

Sha256Sum::Sha256Sum() : impl_(std::make_unique<Impl>()) {
    impl_->begin();
}
Sha256Sum::~Sha256Sum() = default;

void Sha256Sum::add(ByteView bytes) {
    if (crypto().EVP_DigestUpdate(impl_->raw, bytes.data(), bytes.size()) != 1)
        throw_none();
}

Sha256 Sha256Sum::take() {
    Sha256 out{};
    if (crypto().EVP_DigestFinal_ex(impl_->raw, out.data(), nullptr) != 1)
        throw_none();
    impl_->begin();
    return out;
}

Sha256 hmac_sha256(ByteView key, ByteView bytes) {
    Sha256 out{};
    std::size_t length = 0;
    if (!crypto().EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(),
                            bytes.data(), bytes.size(), out.data(), out.size(), &length))
        throw Error("OpenSSL: there is no HMAC");
    return out;
}

std::string hex_of(ByteView bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (std::uint8_t byte : bytes) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string base64_of(ByteView bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0'); // it ends what it writes with a zero
    crypto().EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(),
                             static_cast<int>(bytes.size()));
    out.pop_back();
    return out;
}

} // namespace img
