// Paths of requests: what is decoded names something below the root, and nothing hidden.

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "verb/serve/site.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check_decoded(std::string_view decoded) {
    require(decoded.size() <= 4096 && !decoded.starts_with('/'));
    std::vector<std::string_view> parts = img::split(decoded, '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        require(!parts[i].empty() || i + 1 == parts.size());
        require(!parts[i].starts_with('.') || (i == 0 && parts[i] == ".well-known"));
        for (char c : parts[i])
            require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
}

/// The same path, encoded anew, is the same.
void check_return(std::string_view decoded) {
    std::string again;
    for (std::string_view part : img::split(decoded, '/'))
        again += "/" + img::percent_encode(part);
    require(std::get<std::string>(img::decode_path(again)) == decoded);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::variant<std::string, int> result = img::decode_path(img::text_of({data, size}));
    if (const int* status = std::get_if<int>(&result)) {
        require(*status == 400 || *status == 404);
        return 0;
    }
    check_decoded(std::get<std::string>(result));
    check_return(std::get<std::string>(result));
    return 0;
}
