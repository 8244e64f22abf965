// One connection's bytes, with TLS or without: a non-blocking socket that takes what it is given.

#include "verb/serve/transport.hpp"

#include "base/kernel_tls.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace img {

namespace {

/// The most that one call of sendfile may send, so that other connections get their turn.
constexpr std::uint64_t most_by_kernel = 4 * 1024 * 1024;
/// How often discard() reads before the others have their turn.
constexpr int discards_a_turn = 16;

bool would_block(int number) {
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

} // namespace

Transport::Transport(Fd socket, const TlsContext* tls, ScratchRoom& scratch)
    : socket_(std::move(socket)), scratch_(scratch) {
    if (tls)
        session_.emplace(*tls, static_cast<TlsWire&>(*this));
    if (session_ && kernel_has_tls())
        session_->offer_to_kernel(*socket_);
}

std::optional<std::size_t> Transport::receive(std::uint8_t* to, std::size_t room) {
    if (!early_.empty()) {
        std::size_t length = std::min(room, early_.size());
        std::copy_n(early_.begin(), length, to);
        early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(length));
        return length;
    }
    ssize_t got = ::recv(*socket_, to, room, 0);
    if (got >= 0)
        return static_cast<std::size_t>(got);
    if (would_block(errno))
        return std::nullopt;
    return 0;
}

void Transport::send(ByteView bytes) {
    if (is_last_record_ && pending_.empty() && scratch_.cipher.empty()) {
        if (send_now(bytes) == Io::closed)
            is_lost_ = true;
        return;
    }
    // Order is kept: what waits goes first.
    Bytes& target = pending_.empty() ? scratch_.cipher : pending_;
    target.insert(target.end(), bytes.begin(), bytes.end());
}

/// A socket that takes a part is full: the rest waits without another attempt.
Io Transport::send_now(ByteView bytes) {
    ssize_t put = ::send(*socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && !would_block(errno))
        return Io::closed;
    bytes = bytes.subspan(put > 0 ? static_cast<std::size_t>(put) : 0);
    pending_.assign(bytes.begin(), bytes.end());
    return bytes.empty() ? Io::ready : Io::again;
}

void Transport::send_gathered() {
    if (!scratch_.cipher.empty() && send_now(scratch_.cipher) == Io::closed)
        is_lost_ = true;
    scratch_.cipher.clear();
}

Io Transport::flush() {
    if (is_lost_)
        return Io::closed;
    if (pending_.empty())
        return Io::ready;
    return send_now(std::exchange(pending_, {}));
}

/// After each call of the session: what it wanted to send is sent, whatever came of the call.
Io Transport::result_of(TlsSession::Outcome outcome) {
    if (outcome == TlsSession::Outcome::plain_http) {
        met_plain_http_ = true;
        scratch_.cipher.clear(); // an alert, which this peer would not understand
        return Io::closed;
    }
    needs_room_ = outcome == TlsSession::Outcome::need_room;
    send_gathered();
    if (is_lost_)
        return Io::closed;
    switch (outcome) {
    case TlsSession::Outcome::done:
        return Io::ready;
    case TlsSession::Outcome::need_more:
    case TlsSession::Outcome::need_room:
        return Io::again;
    case TlsSession::Outcome::broken:
        log_detail(str("TLS: ", session_->failure()));
        return Io::closed;
    default:
        return Io::closed;
    }
}

Io Transport::handshake() {
    return session_ ? result_of(session_->handshake()) : Io::ready;
}

Io Transport::read_raw(std::uint8_t* to, std::size_t room, std::size_t& got) {
    std::optional<std::size_t> received = receive(to, room);
    got = received.value_or(0);
    if (!received)
        return Io::again;
    return got > 0 ? Io::ready : Io::closed;
}

Io Transport::read(std::uint8_t* to, std::size_t room, std::size_t& got) {
    return session_ ? result_of(session_->read(to, room, got)) : read_raw(to, room, got);
}

Io Transport::write(std::span<const ByteView> pieces, Follow follow) {
    if (sends_plain())
        return send_plain(pieces, follow);
    Io io = result_of(encrypt(pieces));
    // All is accepted; what the socket did not take is pending.
    return io == Io::ready && !pending_.empty() ? Io::again : io;
}

/// Whole records: a short piece, as a head is, shares one with what follows it.
TlsSession::Outcome Transport::encrypt(std::span<const ByteView> pieces) {
    Bytes& joined = scratch_.joined;
    std::size_t length = 0;
    auto outcome = TlsSession::Outcome::done;
    auto put = [&](ByteView bytes) {
        if (outcome == TlsSession::Outcome::done)
            outcome = session_->write(bytes);
    };
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        ByteView piece = pieces[i];
        bool is_followed = i + 1 < pieces.size();
        if (length > 0 || (is_followed && piece.size() < joined.size())) {
            std::size_t part = std::min(piece.size(), joined.size() - length);
            std::copy_n(piece.begin(), part, joined.begin() + static_cast<std::ptrdiff_t>(length));
            length += part;
            piece = piece.subspan(part);
        }
        if (length == joined.size())
            put(ByteView{joined}.first(std::exchange(length, 0)));
        if (!piece.empty())
            put(piece);
    }
    is_last_record_ = true;
    put(ByteView{joined}.first(length));
    is_last_record_ = false;
    return outcome;
}

Io Transport::send_plain(std::span<const ByteView> pieces, Follow follow) {
    std::array<iovec, most_pieces> parts;
    std::transform(pieces.begin(), pieces.end(), parts.begin(), [](ByteView piece) {
        return iovec{const_cast<std::uint8_t*>(piece.data()), piece.size()};
    });
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = pieces.size();
    ssize_t put =
        ::sendmsg(*socket_, &message, MSG_NOSIGNAL | (follow == Follow::more ? MSG_MORE : 0));
    if (put < 0 && !would_block(errno))
        return Io::closed;
    std::size_t done = put > 0 ? static_cast<std::size_t>(put) : 0;
    for (ByteView piece : pieces) {
        std::size_t part = std::min(done, piece.size());
        done -= part;
        pending_.insert(pending_.end(), piece.begin() + static_cast<std::ptrdiff_t>(part),
                        piece.end());
    }
    return pending_.empty() ? Io::ready : Io::again;
}

Io Transport::write_file(int file, std::uint64_t offset, std::uint64_t length,
                         std::uint64_t& sent) {
    sent = 0;
    auto at = static_cast<off_t>(offset);
    std::size_t wanted = std::min(length, most_by_kernel);
    ssize_t put = ::sendfile(*socket_, file, &at, wanted);
    if (put < 0)
        return would_block(errno) ? Io::again : Io::closed;
    sent = static_cast<std::uint64_t>(put);
    if (put == 0)
        return Io::closed;
    return sent < wanted ? Io::again : Io::ready;
}

void Transport::finish() {
    if (session_ && !is_lost_) {
        session_->close();
        send_gathered();
        pending_.clear(); // a goodbye that finds no room
    }
    ::shutdown(*socket_, SHUT_WR);
}

Io Transport::discard() {
    for (int turn = 0; turn < discards_a_turn; ++turn) {
        std::optional<std::size_t> got = receive(scratch_.plain.data(), scratch_.plain.size());
        if (!got)
            return Io::again;
        if (*got == 0)
            return Io::closed;
    }
    return Io::again;
}

} // namespace img
