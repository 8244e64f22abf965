// The body of a request: how it is framed, and how one that nobody asked for is forgotten.

#include "verb/serve/http_body.hpp"

#include <algorithm>

namespace img {

namespace {

using Refused = std::optional<HttpRefusal>;

constexpr int most_digits = 16; ///< of a chunk's size: 64 bits
constexpr std::size_t longest_line = 4 * 1024;
constexpr std::size_t most_text = 16 * 1024;

constexpr HttpRefusal bad_size{400, "a chunk's size is malformed"};
constexpr HttpRefusal bad_line{400, "a line of the body's framing is malformed"};
constexpr HttpRefusal bad_end{400, "a chunk is longer than its size"};
constexpr HttpRefusal bad_trailer{400, "a trailer field is malformed"};
constexpr HttpRefusal large_text{431, "the body's extensions and trailers are too large"};

/// The value of a hexadecimal digit; -1 for anything else.
int value_of(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    char small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

class IgnoredBody : public BodySink {
public:
    explicit IgnoredBody(HttpResponse answer) : answer_(std::move(answer)) {}
    std::uint64_t most() const override { return std::uint64_t{64} << 10; }
    void take(ByteView) override {}
    HttpResponse finish() override { return std::move(answer_); }

private:
    HttpResponse answer_;
};

} // namespace

std::unique_ptr<BodySink> ignore_body(HttpResponse answer) {
    return std::make_unique<IgnoredBody>(std::move(answer));
}

BodyDecoder::BodyDecoder(const HttpRequest& request)
    : is_chunked_(request.is_chunked), left_(request.is_chunked ? 0 : request.content_length) {
    if (!is_chunked_)
        state_ = left_ > 0 ? State::content : State::whole;
}

std::variant<BodyDecoder::Step, HttpRefusal> BodyDecoder::advance(ByteView bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && state_ != State::content && state_ != State::whole)
        if (Refused refused = take_framing(static_cast<char>(bytes[used++])))
            return *refused;
    if (state_ != State::content)
        return Step{{}, used};
    auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
    left_ -= length;
    if (left_ == 0)
        state_ = is_chunked_ ? State::content_return : State::whole;
    return Step{bytes.subspan(used, length), used + length};
}

/// RFC 9112, 7.1, a byte at a time.
Refused BodyDecoder::take_framing(char c) {
    auto expect = [&](char wanted, State next, const HttpRefusal& otherwise) -> Refused {
        if (c != wanted)
            return otherwise;
        state_ = next;
        return std::nullopt;
    };
    switch (state_) {
    case State::size:
        return take_size(c);
    case State::extension:
        return take_text(c, State::size_feed);
    case State::size_feed:
        line_ = 0;
        digits_ = 0;
        return expect('\n', left_ > 0 ? State::content : State::trailer, bad_line);
    case State::content_return:
        return expect('\r', State::content_feed, bad_end);
    case State::content_feed:
        return expect('\n', State::size, bad_end);
    case State::trailer:
        line_ = 0;
        if (c == '\r') {
            state_ = State::last_feed;
            return std::nullopt;
        }
        state_ = State::trailer_name;
        return is_token({&c, 1}) ? count_text() : Refused{bad_trailer};
    case State::trailer_name:
        if (c == ':')
            state_ = State::trailer_value;
        else if (!is_token({&c, 1}))
            return bad_trailer;
        return count_text();
    case State::trailer_value:
        return take_text(c, State::trailer_feed);
    case State::trailer_feed:
        return expect('\n', State::trailer, bad_line);
    case State::last_feed:
        return expect('\n', State::whole, bad_line);
    case State::content:
    case State::whole:
        break;
    }
    return std::nullopt;
}

Refused BodyDecoder::take_size(char c) {
    int value = value_of(c);
    if (value >= 0) {
        left_ = left_ * 16 + static_cast<unsigned>(value);
        return ++digits_ > most_digits ? Refused{bad_size} : std::nullopt;
    }
    if (digits_ == 0)
        return bad_size;
    if (c == '\r') {
        state_ = State::size_feed;
        return std::nullopt;
    }
    if (c != ';')
        return bad_size;
    state_ = State::extension;
    return count_text();
}

/// What may stand in a field's value (RFC 9110, 5.5), until its line ends.
Refused BodyDecoder::take_text(char c, State after_return) {
    if (c == '\r') {
        state_ = after_return;
        return std::nullopt;
    }
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f)
        return bad_line;
    return count_text();
}

Refused BodyDecoder::count_text() {
    if (++line_ > longest_line || ++text_ > most_text)
        return large_text;
    return std::nullopt;
}

} // namespace img
