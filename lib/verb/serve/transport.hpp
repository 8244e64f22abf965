// One connection's bytes, with TLS or without: a non-blocking socket that takes what it is given.
#pragma once

#include "base/file.hpp"
#include "foreign/openssl.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace img {

/// Room that the connections of one loop share, as only one is served at a time.
struct ScratchRoom {
    static constexpr std::size_t piece = 64 * 1024;  ///< bytes handed to the network at once
    static constexpr std::size_t record = 16 * 1024; ///< the most that a TLS record holds

    ScratchRoom() { cipher.reserve(piece + piece / 8); }

    Bytes input = Bytes(piece);   ///< what was read
    Bytes plain = Bytes(piece);   ///< of a file, on its way to the network
    Bytes joined = Bytes(record); ///< small pieces that become one record
    Bytes cipher;                 ///< gathered records, sent with one call; empty between calls
};

/// What an attempt came to: `again` when the socket must be waited for.
enum class Io { ready, again, closed };

/// Whether more follows at once, so that the network waits for it.
enum class Follow { nothing, more };

class Transport : private TlsWire {
public:
    /// `tls` is nullptr for plain HTTP. `scratch` must outlive the transport.
    Transport(Fd socket, const TlsContext* tls, ScratchRoom& scratch);

    int fd() const { return *socket_; }
    bool is_secure() const { return session_.has_value(); }
    /// Whether the socket takes plain bytes: without TLS, or when the kernel encrypts them.
    bool sends_plain() const { return !session_ || session_->is_sent_by_kernel(); }

    /// Reads what comes before TLS.
    Io read_raw(std::uint8_t* to, std::size_t room, std::size_t& got);
    /// Gives back what read_raw() has read too much.
    void unread(ByteView bytes) { early_.assign(bytes.begin(), bytes.end()); }
    Io handshake();
    /// Whether the handshake waits for room to send, not for the client.
    bool needs_room() const { return needs_room_; }
    /// Whether the handshake, which is done, took up an earlier session.
    bool was_resumed() const { return session_ && session_->was_resumed(); }

    /// Sets `got`, at least 1 when ready.
    Io read(std::uint8_t* to, std::size_t room, std::size_t& got);
    /// Whether more may be read although the socket is silent.
    bool has_unread() const { return !early_.empty() || (session_ && session_->has_unread()); }

    /// Takes all of the pieces, of at most most_pieces; is called only when nothing is pending.
    /// `again`: flush() sends the rest.
    Io write(std::span<const ByteView> pieces, Follow follow = Follow::nothing);
    static constexpr std::size_t most_pieces = 8;
    /// Only when it sends_plain(): some of a file, through the kernel. Sets `sent`; 0 and `closed`
    /// when the file has no more bytes.
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
    TlsSession::Outcome encrypt(std::span<const ByteView> pieces);
    Io send_plain(std::span<const ByteView> pieces, Follow follow);
    Io send_now(ByteView bytes);
    void send_gathered();

    Fd socket_;
    ScratchRoom& scratch_;
    std::optional<TlsSession> session_;
    Bytes early_;   ///< read before its time
    Bytes pending_; ///< what the socket did not take
    bool met_plain_http_ = false;
    bool needs_room_ = false;
    bool is_last_record_ = false; ///< no other is to be gathered with it
    bool is_lost_ = false;        ///< the socket failed while TLS used it
};

} // namespace img
