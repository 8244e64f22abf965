// One client's connection: handshake, requests one after another, their answers, and the end.

#include "verb/serve/connection.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "verb/serve/proxy_header.hpp"

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

/// How many steps one connection may take before the others have their turn: less than a megabyte.
constexpr int steps_a_turn = 12;
constexpr std::size_t head_read_at_once = 16 * 1024;
/// A PROXY header is not longer; what is read with it goes on to TLS.
constexpr std::size_t preface_read_at_once = 1024;
/// From this many bytes on, sendfile(2) costs less than a copy.
constexpr std::uint64_t least_by_kernel = 64 * 1024;
/// A body that was fast may not rest on it.
constexpr auto longest_silence = 30s;
constexpr std::string_view go_ahead = "HTTP/1.1 100 Continue\r\n\r\n";

std::uint64_t size_of(const BodyPart& part) {
    const auto* file = std::get_if<FileRange>(&part);
    return file ? file->length : std::get<std::string>(part).size();
}

} // namespace

Duration Patience::at(Stage stage) const {
    switch (stage) {
    case Stage::preface:
    case Stage::handshake:
        return handshake;
    case Stage::head:
        return head;
    case Stage::idle:
        return idle;
    case Stage::body:
        return body;
    case Stage::answer:
        return stall;
    case Stage::linger:
    case Stage::closed:
        break;
    }
    return linger;
}

Connection::Connection(Fd socket, Client client, const TlsContext* tls, Preface preface,
                       ScratchRoom& scratch, const Exchanger& exchanger, Moment now)
    : transport_(std::move(socket), tls, scratch), client_(std::move(client)), scratch_(scratch),
      exchanger_(exchanger), stage_(tls ? Stage::handshake : Stage::head), since_(now), began_(now),
      parser_(exchanger.http), body_began_(now), last_arrival_(now) {
    if (preface == Preface::proxy_header)
        stage_ = Stage::preface;
}

void Connection::enter(Stage stage, Moment now) {
    stage_ = stage;
    since_ = now;
}

void Connection::advance(Moment now) {
    wants_turn_ = true;
    for (int i = 0; i < steps_a_turn && wants_turn_; ++i)
        wants_turn_ = step(now);
    if (is_closed())
        return;
    // The scratch room is the others' from here on.
    hold_request();
    hold_input();
}

bool Connection::step(Moment now) {
    interest_ = Interest::reading;
    // What the socket did not take goes first, whatever comes next: a client that takes nothing is
    // not read from either.
    if (std::size_t before = transport_.pending(); before > 0) {
        interest_ = Interest::writing;
        Io io = transport_.flush();
        if (io == Io::closed)
            give_up();
        if (stage_ == Stage::answer && transport_.pending() < before)
            since_ = now;
        if (io != Io::ready)
            return false;
        interest_ = Interest::reading;
    }
    switch (stage_) {
    case Stage::preface:
        return read_preface(now);
    case Stage::handshake:
        return shake_hands(now);
    case Stage::head:
    case Stage::idle:
        return read_head(now);
    case Stage::body:
        return read_body(now);
    case Stage::answer:
        return send_answer(now);
    case Stage::linger:
        if (transport_.discard() == Io::closed)
            stage_ = Stage::closed;
        return false;
    case Stage::closed:
        break;
    }
    return false;
}

bool Connection::read_preface(Moment now) {
    std::size_t got = 0;
    Io io = transport_.read_raw(scratch_.input.data(), preface_read_at_once, got);
    if (io == Io::closed)
        give_up();
    if (io != Io::ready)
        return false;
    input_ = held_.append(reinterpret_cast<const char*>(scratch_.input.data()), got);
    auto read = read_proxy_header(bytes_of(input_));
    if (const auto* refusal = std::get_if<ProxyRefusal>(&read)) {
        log_detail(str("a connection of ", client_.text(), ": ", refusal->why));
        ++exchanger_.statistics.refused;
        give_up();
        return false;
    }
    const auto* header = std::get_if<ProxyHeader>(&read);
    if (!header)
        return true;
    if (header->source)
        client_.address = header->source;
    else
        client_.may_speak_for_others = false;
    transport_.unread(bytes_of(input_).subspan(header->length));
    input_ = {};
    enter(transport_.is_secure() ? Stage::handshake : Stage::head, now);
    return true;
}

