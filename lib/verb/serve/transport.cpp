// One connection's bytes, with TLS or without: a non-blocking socket that takes what it is given.

#include "verb/serve/transport.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace img {

namespace {

/// The most that one call of sendfile may send, so that other connections get their turn.
constexpr std::uint64_t most_by_kernel = 256 * 1024;

bool would_block(int number) {
    return number == EAGAIN || number == EWOULDBLOCK || number == EINTR;
}

} // namespace

Transport::Transport(Fd socket, const TlsContext* tls, Scratch& scratch)
    : socket_(std::move(socket)), scratch_(scratch) {
    if (tls)
        session_.emplace(*tls, static_cast<TlsWire&>(*this));
}

std::optional<std::size_t> Transport::receive(std::uint8_t* to, std::size_t room) {
    ssize_t got = ::recv(*socket_, to, room, 0);
    if (got >= 0)
        return static_cast<std::size_t>(got);
    if (would_block(errno))
        return std::nullopt;
    return 0;
}

void Transport::send(ByteView bytes) {
    // Order is kept: what waits goes first.
    Bytes& target = pending_.empty() ? scratch_.cipher : pending_;
    target.insert(target.end(), bytes.begin(), bytes.end());
}

Io Transport::send_now(ByteView bytes) {
    while (!bytes.empty()) {
        ssize_t put = ::send(*socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (put > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        } else if (would_block(errno)) {
            pending_.assign(bytes.begin(), bytes.end());
            return Io::again;
        } else {
            return Io::closed;
        }
    }
    return Io::ready;
}

Io Transport::send_gathered() {
    Io io = scratch_.cipher.empty() ? Io::ready : send_now(scratch_.cipher);
    scratch_.cipher.clear();
    if (io == Io::closed)
        is_lost_ = true;
    return io;
}

Io Transport::flush() {
    if (is_lost_)
        return Io::closed;
    if (pending_.empty())
        return Io::ready;
    Bytes waiting;
    waiting.swap(pending_);
    return send_now(waiting);
}

/// After each call of the session: what it wanted to send is sent, whatever came of the call.
Io Transport::result_of(TlsSession::Outcome outcome) {
    if (outcome == TlsSession::Outcome::plain_http) {
        met_plain_http_ = true;
        scratch_.cipher.clear(); // an alert, which this peer would not understand
        return Io::closed;
    }
    send_gathered();
    if (is_lost_)
        return Io::closed;
    switch (outcome) {
    case TlsSession::Outcome::done:
        return Io::ready;
    case TlsSession::Outcome::need_more:
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

Io Transport::read(std::uint8_t* to, std::size_t room, std::size_t& got) {
    if (session_)
        return result_of(session_->read(to, room, got));
    std::optional<std::size_t> received = receive(to, room);
    got = received.value_or(0);
    if (!received)
        return Io::again;
    return got > 0 ? Io::ready : Io::closed;
}

Io Transport::write(ByteView bytes) {
    if (!session_)
        return send_now(bytes);
    Io io = result_of(session_->write(bytes));
    // All is accepted; what the socket did not take is pending.
    return io == Io::ready && !pending_.empty() ? Io::again : io;
}

Io Transport::write_file(int file, std::uint64_t offset, std::uint64_t length,
                         std::uint64_t& sent) {
    sent = 0;
    auto at = static_cast<off_t>(offset);
    if (!session_) {
        ssize_t put = ::sendfile(*socket_, file, &at, std::min(length, most_by_kernel));
        if (put < 0)
            return would_block(errno) ? Io::again : Io::closed;
        sent = static_cast<std::uint64_t>(put);
        return put > 0 ? Io::ready : Io::closed;
    }
    Bytes& room = scratch_.plain;
    std::size_t want = std::min<std::uint64_t>(length, room.size());
    ssize_t got = ::pread(file, room.data(), want, at);
    if (got <= 0)
        return Io::closed;
    sent = static_cast<std::uint64_t>(got);
    return write(ByteView{room}.first(sent));
}

void Transport::finish() {
    if (session_ && !is_lost_) {
        session_->close();
        send_gathered();
    }
    ::shutdown(*socket_, SHUT_WR);
}

Io Transport::discard() {
    for (int turn = 0; turn < 16; ++turn) {
        std::optional<std::size_t> got = receive(scratch_.plain.data(), scratch_.plain.size());
        if (!got)
            return Io::again;
        if (*got == 0)
            return Io::closed;
    }
    return Io::again;
}

} // namespace img
