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

Answer read_copy(ByteView bytes, std::size_t have) {
    // So that a read past what has arrived is caught.
    std::unique_ptr<std::uint8_t[]> arrived{new std::uint8_t[have]};
    std::copy_n(bytes.begin(), have, arrived.get());
    return read_proxy_header({arrived.get(), have});
}

/// What it comes to when the bytes arrive one after another.
Answer read_bytewise(ByteView bytes) {
    for (std::size_t have = 0;; ++have) {
        Answer answer = read_proxy_header(bytes.first(have));
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
    Answer whole = read_proxy_header(bytes);
    require_same(whole, read_bytewise(bytes));
    // Once it is decided, it stays decided.
    Answer half = read_copy(bytes, size / 2);
    if (!std::holds_alternative<std::monostate>(half))
        require_same(whole, half);

    // What is longer than any header is decided.
    require(size < longest || !std::holds_alternative<std::monostate>(whole));
    if (const auto* header = std::get_if<ProxyHeader>(&whole)) {
        require(header->length >= 15 && header->length <= size && header->length <= longest);
        // What follows it is not looked at.
        require_same(whole, read_copy(bytes, header->length));
    }
    return 0;
}
