// OpenSSL: the server's side of TLS without a socket.

#include "foreign/openssl.hpp"

#include "base/error.hpp"
#include "base/processor.hpp"
#include "foreign/openssl_handles.hpp"

#include <array>
#include <exception>
#include <utility>

#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace img {

namespace {

using Bio = OpensslBio;
using Certificate = OpensslCertificate;
using Key = OpensslKey;

Bio reader(std::string_view text) {
    Bio bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    if (!bio)
        throw std::bad_alloc{};
    return bio;
}

/// Never asks on the terminal: a server starts unattended.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

/// Only what we speak; a client that offers other protocols only is refused (RFC 7301, 3.2).
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length,
                    const unsigned char* offered, unsigned offered_length, void*) {
    static constexpr std::array<unsigned char, 18> ours{
        8, 'h', 't', 't', 'p', '/', '1', '.', '1', //
        8, 'h', 't', 't', 'p', '/', '1', '.', '0'};
    unsigned char* match = nullptr;
    if (SSL_select_next_proto(&match, length, ours.data(), ours.size(), offered, offered_length) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

void must(long worked) {
    if (worked != 1)
        throw Error("TLS: " + take_openssl_error());
}

/// TLS 1.2 with forward secrecy and authenticated encryption only; 1.3 has nothing else. Without
/// AES instructions ChaCha20 is the faster one.
void set_ciphers(SSL_CTX* raw) {
    must(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION));
    must(SSL_CTX_set_cipher_list(raw, has_aes() ? "ECDHE+AESGCM:ECDHE+CHACHA20"
                                                : "ECDHE+CHACHA20:ECDHE+AESGCM"));
    must(SSL_CTX_set_ciphersuites(
        raw, has_aes()
                 ? "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
                 : "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"));
    must(SSL_CTX_set1_groups_list(raw, "X25519:P-256:P-384:P-521"));
    must(SSL_CTX_set1_sigalgs_list(raw,
                                   "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:"
                                   "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"
                                   "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
                                   "RSA+SHA256:RSA+SHA384:RSA+SHA512"));
    SSL_CTX_set_security_level(raw, 2);
    // A client that puts ChaCha20 first has no AES instructions.
    SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
}

} // namespace

struct TlsContext::Impl {
    std::shared_ptr<OpensslTicketKeys> tickets; ///< outlive the context, which points to them
    std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>> raw{SSL_CTX_new(TLS_server_method())};
};

TlsContext::TlsContext(std::string_view certificate, std::string_view key,
                       const TicketKeys& tickets)
    : impl_(std::make_shared<Impl>()) {
    ERR_clear_error();
    SSL_CTX* raw = impl_->raw.get();
    if (!raw)
        throw Error("TLS: " + take_openssl_error());
    set_ciphers(raw);
    SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
    // Else one client's messages without content (RFC 8446, 4.6.3) are read as long as they come.
    SSL_CTX_clear_mode(raw, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_read_ahead(raw, 1);
    // What ends too early is told by HTTP; a client that leaves without a goodbye needs no alert.
    SSL_CTX_set_options(raw, SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_alpn_select_cb(raw, choose_protocol, nullptr);
    impl_->tickets = tickets.keys_;
    use_ticket_keys(raw, *impl_->tickets);

    Bio chain = reader(certificate);
    Certificate leaf{PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)};
    if (!leaf)
        throw Error("not a certificate in PEM form", Exit::usage);
    if (SSL_CTX_use_certificate(raw, leaf.get()) != 1)
        throw Error("the certificate is not usable: " + take_openssl_error(), Exit::usage);
    while (Certificate next{PEM_read_bio_X509(chain.get(), nullptr, no_passphrase, nullptr)}) {
        if (SSL_CTX_add0_chain_cert(raw, next.get()) != 1)
            throw Error("the certificate's chain is not usable: " + take_openssl_error(),
                        Exit::usage);
        static_cast<void>(next.release()); // the context's now
    }
    // The reader stops at the end of the text, or at something that only looks like PEM.
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        throw Error("the certificate's chain is broken: " + take_openssl_error(), Exit::usage);
    ERR_clear_error();

    Bio key_text = reader(key);
    Key private_key{PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr)};
    if (!private_key) {
        bool encrypted = key.find("ENCRYPTED") != std::string_view::npos;
        ERR_clear_error();
        throw Error(encrypted ? "the private key is encrypted; give one without a passphrase"
                              : "not a private key in PEM form",
                    Exit::usage);
    }
    if (X509_check_private_key(leaf.get(), private_key.get()) != 1) {
        ERR_clear_error();
        throw Error("the private key does not belong to the certificate", Exit::usage);
    }
    if (SSL_CTX_use_PrivateKey(raw, private_key.get()) != 1)
        throw Error("the private key is not usable: " + take_openssl_error(), Exit::usage);
}

