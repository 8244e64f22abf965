// One client's connection: handshake, requests one after another, their answers, and the end.

#include "verb/serve/connection.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace img {

namespace {

/// How many steps one connection may take before the others have their turn.
constexpr int steps_a_turn = 32;
constexpr std::size_t read_at_once = 16 * 1024;

} // namespace

Connection::Connection(Fd socket, Client client, const TlsContext* tls, Scratch& scratch,
                       const Patience& patience, const Exchanger& exchanger, Moment now)
    : transport_(std::move(socket), tls, scratch), client_(std::move(client)), scratch_(scratch),
      patience_(patience), exchanger_(exchanger), deadline_(now + patience.handshake),
      waiting_since_(now) {
    if (!tls) {
        state_ = State::head;
        deadline_ = now + patience_.head;
    }
}

void Connection::advance(Moment now) {
    for (int i = 0; i < steps_a_turn; ++i)
        if (!step(now))
            return;
    // More can be done. Bytes that were read already make no socket ready, so ask for what is:
    interest_ = Interest::writing;
}

bool Connection::step(Moment now) {
    switch (state_) {
    case State::handshake:
        return shake_hands(now);
    case State::head:
        return read_head(now);
    case State::answer:
        return send_answer(now);
    case State::linger:
        interest_ = Interest::reading;
        if (transport_.discard() == Io::closed)
            state_ = State::closed;
        return false;
    case State::closed:
        break;
    }
    return false;
}

bool Connection::shake_hands(Moment now) {
    Io flushed = transport_.flush();
    Io io = flushed == Io::ready ? transport_.handshake() : flushed;
    interest_ = flushed == Io::again ? Interest::writing : Interest::reading;
    if (io == Io::closed && transport_.met_plain_http()) {
        answer_plain_http();
        begin_linger(now);
        return true;
    }
    if (io == Io::closed)
        state_ = State::closed;
    if (io != Io::ready)
        return false;
    state_ = State::head;
    deadline_ = now + patience_.head;
    return true;
}

/// The one thing that is said without TLS: that it is wanted here.
void Connection::answer_plain_http() {
    HttpResponse response = plain_response(400, "this port speaks HTTPS; use https://");
    response.persistence = Persistence::close;
    std::string text =
        response_head(response, 1, exchanger_.date()) + std::get<std::string>(response.body[0]);
    // Should the socket not take these few bytes, the client just sees the end.
    [[maybe_unused]] ssize_t put = ::send(fd(), text.data(), text.size(), MSG_NOSIGNAL);
    exchanger_.done({client_, nullptr, response.status, response.length(), {}});
}

void Connection::begin_head(Moment now) {
    state_ = State::head;
    input_.erase(0, std::exchange(head_length_, 0));
    parser_ = HttpParser{};
    request_.reset();
    response_ = HttpResponse{};
    waiting_since_ = now;
    deadline_ = now + (input_.empty() ? patience_.idle : patience_.head);
    if (input_.empty())
        std::string{}.swap(input_); // an idle connection holds no memory
}

bool Connection::read_head(Moment now) {
    interest_ = Interest::reading;
    // A TLS record of our own may still wait: a ticket, an answer to a key update.
    if (transport_.flush() == Io::closed) {
        state_ = State::closed;
        return false;
    }
    auto parsed = parser_.advance(input_);
    if (auto* head = std::get_if<HttpHead>(&parsed)) {
        head_length_ = head->length;
        request_ = std::move(head->request);
        Reply reply = exchanger_.answer(*request_, client_);
        if (auto* sink = std::get_if<std::unique_ptr<BodySink>>(&reply))
            reply = (*sink)->finish();
        begin_answer(std::move(std::get<HttpResponse>(reply)), request_->minor, now);
        return true;
    }
    if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) {
        refuse(refusal->status, refusal->why, now);
        return true;
    }
    std::size_t got = 0;
    Io io = transport_.read(scratch_.plain.data(), read_at_once, got);
    if (io == Io::closed)
        state_ = State::closed;
    if (io != Io::ready)
        return false;
    if (input_.empty())
        deadline_ = now + patience_.head;
    input_.append(reinterpret_cast<const char*>(scratch_.plain.data()), got);
    return true;
}

