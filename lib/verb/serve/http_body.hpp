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
/// extensions and trailers are refused.
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
    bool is_whole() const { return is_whole_; }

private:
    bool is_whole_ = false;
    bool is_chunked_ = false;
    std::uint64_t left_ = 0; ///< of the body or of the chunk in hand
};

} // namespace img
