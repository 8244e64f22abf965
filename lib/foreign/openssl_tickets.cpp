// OpenSSL: the keys of session tickets.

#include "base/error.hpp"
#include "foreign/openssl.hpp"
#include "foreign/openssl_handles.hpp"

#include <algorithm>
#include <array>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

namespace img {

/// As OpenSSL asks for them.
struct OpensslTicketKeys {
    /// RFC 5077, 4: the name stands in the ticket, in clear.
    struct Key {
        std::array<unsigned char, 16> name;
        std::array<unsigned char, 32> cipher, mac;
    };

    explicit OpensslTicketKeys(TicketKeys::Moment now);
    ~OpensslTicketKeys();
    OpensslTicketKeys(const OpensslTicketKeys&) = delete;
    OpensslTicketKeys& operator=(const OpensslTicketKeys&) = delete;

    /// The one in use becomes the one before.
    void rotate(TicketKeys::Moment now);
    /// The tickets of `context` are sealed and opened with these keys, which must outlive it.
    void serve(SSL_CTX* context);

    static int seal_or_open(SSL* session, unsigned char* name, unsigned char* start,
                            EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing);
    int seal(unsigned char* name, unsigned char* start, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac) const;
    int open(const unsigned char* name, const unsigned char* start, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac) const;

    Key current{}, before{}; ///< `before` is one that has sealed nothing, until there is one
    TicketKeys::Moment made; ///< when `current` was
};

namespace {

/// Where a context keeps the way to its keys.
int place_in_context() {
    static const int place = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return place;
}

template <std::size_t size>
void fill(std::array<unsigned char, size>& bytes) {
    if (RAND_priv_bytes(bytes.data(), size) != 1)
        throw Error("session tickets: " + take_openssl_error());
}

bool set_mac(EVP_MAC_CTX* mac, const std::array<unsigned char, 32>& key) {
    std::array<char, 7> digest{"SHA256"};
    std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
                                          const_cast<unsigned char*>(key.data()), key.size()),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_end()};
    return EVP_MAC_CTX_set_params(mac, parameters.data()) == 1;
}

} // namespace

TicketKeys::TicketKeys(Moment now) : keys_(std::make_shared<OpensslTicketKeys>(now)) {}

void TicketKeys::rotate_when_due(Moment now) {
    if (now - keys_->made < sealing)
        return;
    bool is_too_old = now - keys_->made >= 2 * sealing;
    keys_->rotate(now);
    if (is_too_old)
        keys_->rotate(now);
}

OpensslTicketKeys::OpensslTicketKeys(TicketKeys::Moment now) {
    rotate(now);
    rotate(now);
}

OpensslTicketKeys::~OpensslTicketKeys() {
    OPENSSL_cleanse(&current, sizeof current);
    OPENSSL_cleanse(&before, sizeof before);
}

void OpensslTicketKeys::rotate(TicketKeys::Moment now) {
    before = current;
    fill(current.name);
    fill(current.cipher);
    fill(current.mac);
    made = now;
}

void OpensslTicketKeys::serve(SSL_CTX* context) {
    // Without a cache sessions live in tickets alone, which cost the server no memory.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_timeout(context, std::chrono::seconds{TicketKeys::sealing}.count());
    // Browsers open several connections at once, but each new one may bring another ticket.
    if (SSL_CTX_set_num_tickets(context, 1) != 1 ||
        SSL_CTX_set_ex_data(context, place_in_context(), this) != 1 ||
        SSL_CTX_set_tlsext_ticket_key_evp_cb(context, seal_or_open) != 1)
        throw Error("session tickets: " + take_openssl_error());
}

int OpensslTicketKeys::seal_or_open(SSL* session, unsigned char* name, unsigned char* start,
                                    EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac, int sealing) {
    const auto* keys = static_cast<const OpensslTicketKeys*>(
        SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), place_in_context()));
    if (sealing)
        return keys->seal(name, start, cipher, mac);
    int opened = keys->open(name, start, cipher, mac);
    // Clients use a ticket of TLS 1.3 once (RFC 8446, C.4), so each visit brings the next.
    return opened == 1 && SSL_version(session) == TLS1_3_VERSION ? 2 : opened;
}

/// 1 when the key is set, -1 when something failed.
int OpensslTicketKeys::seal(unsigned char* name, unsigned char* start, EVP_CIPHER_CTX* cipher,
                            EVP_MAC_CTX* mac) const {
    const EVP_CIPHER* kind = EVP_aes_256_cbc();
    if (RAND_bytes(start, EVP_CIPHER_get_iv_length(kind)) != 1)
        return -1;
    std::copy(current.name.begin(), current.name.end(), name);
    bool done = EVP_EncryptInit_ex(cipher, kind, nullptr, current.cipher.data(), start) == 1 &&
                set_mac(mac, current.mac);
    return done ? 1 : -1;
}

/// 1 when the key is set, 2 when it seals no longer, 0 when it is not known, -1 when something
/// failed.
int OpensslTicketKeys::open(const unsigned char* name, const unsigned char* start,
                            EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) const {
    bool is_current = std::equal(current.name.begin(), current.name.end(), name);
    if (!is_current && !std::equal(before.name.begin(), before.name.end(), name))
        return 0;
    const Key& key = is_current ? current : before;
    if (EVP_DecryptInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), start) != 1 ||
        !set_mac(mac, key.mac))
        return -1;
    return is_current ? 1 : 2;
}

void use_ticket_keys(SSL_CTX* context, OpensslTicketKeys& keys) {
    keys.serve(context);
}

} // namespace img