void Connection::refuse(int status, std::string_view why, Moment now) {
    HttpResponse response = plain_response(status, why);
    response.persistence = Persistence::close;
    begin_answer(std::move(response), 1, now);
}

void Connection::begin_answer(HttpResponse response, int minor, Moment now) {
    if (is_winding_up_)
        response.persistence = Persistence::close;
    response_ = std::move(response);
    head_ = response_head(response_, minor, exchanger_.date());
    offset_ = 0;
    state_ = State::answer;
    deadline_ = now + patience_.stall;
}

bool Connection::send_answer(Moment now) {
    interest_ = Interest::writing;
    std::size_t pending = transport_.pending();
    Io io = transport_.flush();
    std::uint64_t left = 0;
    if (response_.payload == HttpResponse::Payload::sent)
        left = response_.length() - offset_;
    if (io == Io::ready && head_.empty() && left == 0)
        return end_answer(now);
    std::uint64_t before = offset_;
    std::size_t head_before = head_.size();
    if (io == Io::ready) {
        auto* file = response_.body.empty() ? nullptr : std::get_if<FileRange>(&response_.body[0]);
        io = head_.empty() && file ? send_file(*file, left) : send_piece(file, left);
    }
    if (transport_.pending() < pending || offset_ > before || head_.size() < head_before)
        deadline_ = now + patience_.stall;
    if (io == Io::closed) {
        report();
        state_ = State::closed;
    }
    return io == Io::ready;
}

Io Connection::send_file(const FileRange& file, std::uint64_t left) {
    std::uint64_t sent = 0;
    Io io = transport_.write_file(*file.file->file, file.offset + offset_, left, sent);
    offset_ += sent;
    return io;
}

/// The head and the first of the body go together, in one call and one TLS record.
Io Connection::send_piece(const FileRange* file, std::uint64_t left) {
    Bytes& room = scratch_.plain;
    std::size_t length = std::min(head_.size(), room.size());
    std::copy_n(head_.begin(), length, room.begin());
    head_.erase(0, length);
    std::size_t more = std::min<std::uint64_t>(left, room.size() - length);
    std::uint8_t* to = room.data() + length;
    if (more > 0 && !file) {
        const std::string& text = std::get<std::string>(response_.body[0]);
        std::copy_n(text.data() + offset_, more, to);
    } else if (more > 0) {
        ssize_t got = ::pread(*file->file->file, to, more, static_cast<off_t>(file->offset));
        // Shorter than it was a moment ago: the head is sent, then the connection ends.
        more = got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    offset_ += more;
    return transport_.write(ByteView{room}.first(length + more));
}

void Connection::report() {
    exchanger_.done({client_, request_ ? &*request_ : nullptr, response_.status, offset_, {}});
}

bool Connection::end_answer(Moment now) {
    report();
    if (response_.persistence == Persistence::close || is_winding_up_)
        begin_linger(now);
    else
        begin_head(now);
    return true;
}

/// A socket that is closed with unread bytes takes the answer back from the client, so what still
/// arrives is read and forgotten until the client hangs up (RFC 9112, 9.6).
void Connection::begin_linger(Moment now) {
    transport_.finish();
    state_ = State::linger;
    response_ = HttpResponse{};
    deadline_ = now + patience_.linger;
}

void Connection::expire(Moment now) {
    bool has_begun = state_ == State::head && !input_.empty();
    if (has_begun) {
        refuse(408, "", now);
        advance(now);
        return;
    }
    if (state_ == State::answer)
        report();
    state_ = State::closed;
}

void Connection::wind_up() {
    is_winding_up_ = true;
    bool in_hand = state_ == State::answer || (state_ == State::head && !input_.empty());
    if (in_hand)
        return;
    if (state_ == State::head)
        transport_.finish();
    state_ = State::closed;
}

} // namespace img
