#include "verb/stamp/fields.hpp"
#include "verb/stamp/text_template.hpp"
#include "verb/stamp/utf8.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

std::vector<std::string> lines_of(const std::string& text, const Metadata& metadata = {}) {
    Fields fields{{}, std::nullopt};
    fields.turn_to(metadata, Instant{}, Zone{});
    return TextTemplate{text}.lines([&](std::string_view name) { return fields.text(name); },
                                    *parse_iso_time("2026-11-21T13:43:38.123Z"),
                                    Zone{"Asia/Kathmandu"});
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("TextTemplate: fields of the time are in the zone that is shown") {
    CHECK(lines_of("%Y-%m-%d %H:%M:%S.%L %z") == Lines{"2026-11-21 19:28:38.123 +0545"});
    CHECK(lines_of("100 %%") == Lines{"100 %"});
    CHECK(lines_of("") == Lines{""});
}

TEST_CASE("TextTemplate: facts of the frame; one that it lacks is an en dash") {
    Metadata metadata;
    metadata.camera = "north";
    metadata.notes = R"({"road":{"condition":"snow"}})";
    CHECK(lines_of("{camera}: {road.condition}, {altitude}", metadata) == Lines{"north: snow, –"});
    CHECK(lines_of("{{{camera}}}", metadata) == Lines{"{north}"});
}

TEST_CASE("TextTemplate: a backslash and n begins a line, two backslashes are one") {
    CHECK(lines_of(R"(a\nb\\n)") == Lines{"a", R"(b\n)"});
    CHECK(lines_of("a\nb") == Lines{"a", "b"});
    CHECK(lines_of(R"(\n)") == Lines{"", ""});
    CHECK(lines_of(R"(C:\x\)") == Lines{R"(C:\x\)"});
}

TEST_CASE("TextTemplate: what a fact holds is no template, and stays on its line") {
    Metadata metadata;
    metadata.camera = "%Y {time} \\n\n\x1b[0m{";
    CHECK(lines_of("{camera}|", metadata) == Lines{"%Y {time} \\n  [0m{|"});
}

TEST_CASE("TextTemplate: an open brace is a mistake of the user's, told at once") {
    for (const char* text : {"{camera", "ok\\n{", "}{"}) {
        try {
            TextTemplate{text};
            FAIL("accepted: ", text);
        } catch (const Error& error) {
            CHECK(error.status() == Exit::usage);
        }
    }
}

TEST_CASE("utf8: characters of one to four bytes come back") {
    std::string text = "aж北\U0001F697";
    CHECK(decode_utf8(text) == U"aж北\U0001F697");
    CHECK(encode_utf8(decode_utf8(text)) == text);
    for (char32_t edge : {U'\x7F', U'\x80', U'\x7FF', U'\x800', U'\xD7FF', U'\xE000', U'\xFFFF',
                          U'\x10000', U'\x10FFFF'})
        CHECK(decode_utf8(encode_utf8(std::u32string(1, edge))) == std::u32string(1, edge));
}

TEST_CASE("utf8: what is not UTF-8 is one replacement character for each broken part") {
    // Unicode 15, table 3-8.
    CHECK(decode_utf8("\xC0\xAF") == U"\xFFFD\xFFFD");                     // overlong
    CHECK(decode_utf8("\xED\xA0\x80") == U"\xFFFD\xFFFD\xFFFD");           // a surrogate
    CHECK(decode_utf8("\xF4\x91\x92\x93") == U"\xFFFD\xFFFD\xFFFD\xFFFD"); // beyond Unicode
    CHECK(decode_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                      "A") == U"\xFFFD\xFFFD\xFFFD\xFFFD"
                              U"A");
    CHECK(decode_utf8("a\x80z\xF0\x9F") == U"a\xFFFDz\xFFFD");
}

TEST_CASE("utf8: any two bytes decode to something that encodes and decodes to itself") {
    for (int first = 0; first < 256; ++first)
        for (int second = 0; second < 256; ++second) {
            std::string text{static_cast<char>(first), static_cast<char>(second)};
            std::u32string once = decode_utf8(text);
            REQUIRE(decode_utf8(encode_utf8(once)) == once);
            REQUIRE((once.size() == 1 || once.size() == 2));
        }
}