struct TlsSession::Impl {
    TlsContext context;
    TlsWire& wire;
    std::unique_ptr<SSL, OpensslFree<SSL_free>> raw;
    std::string failure;
    std::exception_ptr thrown; ///< by the wire, while OpenSSL's C frames were on the stack
    bool usable = true;        ///< after a fatal error the session may not even be shut down
    enum class Sender { wire, offered, kernel } sender = Sender::wire;

    /// After the handshake: the kernel sends, if it took the keys, else the wire.
    void settle_sender() {
        sender = BIO_get_ktls_send(SSL_get_wbio(raw.get())) ? Sender::kernel : Sender::wire;
        if (sender == Sender::kernel)
            return;
        BIO* wire_again = SSL_get_rbio(raw.get());
        BIO_up_ref(wire_again);
        SSL_set0_wbio(raw.get(), wire_again);
    }

    /// What the result of an SSL_* call means.
    Outcome outcome(int result) {
        if (thrown) {
            usable = false;
            std::rethrow_exception(std::exchange(thrown, nullptr));
        }
        switch (SSL_get_error(raw.get(), result)) {
        case SSL_ERROR_NONE:
            return Outcome::done;
        case SSL_ERROR_WANT_READ:
            return Outcome::need_more;
        case SSL_ERROR_WANT_WRITE:
            return Outcome::need_room;
        case SSL_ERROR_ZERO_RETURN:
            return Outcome::closed;
        case SSL_ERROR_SYSCALL: // the wire ended without a goodbye
            usable = false;
            ERR_clear_error();
            return Outcome::closed;
        default:
            break;
        }
        usable = false;
        int reason = ERR_GET_REASON(ERR_peek_error());
        failure = take_openssl_error();
        if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            return Outcome::closed;
        return reason == SSL_R_HTTP_REQUEST ? Outcome::plain_http : Outcome::broken;
    }
};

namespace {

/// The wire as OpenSSL wants to see it. The wire takes all that is sent, so writing to it never
/// waits.
class WireMethod {
public:
    WireMethod() : raw_(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "img wire")) {
        if (!raw_)
            throw std::bad_alloc{};
        BIO_meth_set_read_ex(raw_, read);
        BIO_meth_set_write_ex(raw_, write);
        BIO_meth_set_ctrl(raw_, control);
    }
    WireMethod(const WireMethod&) = delete;
    WireMethod& operator=(const WireMethod&) = delete;
    ~WireMethod() { BIO_meth_free(raw_); }
    const BIO_METHOD* raw() const { return raw_; }

    struct Link {
        TlsWire& wire;
        std::exception_ptr& thrown;
        bool ended = false;
    };

private:
    static Link& link(BIO* bio) { return *static_cast<Link*>(BIO_get_data(bio)); }

    static int read(BIO* bio, char* to, std::size_t room, std::size_t* got) {
        BIO_clear_retry_flags(bio);
        *got = 0;
        try {
            std::optional<std::size_t> received =
                link(bio).wire.receive(reinterpret_cast<std::uint8_t*>(to), room);
            if (!received)
                BIO_set_retry_read(bio);
            else if (*received == 0)
                link(bio).ended = true;
            else
                *got = *received;
        } catch (...) {
            link(bio).thrown = std::current_exception();
        }
        return *got > 0 ? 1 : 0;
    }

