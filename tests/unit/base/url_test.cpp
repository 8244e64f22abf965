#include "base/url.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

/// What Url::parse says against `text`; empty when it takes it.
std::string refusal(std::string_view text) {
    try {
        Url::parse(text);
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("Url: is taken apart") {
    Url url = Url::parse("RTSP://admin:s%40cret@Camera.example:8554/Stream/0?a=1&b=2#top");
    CHECK(url.scheme == "rtsp");
    CHECK(url.user == "admin");
    CHECK(url.password == "s@cret");
    CHECK(url.host == "Camera.example");
    CHECK(url.port == "8554");
    CHECK(url.path == "/Stream/0");
    CHECK(url.query == "a=1&b=2");
}

TEST_CASE("Url: parts that are absent are empty") {
    Url url = Url::parse("http://camera");
    CHECK(url.user + url.password + url.port + url.path + url.query == "");
    CHECK(url.with_credentials() == "http://camera");
    CHECK(Url::parse("http://camera?a=1").query == "a=1");
    CHECK(Url::parse("http://camera?a=1").path == "");
    CHECK(Url::parse("file:///tmp/x").path == "/tmp/x");
    CHECK(Url::parse("rtsp://admin@camera/").user == "admin");
    CHECK(Url::parse("rtsp://:secret@camera/").password == "secret");
}

TEST_CASE("Url: an IPv6 address keeps its brackets") {
    Url url = Url::parse("rtsp://u:p@[fe80::1%25eth0]:554/live");
    CHECK(url.host == "[fe80::1%25eth0]");
    CHECK(url.port == "554");
    CHECK(Url::parse("http://[::1]/").host == "[::1]");
    CHECK(Url::parse("http://[::1]/").port == "");
    CHECK_FALSE(refusal("http://[::1").empty());
    CHECK_FALSE(refusal("http://::1/").empty());
}

TEST_CASE("Url: a password of any bytes survives the way there and back") {
    for (std::string_view password :
         {"p@ss:w/rd#1%&?", "", "%", "%41", "\xc3\xa4 \n\x7f", "[]", "a=b&c=d", "://"}) {
        Url url = Url::parse("rtsp://camera/live?x=1");
        url.user = "us:er@home";
        url.password = password;
        Url back = Url::parse(url.with_credentials());
        CHECK(back.user == url.user);
        CHECK(back.password == url.password);
        CHECK(back.host == "camera");
        CHECK(back.path == "/live");
        CHECK(back.shown() == "rtsp://camera/live?x=1");
        CHECK(redacted(url.with_credentials()) == "rtsp://camera/live?x=1");
    }
}

TEST_CASE("Url: a port is a number from 1 to 65535") {
    CHECK(Url::parse("http://camera:1/").port == "1");
    CHECK(Url::parse("http://camera:65535/").port == "65535");
    for (std::string_view port : {"0", "65536", "http", "", "-1", "+1", "80x", "1e3"})
        CHECK_MESSAGE(has(refusal("http://camera:" + std::string{port} + "/"), "port"), port);
}

TEST_CASE("Url: what is none is refused") {
    CHECK(refusal("camera/stream") == "'camera/stream' is not a URL");
    CHECK(refusal("") == "'' is not a URL");
    CHECK(refusal("://camera") == "'://camera' is not a URL");
    CHECK(refusal("ht tp://camera") == "'ht tp://camera' is not a URL");
    CHECK(refusal("http://") == "URL of scheme http: there is no host");
    CHECK(refusal("http:///x") == "URL of scheme http: there is no host");
}

TEST_CASE("Url: blanks and control characters are refused, but for blanks in a file's name") {
    for (std::string_view text : {"http://cam era/", "http://camera/a b", "http://camera/?a=b c",
                                  "http://camera/\r\nHost: x", "rtsp://u:SE CRET@camera/",
                                  "file:///a\nb", "http://camera/\x7f", "http://camera/#\t"})
        CHECK_MESSAGE(refusal(text).ends_with(
                          ": a blank or control character must be written as %20 or the like"),
                      text);
    CHECK(Url::parse("file:///a b.jpg").path == "/a b.jpg");
}

TEST_CASE("Url: an error never shows the password") {
    for (std::string_view text :
         {"rtsp://admin:SECRET@camera:0/", "rtsp://admin:SECRET%@camera/",
          "rtsp://admin:SECRET%zz@camera/", "rtsp://admin:SECRET/x@camera/live",
          "rtsp://admin:SECRET?x@camera/live", "rtsp://admin:SECRET#x@camera/live",
          "rtsp://admin:12#SECRET@camera/live", "rtsp://admin:SECRET/x@camera",
          "rtsp://admin:SECRET@", "rtsp://admin:SECRET@/live", "rt_sp://admin:SECRET@camera",
          "admin:SECRET@camera/live", "://admin:SECRET@camera", "rtsp:/admin:SECRET@camera",
          "rtsp//admin:SECRET/x@camera"}) {
        std::string why = refusal(text);
        CHECK_MESSAGE(!why.empty(), text);
        CHECK_MESSAGE(!has(why, "SECRET"), why);
    }
}

TEST_CASE("Url: shown without credentials, fragment and secret values of the query") {
    CHECK(Url::parse("http://u:p@camera:81/snap.cgi?user=u&pwd=p&size=2#x").shown() ==
          "http://camera:81/snap.cgi?user=***&pwd=***&size=2");
    for (std::string_view key : {"password", "Password", "passwd", "pass", "pwd", "pw", "token",
                                 "access_token", "secret", "key", "apikey", "api_key", "user",
                                 "username", "loginuse", "loginpas", "usr", "user_password"})
        CHECK_MESSAGE(
            Url::parse("http://camera/?a=1&" + std::string{key} + "=SECRET&b=2").shown() ==
                "http://camera/?a=1&" + std::string{key} + "=***&b=2",
            key);
}

TEST_CASE("redacted: a text without URLs stays as it is") {
    for (std::string_view text : {"", "frame 17: not a JPEG", "a@b", "10:30", "C://", "://"})
        CHECK(redacted(text) == text);
}

TEST_CASE("redacted: every URL of a line loses its user information") {
    CHECK(redacted("rtsp://a:SECRET@one/x and 'http://b:SECRET@two/y' failed, not me@home") ==
          "rtsp://one/x and 'http://two/y' failed, not me@home");
    CHECK(redacted("x\nhttp://b:SECRET@two?token=SECRET\ny") == "x\nhttp://two?token=***\ny");
}

TEST_CASE("redacted: a raw password may hold the characters that end other parts") {
    for (std::string_view password :
         {"SE@CRET", "SEC/RET@", "SEC?RET", "SEC#RET", "SEC:RET", "SEC'RET", "'SECRET\"",
          "://SECRET", "x://y@SECRET", "SECRET?a=b&c"})
        CHECK_MESSAGE(redacted("rtsp://admin:" + std::string{password} + "@camera/live") ==
                          "rtsp://camera/live",
                      password);
}

TEST_CASE("redacted: secret values of a query are hidden") {
    CHECK(redacted("http://camera/snap?usr=admin&pwd=SECRET&n=1: 404") ==
          "http://camera/snap?usr=***&pwd=***&n=1: 404");
    CHECK(redacted("http://camera/snap?n=1&pwd=x@SECRET&token=SECRET&n=2 x") ==
          "http://***&token=***&n=2 x");
    CHECK(redacted("'http://camera/snap?n=1&pwd=SECRET': 404") ==
          "'http://camera/snap?n=1&pwd=***': 404");
}

TEST_CASE("looks_like_url: a scheme and :// make a URL, whatever follows") {
    CHECK(looks_like_url("rtsp://"));
    CHECK(looks_like_url("test+x.1-y://x"));
    CHECK_FALSE(looks_like_url("test:road"));
    CHECK_FALSE(looks_like_url("/dir/a://b"));
    CHECK_FALSE(looks_like_url("://x"));
    CHECK_FALSE(looks_like_url(""));
}

TEST_CASE("percent_encode: only unreserved characters stay") {
    CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
    CHECK(percent_encode("p@ss:w/rd#1%&?") == "p%40ss%3Aw%2Frd%231%25%26%3F");
    CHECK(percent_encode("\xc3\xa4 +") == "%C3%A4%20%2B");
}

TEST_CASE("percent_decode: undoes percent_encode for every byte") {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    CHECK(percent_decode(percent_encode(all)) == all);
    CHECK(percent_decode("%c3%A4+") == "\xc3\xa4+");
}

TEST_CASE("percent_decode: a broken escape is none") {
    for (std::string_view text : {"%", "%4", "%g0", "%0g", "a%", "100%x", "%%41", "% 1", "%+1"})
        CHECK_MESSAGE(!percent_decode(text), text);
}

TEST_CASE("parse_query: keys and values are decoded, later ones win") {
    auto values = parse_query("size=320x240&na%6De=a%26b&flag&size=1x1&e=a=b&=v");
    CHECK(values.size() == 5);
    CHECK(values["size"] == "1x1");
    CHECK(values["name"] == "a&b");
    CHECK(values["flag"] == "");
    CHECK(values["e"] == "a=b");
    CHECK(values[""] == "v");
    CHECK(parse_query("").empty());
}

TEST_CASE("parse_query: a broken escape is a usage error that keeps secrets") {
    CHECK_THROWS_WITH(parse_query("a=1&size=%zz"), "'size=%zz': broken percent escape");
    CHECK_THROWS_WITH(parse_query("password=SECRET%"), "'password=***': broken percent escape");
}
