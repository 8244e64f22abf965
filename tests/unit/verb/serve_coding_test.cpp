#include "verb/serve/coding.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

bool tastes(std::optional<std::string_view> accept, int br, int gzip, int identity) {
    CodingTastes are = coding_tastes(accept);
    return are.br == br && are.gzip == gzip && are.identity == identity;
}

} // namespace

TEST_CASE("coding_tastes: what is not asked for is not sent") {
    CHECK(tastes(std::nullopt, 0, 0, 1));
    CHECK(tastes("", 0, 0, 1));
    CHECK(tastes("deflate, zstd", 0, 0, 1));
    CHECK(tastes("gzip, deflate, br, zstd", 1000, 1000, 1));
    CHECK(tastes("GZip", 0, 1000, 1));
    CHECK(tastes("x-gzip", 0, 1000, 1));
}

TEST_CASE("coding_tastes: RFC 9110, 12.4.2: weights have up to three digits, and 0 is never") {
    CHECK(tastes("br;q=1, gzip;q=0.8", 1000, 800, 1));
    CHECK(tastes("br ; q=0.001 , gzip\t;\tQ=0.25", 1, 250, 1));
    CHECK(tastes("br;q=0, gzip;q=0.000", 0, 0, 1));
    CHECK(tastes("br;q=1.000, gzip;q=1.", 1000, 1000, 1));
}

TEST_CASE("coding_tastes: RFC 9110, 12.5.3: an asterisk stands for all that is not named") {
    CHECK(tastes("*", 1000, 1000, 1));
    CHECK(tastes("br;q=0, *;q=0.5", 0, 500, 1));
    CHECK(tastes("*;q=0, gzip", 0, 1000, 0));
    CHECK(tastes("identity;q=0.5, *;q=0", 0, 0, 500));
    CHECK(tastes("identity;q=0", 0, 0, 0));
}

TEST_CASE("coding_tastes: what cannot be read is passed over") {
    CHECK(tastes("br;q=2, gzip", 0, 1000, 1));
    CHECK(tastes("br;q=, gzip;q=x", 0, 0, 1));
    CHECK(tastes("br;q=0.1234, gzip;level=9", 0, 0, 1));
    CHECK(tastes(",,;, gzip,", 0, 1000, 1));
    CHECK(tastes("br;q=-1", 0, 0, 1));
}

TEST_CASE("is_compressible: text is, whatever its name, and pictures are not") {
    for (const char* type :
         {"text/html; charset=utf-8", "text/javascript; charset=utf-8", "application/json",
          "image/svg+xml", "application/manifest+json", "application/vnd.apple.mpegurl",
          "application/wasm", "application/xml", "application/dash+xml"})
        CHECK_MESSAGE(is_compressible(type), type);
    for (const char* type : {"image/jpeg", "video/mp2t", "application/gzip",
                             "application/octet-stream", "font/woff2", ""})
        CHECK_FALSE_MESSAGE(is_compressible(type), type);
}
