#include "verb/serve/http_body.hpp"

#include <doctest/doctest.h>
#include <limits>
#include <string>

using namespace img;

namespace {

HttpRequest of_length(std::uint64_t length) {
    HttpRequest request;
    request.content_length = length;
    return request;
}

HttpRequest in_chunks() {
    HttpRequest request;
    request.is_chunked = true;
    return request;
}

struct Decoded {
    std::string content;
    std::size_t used = 0;
    int status = 0; ///< of the refusal; 0 when there was none
    bool is_whole = false;
    bool operator==(const Decoded&) const = default;
};

/// Gives `bytes` to `decoder` until it wants no more of them.
void feed(BodyDecoder& decoder, std::string_view bytes, Decoded& decoded) {
    while (!decoder.is_whole() && decoded.status == 0) {
        auto answer = decoder.advance(bytes_of(bytes));
        if (const auto* refusal = std::get_if<HttpRefusal>(&answer)) {
            decoded.status = refusal->status;
            return;
        }
        const auto& step = std::get<BodyDecoder::Step>(answer);
        REQUIRE(step.used <= bytes.size());
        REQUIRE(step.content.size() <= step.used);
        if (step.used == 0)
            return;
        decoded.content += text_of(step.content);
        decoded.used += step.used;
        bytes.remove_prefix(step.used);
    }
}

/// `piece` bytes at a time.
Decoded decode(const HttpRequest& request, std::string_view bytes, std::size_t piece = 1'000'000) {
    BodyDecoder decoder{request};
    Decoded decoded;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
        feed(decoder, bytes.substr(at, piece), decoded);
    decoded.is_whole = decoder.is_whole();
    return decoded;
}

int status_of(std::string_view text) {
    Decoded decoded = decode(in_chunks(), text);
    CHECK(decode(in_chunks(), text, 1).status == decoded.status);
    REQUIRE((decoded.status != 0) != decoded.is_whole);
    return decoded.status;
}

constexpr std::string_view broken = "5\r\nhello\r\n00A;a=b\r\n, whole\r\nw\r\n4 \r\nrld.\r\n";
constexpr std::string_view sound = "5\r\nhello\r\n00b;a=b;c=\"d;e\"\r\n, whole\r\nwo\r\n"
                                   "4\r\nrld.\r\n0;last\r\nX-Sum: 1\t2\r\nY:\r\n\r\n";

} // namespace

TEST_CASE("BodyDecoder: a body of a known length is what it says, and no byte more") {
    Decoded decoded = decode(of_length(5), "hello, world");
    CHECK(decoded.content == "hello");
    CHECK(decoded.used == 5);
    CHECK(decoded.is_whole);
    CHECK_FALSE(decode(of_length(6), "hello").is_whole);
    CHECK(decode(of_length(6), "hello").content == "hello");
    Decoded huge = decode(of_length(std::numeric_limits<std::uint64_t>::max()), "hello");
    CHECK(huge.content == "hello");
    CHECK_FALSE(huge.is_whole);
}

TEST_CASE("BodyDecoder: RFC 9112, 6.3: without a length or chunks there is no body") {
    CHECK(BodyDecoder{HttpRequest{}}.is_whole());
    CHECK_FALSE(BodyDecoder{in_chunks()}.is_whole());
}

TEST_CASE("BodyDecoder: RFC 9112, 7.1: chunks are joined; extensions and trailers are forgotten") {
    Decoded decoded = decode(in_chunks(), std::string{sound} + "GET");
    CHECK(decoded.content == "hello, whole\r\nworld.");
    CHECK(decoded.used == sound.size());
    CHECK(decoded.is_whole);
    CHECK(decode(in_chunks(), "0\r\n\r\n").is_whole);
    CHECK(decode(in_chunks(), "0000000000000000\r\n\r\n").is_whole);
    CHECK(decode(in_chunks(), "1;\xc3\xa4\t=\"\"\r\nx\r\n0\r\n\r\n").content == "x");
}

TEST_CASE("BodyDecoder: a body is the same, wherever it is split") {
    for (std::string_view text : {sound, broken}) {
        Decoded whole = decode(in_chunks(), text);
        for (std::size_t at = 0; at <= text.size(); ++at) {
            BodyDecoder decoder{in_chunks()};
            Decoded decoded;
            feed(decoder, text.substr(0, at), decoded);
            feed(decoder, text.substr(at), decoded);
            decoded.is_whole = decoder.is_whole();
            CHECK(decoded.content == whole.content);
            CHECK(decoded.status == whole.status);
            CHECK(decoded.is_whole == whole.is_whole);
        }
        for (std::size_t piece : {1U, 2U, 3U, 5U})
            CHECK(decode(in_chunks(), text, piece).content == whole.content);
    }
}

