// The body of a request over any bytes: the same content and verdict, however they are split.

#include "verb/serve/http_body.hpp"

#include <cstdlib>

namespace {

using namespace img;

void require(bool holds) {
    if (!holds)
        std::abort();
}

struct Decoded {
    std::string content;
    std::size_t used = 0; ///< unless it was refused
    int status = 0;
    bool is_whole = false;
    bool operator==(const Decoded&) const = default;
};

/// What the decoder makes of `text` when its bytes arrive in pieces that `step` tells.
template <class Step>
Decoded decode(const HttpRequest& request, std::string_view text, Step step) {
    BodyDecoder decoder{request};
    Decoded decoded;
    for (std::size_t have = 0; have < text.size() && !decoder.is_whole();) {
        ByteView piece = bytes_of(text.substr(have, step(have)));
        auto answer = decoder.advance(piece);
        if (const auto* refusal = std::get_if<HttpRefusal>(&answer)) {
            decoded.status = refusal->status;
            decoded.used = 0;
            return decoded;
        }
        const auto& found = std::get<BodyDecoder::Step>(answer);
        require(found.used > 0 && found.used <= piece.size());
        require(found.content.size() <= found.used);
        require(found.content.empty() ||
                found.content.data() + found.content.size() == piece.data() + found.used);
        decoded.content += text_of(found.content);
        decoded.used = have += found.used;
    }
    decoded.is_whole = decoder.is_whole();
    return decoded;
}

/// A body of chunks as this decoder writes none, but must read.
std::string in_chunks(std::string_view content, std::size_t longest) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    while (!content.empty()) {
        std::string_view chunk = content.substr(0, longest);
        (text += digits[chunk.size() / 16]) += digits[chunk.size() % 16];
        ((text += "\r\n") += chunk) += "\r\n";
        content.remove_prefix(chunk.size());
    }
    return text + "0\r\n\r\n";
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    HttpRequest request;
    request.is_chunked = data[0] % 4 != 0;
    request.content_length = request.is_chunked ? 0 : 1U + data[1];
    std::string_view text = text_of(ByteView{data, size}.subspan(2));

    Decoded whole = decode(request, text, [&](std::size_t) { return size; });
    require(whole == decode(request, text, [](std::size_t) { return std::size_t{1}; }));
    std::size_t piece = 1U + data[1] % 61;
    require(whole == decode(request, text, [&](std::size_t have) { return piece + have % 3; }));

    require(whole.content.size() <= text.size());
    require(!whole.is_whole || whole.status == 0);
    // Every byte is used until the body is whole.
    require(whole.is_whole || whole.status != 0 || whole.used == text.size());
    if (!request.is_chunked) {
        require(whole.status == 0 && whole.content.size() <= request.content_length);
        require(whole.is_whole == (text.size() >= request.content_length));
        require(text.starts_with(whole.content));
    } else if (whole.is_whole) {
        require(text.substr(0, whole.used).ends_with("\r\n"));
    }

    request.is_chunked = true;
    Decoded again = decode(request, in_chunks(text, piece), [&](std::size_t) { return piece; });
    require(again.is_whole && again.content == text);
    return 0;
}
