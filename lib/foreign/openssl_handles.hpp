// What the files of OpenSSL's room share: owned handles, and its error. Not for others.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace img {

template <auto free_it>
struct OpensslFree {
    template <class Handle>
    void operator()(Handle* handle) const {
        free_it(handle);
    }
};
using OpensslBio = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using OpensslCertificate = std::unique_ptr<X509, OpensslFree<X509_free>>;
using OpensslKey = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;

struct OpensslTicketKeys;
/// The tickets of `context` are sealed and opened with `keys`, which must outlive it.
void use_ticket_keys(SSL_CTX* context, OpensslTicketKeys& keys);

/// The oldest error on OpenSSL's queue, which is then empty.
inline std::string take_openssl_error() {
    unsigned long code = ERR_get_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    ERR_clear_error();
    return reason ? reason : "unknown error";
}

} // namespace img
