// The PROXY header, over any bytes: the same answer however they arrive, and bounded.

#include "verb/serve/proxy_header.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace {

using namespace img;
using Answer = std::variant<std::monostate, ProxyHeader, ProxyRefusal>;

constexpr std::size_t longest = 536;

void require(bool holds) {
    if (!holds)
        std::abort();
}

Answer read(ByteView bytes, std::size_t have) {
    // A copy of its own, so that a read past what has arrived is caught.
    std::unique_ptr<std::uint8_t[]> arrived{new std::uint8_t[have]};
    std::copy_n(bytes.begin(), have, arrived.get());
    return read_proxy_header({arrived.get(), have});
}

/// What it comes to when the bytes arrive in pieces that `step` tells.
template <class Step>
Answer read_in_pieces(ByteView bytes, Step step) {
    for (std::size_t have = 0;; have = std::min(bytes.size(), have + step(have))) {
        Answer answer = read(bytes, have);
        if (!std::holds_alternative<std::monostate>(answer) || have == bytes.size())
            return answer;
    }
}

void require_same(const Answer& one, const Answer& other) {
    require(one.index() == other.index());
    if (const auto* refusal = std::get_if<ProxyRefusal>(&one))
        require(refusal->why == std::get<ProxyRefusal>(other).why && !refusal->why.empty());
    if (const auto* header = std::get_if<ProxyHeader>(&one))
        require(header->source == std::get<ProxyHeader>(other).source &&
                header->length == std::get<ProxyHeader>(other).length);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ByteView bytes{data, size};
    Answer whole = read(bytes, size);
    if (size <= 2 * longest)
        require_same(whole, read_in_pieces(bytes, [](std::size_t) { return std::size_t{1}; }));
    require_same(whole, read_in_pieces(bytes, [](std::size_t have) { return 1 + have / 3; }));

    // What is longer than any header is decided.
    require(size < longest || !std::holds_alternative<std::monostate>(whole));
    if (const auto* header = std::get_if<ProxyHeader>(&whole)) {
        require(header->length >= 15 && header->length <= size && header->length <= longest);
        // What follows it is not looked at.
        require_same(whole, read(bytes, header->length));
    }
    return 0;
}