bool Connection::shake_hands(Moment now) {
    Io io = transport_.handshake();
    if (io == Io::closed) {
        ++exchanger_.statistics.failed_handshakes;
        if (!transport_.met_plain_http()) {
            give_up();
            return false;
        }
        answer_plain_http(now);
        return true;
    }
    if (transport_.pending() > 0 || transport_.needs_room())
        interest_ = Interest::writing;
    if (io != Io::ready)
        return false;
    ++exchanger_.statistics.handshakes;
    exchanger_.statistics.resumed += transport_.was_resumed() ? 1 : 0;
    enter(Stage::head, now);
    return transport_.has_unread() || transport_.pending() > 0;
}

/// The one thing that is said without TLS: that it is wanted here.
void Connection::answer_plain_http(Moment now) {
    response_ = plain_response(400, "this port speaks HTTPS; use https://");
    response_.persistence = Persistence::close;
    std::string text =
        response_head(response_, 1, exchanger_.date()) + std::get<std::string>(response_.body[0]);
    // Should the socket not take these few bytes, the client just sees the end.
    [[maybe_unused]] ssize_t put = ::send(fd(), text.data(), text.size(), MSG_NOSIGNAL);
    sent_ = response_.length();
    report();
    begin_linger(now);
}

/// False when there is nothing to read: the next request has not come yet.
bool Connection::begin_head(Moment now) {
    parser_ = HttpParser{exchanger_.http};
    request_.reset();
    head_ = {};
    std::string{}.swap(held_head_);
    std::string{}.swap(answer_head_);
    response_ = HttpResponse{};
    began_ = now;
    enter(input_.empty() ? Stage::idle : Stage::head, now);
    return !input_.empty() || transport_.has_unread();
}

bool Connection::read_head(Moment now) {
    if (!input_.empty()) {
        auto parsed = parser_.advance(input_);
        if (auto* whole = std::get_if<HttpHead>(&parsed)) {
            head_ = input_.substr(0, whole->length);
            input_.remove_prefix(whole->length);
            request_ = std::move(whole->request);
            meet_request(now);
            return true;
        }
        if (const auto* refusal = std::get_if<HttpRefusal>(&parsed)) {
            refuse(refusal->status, refusal->why, now);
            return true;
        }
    }
    bool is_first = input_.empty();
    Io io = read_more();
    if (io == Io::closed)
        give_up();
    if (io != Io::ready)
        return false;
    if (is_first)
        began_ = now;
    if (stage_ == Stage::idle)
        enter(Stage::head, now);
    return true;
}

/// An answer at once, or a sink for the body.
void Connection::meet_request(Moment now) {
    Expectation expectation = request_->expectation;
    if (expectation == Expectation::unknown) {
        refuse(417, "", now);
        return;
    }
    Reply reply = exchanger_.answer(*request_, client_);
    if (auto* response = std::get_if<HttpResponse>(&reply)) {
        // A body that nobody reads would be taken for the next request.
        if (request_->announces_body())
            response->persistence = Persistence::close;
        begin_answer(std::move(*response), now);
        return;
    }
    begin_body(std::move(std::get<std::unique_ptr<BodySink>>(reply)), now);
    bool waits = stage_ == Stage::body && expectation == Expectation::go_ahead && input_.empty();
    if (waits)
        transport_.write(std::array{bytes_of(go_ahead)});
}

void Connection::begin_body(std::unique_ptr<BodySink> sink, Moment now) {
    sink_ = std::move(sink);
    taken_ = 0;
    arrived_ = input_.size();
    body_began_ = last_arrival_ = now;
    if (!request_->announces_body()) {
        begin_answer(sink_->finish(), now);
    } else if (!request_->is_chunked && request_->content_length > sink_->most()) {
        refuse(413, "", now);
    } else {
        decoder_.emplace(*request_);
        enter(Stage::body, now);
    }
}

bool Connection::read_body(Moment now) {
    std::optional<HttpRefusal> refusal;
    std::optional<HttpResponse> answer;
    try {
        refusal = feed_sink();
        if (!refusal && decoder_->is_whole())
            answer = sink_->finish();
    } catch (const std::exception& error) {
        log_error(str("a request's body: ", printable(error.what())));
        refusal = HttpRefusal{500, ""};
    }
    if (refusal) {
        refuse(refusal->status, refusal->why, now);
        return true;
    }
    if (answer) {
        begin_answer(std::move(*answer), now);
        return true;
    }
    std::size_t before = input_.size();
    Io io = read_more();
    if (io == Io::closed)
        give_up();
    if (io != Io::ready)
        return false;
    arrived_ += input_.size() - before;
    last_arrival_ = now;
    return true;
}

