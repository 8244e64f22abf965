#include "foreign/openssl_digest.hpp"

#include <doctest/doctest.h>

using namespace img;

TEST_CASE("Sha256Sum: pieces have the sum of the whole, and the next sum begins empty") {
    Sha256Sum sum;
    sum.add(bytes_of("a"));
    sum.add(bytes_of("bc"));
    CHECK(sum.take() == sha256_of(bytes_of("abc")));
    CHECK(hex_of(sum.take()) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("hmac_sha256: the second case of RFC 4231") {
    CHECK(hex_of(hmac_sha256(bytes_of("Jefe"), bytes_of("what do ya want for nothing?"))) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("base64_of: the cases of RFC 4648, section 10") {
    CHECK(base64_of(bytes_of("")) == "");
    CHECK(base64_of(bytes_of("f")) == "Zg==");
    CHECK(base64_of(bytes_of("foobar")) == "Zm9vYmFy");
}
