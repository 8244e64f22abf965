// OpenSSL: self-signed certificates, and the server's side of TLS without a socket.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A certificate and its private key, both PEM.
struct CertificatePair {
    std::string certificate;
    std::string key;
};

/// Whether a certificate can be for it: a host name, the first label of which may be "*", or an
/// address.
bool is_subject_name(const std::string& name);

/// A new P-256 key and a certificate that it signs itself, for `names`: host names and addresses.
/// It is a server's certificate, not an authority's: who trusts it trusts this server only.
/// Throws Error{usage} for a name that is_subject_name() refuses.
CertificatePair make_certificate(const std::vector<std::string>& names, Instant from,
                                 Instant until);

/// What a certificate says of itself.
struct CertificateFacts {
    Instant not_before, not_after;
    std::vector<std::string> names; ///< host names and addresses, as make_certificate takes them
    bool is_self_signed = false;
    std::string issuer; ///< who signed it: its organisation or its name
};

/// The facts of the first certificate in `pem`; throws Error{usage} when there is none.
CertificateFacts read_certificate(std::string_view pem);

/// Overwrites a secret with zeros and empties it; what the compiler does not optimise away.
void wipe(std::string& secret);
void wipe(Bytes& secret);

struct OpensslTicketKeys;

/// What session tickets are sealed with (RFC 5077, 4), for contexts that follow one another: a
/// session that began under one goes on under the next. A key seals for 12 hours, which is how long
/// a session may be resumed, and opens for another 12. A copy is another reference.
class TicketKeys {
public:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::hours sealing{12};

    explicit TicketKeys(Moment now = std::chrono::steady_clock::now());
    /// Makes another key when the one in use has sealed long enough, and wipes what is too old.
    void rotate_when_due(Moment now);

private:
    friend class TlsContext;
    std::shared_ptr<OpensslTicketKeys> keys_;
};

/// A certificate, its key and the ways of speaking TLS 1.2 and 1.3. A copy is another reference;
/// sessions keep the context that they began with.
class TlsContext {
public:
    /// `certificate` may be followed by its chain. Throws Error{usage} when either is not PEM, the
    /// key is encrypted, or the two do not belong together.
    TlsContext(std::string_view certificate, std::string_view key,
               const TicketKeys& tickets = TicketKeys{});

private:
    friend class TlsSession;
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Where a session's ciphertext comes from and goes to.
class TlsWire {
public:
    virtual ~TlsWire() = default;
    /// Up to `room` bytes; 0 at the end of the stream, nullopt when there are none yet.
    virtual std::optional<std::size_t> receive(std::uint8_t* to, std::size_t room) = 0;
    /// Takes all of them.
    virtual void send(ByteView bytes) = 0;
};

/// The server's side of one TLS connection. It never waits: what comes and goes passes the wire.
class TlsSession {
public:
    /// `wire` must outlive the session.
    TlsSession(const TlsContext& context, TlsWire& wire);
    ~TlsSession();
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Before the handshake: what is sent goes to this socket, not over the wire, so that the
    /// kernel can take over (tls(4)). Where it cannot, the wire has all again once the handshake
    /// is done.
    void offer_to_kernel(int socket);
    /// After the handshake: whether the kernel encrypts what is written to the socket as it is, so
    /// that write() must not be used.
    bool is_sent_by_kernel() const;

    enum class Outcome {
        done,
        need_more,  ///< call again when the wire has received something, or has more
        need_room,  ///< in the handshake: call again when the socket has room
        closed,     ///< the peer has said goodbye, or is gone
        plain_http, ///< the peer speaks HTTP without TLS
        broken,     ///< failure() says why
    };
    Outcome handshake();
    /// Whether the handshake, which is done, took up an earlier session.
    bool was_resumed() const;
    /// Sets `got`, at least 1 when done.
    Outcome read(std::uint8_t* to, std::size_t room, std::size_t& got);
    /// Whether bytes that the wire gave wait to be read.
    bool has_unread() const;
    /// All of it, after the handshake is done.
    Outcome write(ByteView bytes);
    /// Says goodbye to the peer, as far as that is possible.
    void close();
    const std::string& failure() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
