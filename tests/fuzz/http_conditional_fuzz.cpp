// What conditions and ranges ask for, over fields of any bytes and of words that mean something.

#include "base/bytes.hpp"
#include "verb/serve/conditional.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace {

using namespace img;
using namespace std::chrono_literals;

constexpr Instant modified{1'795'262'400'000ms}; // Sat, 21 Nov 2026 12:00:00 GMT
constexpr std::array<std::string_view, 6> names{
    "If-Match", "if-none-match", "IF-MODIFIED-SINCE", "If-Unmodified-Since", "Range", "if-range",
};
constexpr std::array<std::string_view, 24> words{
    "\"a\"",
    "W/\"a\"",
    "\"b\"",
    "*",
    ", ",
    ",",
    " ",
    "bytes=",
    "Bytes=",
    "0-0",
    "0-",
    "-1",
    "-5",
    "2-4",
    "5-9",
    "9-",
    "10-",
    "18446744073709551615",
    "-",
    "items=",
    "Sat, 21 Nov 2026 12:00:00 GMT",
    "Saturday, 21-Nov-26 12:00:00 GMT",
    "Sat Nov 21 12:00:00 2026",
    "Sun, 22 Nov 2026 12:00:00 GMT",
};

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// Fields out of bytes: which field, then words of ours, then bytes as they are up to a line feed.
struct Fields {
    std::vector<std::pair<std::string_view, std::string>> lines;

    explicit Fields(ByteView bytes) {
        for (std::uint8_t byte : bytes) {
            if (byte == '\n' || lines.empty())
                lines.emplace_back(names[lines.size() % names.size()], "");
            else if (byte >= 0x80 && byte < 0x80 + names.size())
                lines.back().first = names[byte - 0x80];
            else if (byte >= 0xc0 && byte < 0xc0 + words.size())
                lines.back().second += words[byte - 0xc0];
            else
                lines.back().second += static_cast<char>(byte);
        }
    }

    HttpRequest request(std::string_view method) const {
        HttpRequest request;
        request.method = method;
        for (const auto& [name, value] : lines)
            request.fields.push_back({name, value});
        return request;
    }
};

HttpRequest without(HttpRequest request, std::string_view name) {
    std::erase_if(request.fields, [&](const auto& field) { return same_name(field.name, name); });
    return request;
}

bool has(const HttpRequest& request, std::string_view name) {
    return request.field(name).has_value();
}

/// RFC 9110, 13.2.2: which condition may have which answer.
void check_verdict(const HttpRequest& request, const Validators& validators) {
    Verdict verdict = judge(request, validators);
    bool reads = request.method == "GET" || request.method == "HEAD";
    if (verdict == Verdict::precondition_failed)
        require(has(request, "if-match") || has(request, "if-unmodified-since"));
    if (verdict == Verdict::not_modified)
        require(reads && (has(request, "if-none-match") || has(request, "if-modified-since")));
    // A tag is asked instead of the date.
    if (has(request, "if-match"))
        require(verdict == judge(without(request, "if-unmodified-since"), validators));
    if (has(request, "if-none-match"))
        require(verdict == judge(without(request, "if-modified-since"), validators));
    if (!validators.modified)
        require(verdict ==
                judge(without(without(request, "if-unmodified-since"), "if-modified-since"),
                      validators));
    // Ranges do not matter to conditions.
    require(verdict == judge(without(without(request, "range"), "if-range"), validators));
    require(request.fields.size() > 0 || verdict == Verdict::send);
}

void check_ranges(const HttpRequest& request, const Validators& validators, std::uint64_t size) {
    auto answer = requested_range(request, validators, size);
    if (!std::holds_alternative<WholeBody>(answer))
        require(request.method == "GET" && has(request, "range") && size > 0);
    // If-Range can only take ranges away.
    auto plain = requested_range(without(request, "if-range"), validators, size);
    require(std::holds_alternative<WholeBody>(answer) || answer.index() == plain.index());
    const auto* ranges = std::get_if<std::vector<ByteRange>>(&answer);
    if (!ranges)
        return;
    require(*ranges == std::get<std::vector<ByteRange>>(plain));
    require(!ranges->empty() && ranges->size() <= 16);
    std::uint64_t total = 0;
    for (const ByteRange& one : *ranges) {
        require(one.length > 0 && one.first < size && one.length <= size - one.first);
        require(one.length <= size - total);
        total += one.length;
        for (const ByteRange& other : *ranges)
            require(&one == &other || one.first + (one.length - 1) < other.first ||
                    other.first + (other.length - 1) < one.first);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    // The first byte is the situation, the others are the fields.
    constexpr std::array<std::string_view, 4> methods{"GET", "GET", "HEAD", "PUT"};
    constexpr std::array<std::uint64_t, 4> lengths{10, 1000, 0, ~std::uint64_t{0}};
    Fields fields{ByteView{data, size}.subspan(1)};
    HttpRequest request = fields.request(methods[data[0] & 3U]);
    Validators validators{"\"a\"", modified + 700ms};
    if ((data[0] & 4U) != 0)
        validators.modified.reset();
    check_verdict(request, validators);
    check_ranges(request, validators, lengths[(data[0] >> 3U) & 3U]);
    return 0;
}