TEST_CASE("BodyDecoder: every cut of a body needs more, and is no refusal") {
    for (std::size_t length = 0; length < sound.size(); ++length) {
        Decoded decoded = decode(in_chunks(), sound.substr(0, length));
        CHECK_FALSE(decoded.is_whole);
        CHECK(decoded.status == 0);
        CHECK(decoded.used == length);
    }
}

TEST_CASE("BodyDecoder: RFC 9112, 7.1: a chunk's size is up to 16 hexadecimal digits, no more") {
    for (const char* size :
         {"", " 1", "1 ", "\t1", "0x1", "+1", "-1", "g", "1g", "1.0", "1,", "1 ;a", "0_0"})
        CHECK_MESSAGE(status_of(std::string{size} + "\r\nx\r\n0\r\n\r\n") == 400, size);
    CHECK(decode(in_chunks(), "ffffffffffffffff\r\nx").content == "x");
    CHECK(status_of("00000000000000001\r\nx\r\n0\r\n\r\n") == 400);
    CHECK(status_of("10000000000000001\r\nx\r\n0\r\n\r\n") == 400);
}

TEST_CASE("BodyDecoder: RFC 9112, 2.2 and 7.1: lines end with a carriage return and a line feed") {
    for (const char* text :
         {"1\nx\r\n0\r\n\r\n", "1\r\nx\n0\r\n\r\n", "1\r\nx\r\n0\n\r\n", "1\r\nx\r\n0\r\n\n",
          "1\rx\r\n0\r\n\r\n", "1\r\nx\r0\r\n\r\n", "1\r\nx\r\n0\r\n\rX", "1;a\nx\r\n0\r\n\r\n",
          "1;a\rb\r\nx\r\n0\r\n\r\n", "1\r\nx\r\n0\r\nX: 1\n\r\n", "1\r\nx\r\n0\r\nX: 1\r2\r\n\r\n",
          "1\r\nx\r\n\r\n0\r\n\r\n"})
        CHECK_MESSAGE(status_of(text) == 400, text);
}

TEST_CASE("BodyDecoder: what stands behind a chunk's content is refused") {
    CHECK(status_of("1\r\nxy\r\n0\r\n\r\n") == 400);
    CHECK(status_of("1\r\nx0\r\n\r\n") == 400);
    CHECK(status_of("2\r\nx\r\n0\r\n\r\n") == 400);
}

TEST_CASE("BodyDecoder: RFC 9112, 7.1.2: trailers are read like fields, and come to nothing") {
    for (const char* line : {": 1", " X: 1", "X : 1", "X", "X Y: 1", "X: \x01", "X: \x7f", "X[: 1"})
        CHECK_MESSAGE(status_of("0\r\n" + std::string{line} + "\r\n\r\n") == 400, line);
    CHECK(status_of("0\r\nX: 1\r\n 2\r\n\r\n") == 400);
    for (const char* line : {"Content-Length: 5", "Transfer-Encoding: chunked", "Host: b", "x:\t"})
        CHECK_MESSAGE(status_of("0\r\n" + std::string{line} + "\r\n\r\n") == 0, line);
}

TEST_CASE("BodyDecoder: a line of framing has at most 4 KiB, and all of them 16 KiB") {
    auto extended = [](std::size_t length, std::size_t times) {
        std::string text;
        for (std::size_t i = 0; i < times; ++i)
            text += "1;" + std::string(length - 1, 'a') + "\r\nx\r\n";
        return text + "0\r\n\r\n";
    };
    CHECK(status_of(extended(4096, 4)) == 0);
    CHECK(status_of(extended(4097, 1)) == 431);
    CHECK(status_of(extended(4096, 5)) == 431);
    CHECK(status_of("0\r\n" + std::string(4095, 'X') + ":\r\n\r\n") == 0);
    CHECK(status_of("0\r\nX:" + std::string(4095, '1') + "\r\n\r\n") == 431);
    std::string trailers;
    for (int i = 0; i < 5; ++i)
        trailers += "X:" + std::string(4000, '1') + "\r\n";
    CHECK(status_of("0\r\n" + trailers + "\r\n") == 431);
}

TEST_CASE("ignore_body: forgets 64 KiB, then gives its answer") {
    std::unique_ptr<BodySink> sink = ignore_body(plain_response(405));
    CHECK(sink->most() == 65536);
    sink->take(bytes_of("hello"));
    CHECK(sink->finish().status == 405);
}