    static int write(BIO* bio, const char* from, std::size_t length, std::size_t* put) {
        BIO_clear_retry_flags(bio);
        *put = 0;
        try {
            link(bio).wire.send(bytes_of({from, length}));
            *put = length;
            return 1;
        } catch (...) {
            link(bio).thrown = std::current_exception();
            return 0;
        }
    }

    static long control(BIO* bio, int command, long, void*) {
        if (command == BIO_CTRL_EOF)
            return link(bio).ended ? 1 : 0;
        return command == BIO_CTRL_FLUSH ? 1 : 0;
    }

    BIO_METHOD* raw_;
};

} // namespace

TlsSession::TlsSession(const TlsContext& context, TlsWire& wire)
    : impl_(new Impl{context, wire, nullptr, "", nullptr}) {
    static const WireMethod method;
    impl_->raw.reset(SSL_new(context.impl_->raw.get()));
    Bio bio{BIO_new(method.raw())};
    if (!impl_->raw || !bio)
        throw std::bad_alloc{};
    BIO_set_data(bio.get(), new WireMethod::Link{impl_->wire, impl_->thrown});
    BIO_set_init(bio.get(), 1);
    BIO* shared = bio.release();
    SSL_set_bio(impl_->raw.get(), shared, shared);
    // A client with several connections gets one for each; two a handshake is twice the work.
    SSL_set_num_tickets(impl_->raw.get(), 1);
    SSL_set_accept_state(impl_->raw.get());
}

TlsSession::~TlsSession() {
    auto* link = static_cast<WireMethod::Link*>(BIO_get_data(SSL_get_rbio(impl_->raw.get())));
    impl_->raw.reset();
    delete link;
}

TlsSession::Outcome TlsSession::handshake() {
    ERR_clear_error();
    Outcome outcome = impl_->outcome(SSL_do_handshake(impl_->raw.get()));
    if (outcome == Outcome::done && impl_->sender == Impl::Sender::offered)
        impl_->settle_sender();
    return outcome;
}

void TlsSession::offer_to_kernel(int socket) {
    // The stock BIO of a socket is the one that knows the kernel. It is for sending only: what is
    // received stays with the wire, and with OpenSSL.
    BIO* to_socket = BIO_new_socket(socket, BIO_NOCLOSE);
    if (!to_socket)
        throw std::bad_alloc{};
    SSL_set_options(impl_->raw.get(), SSL_OP_ENABLE_KTLS);
    SSL_set0_wbio(impl_->raw.get(), to_socket);
    impl_->sender = Impl::Sender::offered;
}

bool TlsSession::is_sent_by_kernel() const {
    return impl_->sender == Impl::Sender::kernel;
}

bool TlsSession::was_resumed() const {
    return SSL_session_reused(impl_->raw.get()) == 1;
}

bool TlsSession::has_unread() const {
    return SSL_has_pending(impl_->raw.get()) == 1;
}

TlsSession::Outcome TlsSession::read(std::uint8_t* to, std::size_t room, std::size_t& got) {
    ERR_clear_error();
    got = 0;
    return impl_->outcome(SSL_read_ex(impl_->raw.get(), to, room, &got));
}

TlsSession::Outcome TlsSession::write(ByteView bytes) {
    if (bytes.empty())
        return Outcome::done;
    ERR_clear_error();
    std::size_t put = 0;
    return impl_->outcome(SSL_write_ex(impl_->raw.get(), bytes.data(), bytes.size(), &put));
}

void TlsSession::close() {
    if (!impl_->usable || SSL_in_init(impl_->raw.get()))
        return;
    ERR_clear_error();
    int result = SSL_shutdown(impl_->raw.get());
    if (result < 0)
        impl_->outcome(result);
}

const std::string& TlsSession::failure() const {
    return impl_->failure;
}

} // namespace img
