// URLs: what is parsed is shown without its secrets, and goes there and back.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/url.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

void check_redacted(std::string_view text) {
    std::string shown = img::redacted(text);
    std::size_t mark = text.find("://");
    if (mark == std::string_view::npos)
        require(shown == text);
    else if (text.find_first_of(" \t\r\n") == std::string_view::npos) // one URL: no login is left
        require(shown.find('@', mark) == std::string::npos);
    require(img::redacted(shown) == shown);
}

void check_parsed(std::string_view text) {
    img::Url url = img::Url::parse(text);
    img::Url back = img::Url::parse(url.with_credentials());
    require(back.scheme == url.scheme && back.user == url.user && back.password == url.password &&
            back.host == url.host && back.port == url.port && back.path == url.path &&
            back.query == url.query);
    img::Url without = url;
    without.user = without.password = "";
    require(img::redacted(url.with_credentials()) == img::redacted(without.with_credentials()));
    img::parse_query(url.query);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view text = img::text_of({data, size});
    check_redacted(text);
    require(img::percent_decode(img::percent_encode(text)) == text);
    try {
        check_parsed(text);
    } catch (const img::Error&) {
    }
    return 0;
}
