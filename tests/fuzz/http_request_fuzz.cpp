// The head of a request, and what its path asks for, over any bytes.

#include "verb/serve/http_request.hpp"
#include "verb/serve/site.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <tuple>

namespace {

using namespace img;
using Answer = std::variant<std::monostate, HttpHead, HttpRefusal>;

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// What the parser says to `text` when its bytes arrive in pieces that `step` tells.
template <class Step>
Answer parse(std::string_view text, std::unique_ptr<std::string>& arrived, Step step) {
    HttpParser parser;
    for (std::size_t have = 0;; have = std::min(text.size(), have + step(have))) {
        // A copy of its own, so that a read past what has arrived is caught.
        arrived = std::make_unique<std::string>(text.substr(0, have));
        Answer answer = parser.advance(*arrived);
        if (!std::holds_alternative<std::monostate>(answer) || have == text.size())
            return answer;
    }
}

auto parts(const HttpRequest& request) {
    return std::tie(request.method, request.target, request.path, request.query, request.host,
                    request.minor, request.content_length, request.is_chunked, request.persistence,
                    request.expectation);
}

void require_same(const Answer& one, const Answer& other) {
    require(one.index() == other.index());
    if (const auto* refusal = std::get_if<HttpRefusal>(&one))
        require(refusal->status == std::get<HttpRefusal>(other).status);
    const auto* head = std::get_if<HttpHead>(&one);
    if (!head)
        return;
    const auto& match = std::get<HttpHead>(other);
    require(head->length == match.length && parts(head->request) == parts(match.request));
    require(std::equal(head->request.fields.begin(), head->request.fields.end(),
                       match.request.fields.begin(), match.request.fields.end(),
                       [](const HttpField& field, const HttpField& its) {
                           return field.name == its.name && field.value == its.value;
                       }));
}

/// What every reader of a request relies on.
void check_request(const HttpHead& head, std::size_t size) {
    const HttpRequest& request = head.request;
    require(head.length <= size && head.length <= HttpLimits{}.head);
    require(!request.method.empty() && request.target.size() <= HttpLimits{}.target);
    require(request.path == "*" || request.path.starts_with('/'));
    require(request.fields.size() <= HttpLimits{}.fields);
    require(request.minor == 0 || !request.host.empty());
    require(!request.is_chunked || (request.minor == 1 && request.content_length == 0));
    require(request.expectation != Expectation::go_ahead || request.minor == 1);
    for (const HttpField& field : request.fields) {
        require(is_token(field.name));
        for (char c : field.value)
            require(c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
        require(!field.value.starts_with(' ') && !field.value.ends_with('\t'));
    }
}

void check_path(std::string_view path) {
    auto decoded = decode_path(path);
    const auto* below = std::get_if<std::string>(&decoded);
    if (!below)
        return;
    require(below->find('\0') == std::string::npos && !below->starts_with('/'));
    // No component is hidden, so none is "." or "..", but for the directory of RFC 8615.
    std::string components = "/" + *below + "/";
    if (components.starts_with("/.well-known/"))
        components.erase(0, components.find('/', 1));
    require(components.find("/.") == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text{reinterpret_cast<const char*>(data), size};
    std::unique_ptr<std::string> one, other; // what the answers are views of
    Answer whole = parse(text, one, [&](std::size_t) { return size; });
    // However the bytes arrive, the answer is the same.
    if (size <= 4096)
        require_same(whole, parse(text, other, [](std::size_t) { return std::size_t{1}; }));
    require_same(whole, parse(text, other, [](std::size_t have) { return 1 + have / 7; }));

    const auto* head = std::get_if<HttpHead>(&whole);
    if (!head) {
        // What is longer than any head is refused.
        require(size < HttpLimits{}.head + 1 || std::holds_alternative<HttpRefusal>(whole));
        return 0;
    }
    check_request(*head, size);
    check_path(head->request.path);
    return 0;
}