std::optional<HttpRefusal> Connection::feed_sink() {
    while (!decoder_->is_whole()) {
        auto advanced = decoder_->advance(bytes_of(input_));
        if (const auto* refusal = std::get_if<HttpRefusal>(&advanced))
            return *refusal;
        const auto& step = std::get<BodyDecoder::Step>(advanced);
        taken_ += step.content.size();
        if (taken_ > sink_->most())
            return HttpRefusal{413, ""};
        if (!step.content.empty())
            sink_->take(step.content);
        input_.remove_prefix(step.used);
        if (step.used == 0)
            break;
    }
    return std::nullopt;
}

bool Connection::is_too_slow(Moment now) const {
    double wanted = static_cast<double>(exchanger_.least_body_rate) *
                    std::chrono::duration<double>(now - body_began_).count();
    return static_cast<double>(arrived_) < wanted || now - last_arrival_ >= longest_silence;
}

void Connection::refuse(int status, std::string_view why, Moment now) {
    HttpResponse response = plain_response(status, why);
    response.persistence = Persistence::close;
    if (request_ && request_->method == "HEAD")
        response.payload = HttpResponse::Payload::withheld;
    begin_answer(std::move(response), now);
}

void Connection::begin_answer(HttpResponse response, Moment now) {
    sink_.reset();
    decoder_.reset();
    response_ = std::move(response);
    if (is_winding_up_ || (request_ && request_->persistence == Persistence::close))
        response_.persistence = Persistence::close;
    answer_head_ = response_head(response_, request_ ? request_->minor : 1, exchanger_.date());
    part_ = 0;
    part_offset_ = 0;
    left_ = response_.payload == HttpResponse::Payload::sent ? response_.length() : 0;
    sent_ = 0;
    enter(Stage::answer, now);
}

bool Connection::send_answer(Moment now) {
    if (answer_head_.empty() && left_ == 0)
        return end_answer(now);
    std::uint64_t before = sent_;
    bool had_head = !answer_head_.empty();
    Io io = send_piece();
    if (had_head || sent_ > before)
        since_ = now;
    if (io == Io::closed)
        give_up();
    if (io == Io::again)
        interest_ = Interest::writing;
    return io == Io::ready;
}

bool Connection::is_for_kernel(const FileRange& file, std::uint64_t rest) const {
    return transport_.sends_plain() && file.file->file && rest >= least_by_kernel;
}

/// The head and the first of the body go together, in one call and one TLS record.
Io Connection::send_piece() {
    std::array<ByteView, Transport::most_pieces> pieces;
    std::size_t count = 0, room = ScratchRoom::piece, read_to = 0;
    const FileRange* by_kernel = nullptr;
    if (!answer_head_.empty()) {
        pieces[count++] = bytes_of(answer_head_);
        room -= std::min(room, answer_head_.size());
    }
    while (room > 0 && left_ > 0 && count < pieces.size()) {
        const BodyPart& part = response_.body[part_];
        std::uint64_t rest = size_of(part) - part_offset_;
        if (rest == 0) {
            ++part_;
            part_offset_ = 0;
            continue;
        }
        auto length = static_cast<std::size_t>(std::min<std::uint64_t>(rest, room));
        const auto* file = std::get_if<FileRange>(&part);
        if (!file) {
            pieces[count] = bytes_of(std::get<std::string>(part)).subspan(part_offset_, length);
        } else if (is_for_kernel(*file, rest)) {
            by_kernel = file;
            break;
        } else if (ByteView content = file->file->content; content.size() == file->file->size) {
            pieces[count] = content.subspan(file->offset + part_offset_, length);
        } else {
            std::uint8_t* to = scratch_.plain.data() + read_to;
            ssize_t got = ::pread(*file->file->file, to, length,
                                  static_cast<off_t>(file->offset + part_offset_));
            // Shorter than it was when its length was told: what there was is sent, then the end.
            if (got <= 0)
                break;
            length = static_cast<std::size_t>(got);
            read_to += length;
            pieces[count] = {to, length};
        }
        ++count;
        room -= length;
        part_offset_ += length;
        left_ -= length;
        sent_ += length;
    }
    if (count > 0) {
        Io io = transport_.write(std::span{pieces}.first(count),
                                 by_kernel ? Follow::more : Follow::nothing);
        answer_head_.clear();
        if (io != Io::ready)
            return io;
    }
    if (by_kernel)
        return send_by_kernel(*by_kernel, size_of(response_.body[part_]) - part_offset_);
    return count > 0 ? Io::ready : Io::closed;
}

