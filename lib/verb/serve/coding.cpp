// Which content codings a client takes: RFC 9110, 12.5.3.

#include "verb/serve/coding.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

/// "0.5" as 500: RFC 9110, 12.4.2. nullopt when it is no weight.
std::optional<int> weight_of(std::string_view text) {
    bool well_formed = !text.empty() && text.size() <= 5 && (text[0] == '0' || text[0] == '1') &&
                       (text.size() == 1 || text[1] == '.');
    if (!well_formed)
        return std::nullopt;
    int thousandths = (text[0] - '0') * 1000, unit = 100;
    for (char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9')
            return std::nullopt;
        thousandths += (c - '0') * unit;
        unit /= 10;
    }
    return thousandths <= 1000 ? std::optional{thousandths} : std::nullopt;
}

} // namespace

CodingTastes coding_tastes(std::optional<std::string_view> accept_encoding) {
    CodingTastes tastes;
    if (!accept_encoding)
        return tastes;
    std::optional<int> br, gzip, identity, any;
    for (std::string_view item : split(*accept_encoding, ',')) {
        std::size_t semicolon = std::min(item.find(';'), item.size());
        std::string name = lower(trim(item.substr(0, semicolon)));
        int weight = 1000;
        if (semicolon < item.size()) {
            std::string_view parameter = trim(item.substr(semicolon + 1));
            std::optional<int> said;
            if (parameter.starts_with("q=") || parameter.starts_with("Q="))
                said = weight_of(parameter.substr(2));
            if (!said)
                continue;
            weight = *said;
        }
        if (name == "br")
            br = weight;
        else if (name == "gzip" || name == "x-gzip")
            gzip = weight;
        else if (name == "identity")
            identity = weight;
        else if (name == "*")
            any = weight;
    }
    tastes.br = br.value_or(any.value_or(0));
    tastes.gzip = gzip.value_or(any.value_or(0));
    tastes.identity = identity.value_or(any == 0 ? 0 : tastes.identity);
    return tastes;
}

bool is_compressible(std::string_view type) {
    constexpr std::array<std::string_view, 5> known{
        "application/json", "application/jsonl", "application/vnd.apple.mpegurl",
        "application/wasm", "application/xml",
    };
    return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+json") ||
           std::find(known.begin(), known.end(), type) != known.end();
}

} // namespace img
