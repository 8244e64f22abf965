// One connection's bytes, with TLS or without: a non-blocking socket that takes what it is given.
#pragma once

#include "base/file.hpp"
#include "foreign/openssl.hpp"

#include <cstdint>
#include <optional>

namespace img {

/// Room that the connections of one loop share, as only one is served at a time.
struct Scratch {
    static constexpr std::size_t piece = 64 * 1024; ///< bytes handed to the network at once
    Bytes plain = Bytes(piece);
    Bytes cipher; ///< gathered records, sent with one call; empty between connections
};

/// What an attempt came to: `again` when the socket is ready.
enum class Io { ready, again, closed };

class Transport : private TlsWire {
public:
    /// `tls` is nullptr for plain HTTP. `scratch` must outlive the transport.
    Transport(Fd socket, const TlsContext* tls, Scratch& scratch);

    int fd() const { return *socket_; }
    Io handshake();
    /// Sets `got`, at least 1 when ready.
    Io read(std::uint8_t* to, std::size_t room, std::size_t& got);
    /// Takes all of it, and is called only when nothing is pending. `again`: flush() sends the
    /// rest.
    Io write(ByteView bytes);
    /// Up to one piece of a file; sets `sent`, 0 with `closed` when the file has no more bytes.
    Io write_file(int file, std::uint64_t offset, std::uint64_t length, std::uint64_t& sent);
    /// What the socket did not take; `ready` when nothing is left.
    Io flush();
    std::size_t pending() const { return pending_.size(); }
    /// Says that nothing more is sent.
    void finish();
    /// Reads and forgets what still arrives; `closed` when the peer is done.
    Io discard();
    /// Whether the peer spoke HTTP where TLS was expected.
    bool met_plain_http() const { return met_plain_http_; }

private:
    std::optional<std::size_t> receive(std::uint8_t* to, std::size_t room) override;
    void send(ByteView bytes) override;

    Io result_of(TlsSession::Outcome outcome);
    Io send_now(ByteView bytes);
    Io send_gathered();

    Fd socket_;
    Scratch& scratch_;
    std::optional<TlsSession> session_;
    Bytes pending_; ///< what the socket did not take
    bool met_plain_http_ = false;
    bool is_lost_ = false; ///< the socket failed while TLS used it
};

} // namespace img
