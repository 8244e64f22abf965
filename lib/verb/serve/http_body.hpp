// The body of a request: how it is framed, and where it goes.
#pragma once

#include "base/bytes.hpp"
#include "verb/serve/http_request.hpp"
#include "verb/serve/http_response.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace img {

/// Where a body goes while it arrives. Destroyed before finish(), it was given up: what it has made
/// must be gone then.
class BodySink {
public:
    virtual ~BodySink() = default;
    /// The most bytes it takes; more are refused with 413 and the connection ends.
    virtual std::uint64_t most() const = 0;
    virtual void take(ByteView bytes) = 0;
    /// The whole body was taken: the answer.
    virtual HttpResponse finish() = 0;
};

/// What a request is met with: an answer, or the wish for its body.
using Reply = std::variant<HttpResponse, std::unique_ptr<BodySink>>;

/// For a body that nobody asked for: reads and forgets up to 64 KiB, then gives `answer`, so that
/// the connection can go on.
std::unique_ptr<BodySink> ignore_body(HttpResponse answer);

/// Finds a body in the bytes of a connection: by its length or in chunks (RFC 9112, 6 and 7).
/// Strict: bare line feeds, chunk sizes over 16 digits, lines over 4 KiB and more than 16 KiB of
/// extensions and trailers are refused. Trailers are read as strictly as fields, and forgotten.
class BodyDecoder {
public:
    /// For a request that announces a body.
    explicit BodyDecoder(const HttpRequest& request);

    /// What a step came to: `content` is a part of the bytes given, maybe empty; `used` counts what
    /// of them is done with.
    struct Step {
        ByteView content;
        std::size_t used = 0;
    };
    /// Call until `used` is 0 or is_whole(). Or the refusal: the framing is broken.
    std::variant<Step, HttpRefusal> advance(ByteView bytes);
    bool is_whole() const { return state_ == State::whole; }

private:
    /// What the next byte belongs to.
    enum class State {
        size,           ///< of a chunk
        extension,      ///< of that size
        size_feed,      ///< the line feed after them
        content,        ///< the body's own bytes
        content_return, ///< the end of the line after a chunk's
        content_feed,   ///< content
        trailer,        ///< a line after the last chunk
        trailer_name,   ///< the name that it begins with
        trailer_value,  ///< what follows its colon
        trailer_feed,   ///< the line feed after that
        last_feed,      ///< the one that ends the body
        whole,
    };

    std::optional<HttpRefusal> take_framing(char c);
    std::optional<HttpRefusal> take_size(char c);
    std::optional<HttpRefusal> take_text(char c, State after_return);
    std::optional<HttpRefusal> count_text();

    State state_ = State::size;
    bool is_chunked_ = false;
    std::uint64_t left_ = 0; ///< of the body or of the chunk in hand
    int digits_ = 0;         ///< of the chunk's size so far
    std::size_t line_ = 0;   ///< bytes of the line in hand
    std::size_t text_ = 0;   ///< bytes of all extensions and trailers
};

} // namespace img
