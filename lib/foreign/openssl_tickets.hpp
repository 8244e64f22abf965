// The keys of session tickets, as OpenSSL asks for them. Not for others.
#pragma once

#include "foreign/openssl.hpp"

#include <array>

#include <openssl/evp.h>
#include <openssl/ssl.h>

namespace img {

struct TicketKeys::Impl {
    /// RFC 5077, 4: the name stands in the ticket, in clear.
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> cipher, mac;
    };

    explicit Impl(Moment now);
    ~Impl();
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    /// The one in use becomes the one before.
    void rotate(Moment now);
    /// The tickets of `context` are sealed and opened with these keys, which must outlive it.
    void serve(SSL_CTX* context);

    static int seal_or_open(SSL* session, unsigned char* name, unsigned char* start,
                            EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing);
    int seal(unsigned char* name, unsigned char* start, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac) const;
    int open(const unsigned char* name, const unsigned char* start, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac) const;

    Key current{}, before{}; ///< `before` is one that has sealed nothing, until there is one
    Moment made;             ///< when `current` was
};

} // namespace img