Io Connection::send_by_kernel(const FileRange& file, std::uint64_t rest) {
    std::uint64_t put = 0;
    Io io = transport_.write_file(*file.file->file, file.offset + part_offset_, rest, put);
    part_offset_ += put;
    left_ -= put;
    sent_ += put;
    // What was the last of it needs no other turn.
    return io == Io::again && left_ == 0 ? Io::ready : io;
}

void Connection::report() {
    ServerStatistics& statistics = exchanger_.statistics;
    auto kind = static_cast<std::size_t>(response_.status / 100);
    if (kind < statistics.answers.size())
        ++statistics.answers[kind];
    if (response_.status == 429)
        ++statistics.rate_limited;
    statistics.body_bytes += sent_;
    auto took = std::chrono::duration_cast<Duration>(exchanger_.clock() - began_);
    exchanger_.done({client_, request_ ? &*request_ : nullptr, response_.status, sent_, took});
}

bool Connection::end_answer(Moment now) {
    report();
    if (response_.persistence == Persistence::keep && !is_winding_up_)
        return begin_head(now);
    begin_linger(now);
    return true;
}

/// A socket that is closed with unread bytes takes the answer back from the client, so what still
/// arrives is read and forgotten until the client hangs up (RFC 9112, 9.6).
void Connection::begin_linger(Moment now) {
    transport_.finish();
    response_ = HttpResponse{};
    request_.reset();
    input_ = {};
    enter(Stage::linger, now);
}

void Connection::give_up() {
    if (stage_ == Stage::answer)
        report();
    sink_.reset();
    wants_turn_ = false;
    stage_ = Stage::closed;
}

bool Connection::expire(Moment now) {
    if (stage_ == Stage::body && !is_too_slow(now)) {
        since_ = now;
        return false;
    }
    if (stage_ == Stage::body || (stage_ == Stage::head && !input_.empty())) {
        refuse(408, "", now);
        advance(now);
        return true;
    }
    if (stage_ == Stage::idle)
        transport_.finish();
    give_up();
    return true;
}

void Connection::wind_up(Moment now) {
    is_winding_up_ = true;
    // The next request may have arrived already.
    if (stage_ == Stage::idle || stage_ == Stage::head)
        advance(now);
    // A head that is not whole is no request yet, and may never become one.
    bool waits = stage_ == Stage::idle || stage_ == Stage::head;
    if (waits)
        transport_.finish();
    if (waits || stage_ == Stage::preface || stage_ == Stage::handshake)
        give_up();
}

/// Appends to input_ what the client has sent.
Io Connection::read_more() {
    hold_request();
    hold_input();
    std::size_t room = stage_ == Stage::body ? scratch_.input.size() : head_read_at_once;
    std::size_t got = 0;
    Io io = transport_.read(scratch_.input.data(), room, got);
    if (io != Io::ready)
        return io;
    std::string_view more{reinterpret_cast<const char*>(scratch_.input.data()), got};
    if (input_.empty())
        input_ = more;
    else
        input_ = held_ += more;
    return io;
}

/// Copies the head of the request in hand, and reads it from there.
void Connection::hold_request() {
    if (!request_ || !held_head_.empty())
        return;
    held_head_ = head_;
    head_ = held_head_;
    auto again = HttpParser{exchanger_.http}.advance(held_head_);
    request_ = std::move(std::get<HttpHead>(again).request);
}

/// Copies what is not used yet; an idle connection holds no memory.
void Connection::hold_input() {
    if (input_.empty()) {
        std::string{}.swap(held_);
        input_ = {};
        return;
    }
    bool is_held = input_.data() >= held_.data() && input_.data() < held_.data() + held_.size();
    if (is_held)
        held_.erase(0, static_cast<std::size_t>(input_.data() - held_.data()));
    else
        held_.assign(input_);
    input_ = held_;
}

} // namespace img
