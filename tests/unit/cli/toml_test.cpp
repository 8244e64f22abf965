#include "cli/toml.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

/// Each item as "LINE section.key=<value><value>", one a line.
std::string items_of(std::string_view text) {
    std::string lines;
    for (const TomlItem& item : parse_toml(text, "f")) {
        lines += item.place.substr(2) + " ";
        for (const std::string& name : item.section)
            lines += name + ".";
        lines += item.key + "=";
        for (const std::string& value : item.values)
            lines += "<" + value + ">";
        lines += "\n";
    }
    return lines;
}

std::string refusal(std::string_view text) {
    try {
        parse_toml(text, "f");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::usage);
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("parse_toml: sections, dotted keys and quoted names") {
    CHECK(items_of("a=1\n[b]\nc = 2\n[ d . \"e f\".g ] # x\nh.'i.j'.k = 3\n") ==
          "1 a=<1>\n3 b.c=<2>\n5 d.e f.g.h.i.j.k=<3>\n");
    CHECK(items_of("[βορράς]\nx = 1") == "2 βορράς.x=<1>\n");
}

TEST_CASE("parse_toml: a '#' in quotation marks is no comment") {
    CHECK(items_of("color = \"#ff8800\"\nurl = 'http://h/#x'  # yes\n") ==
          "1 color=<#ff8800>\n2 url=<http://h/#x>\n");
}

TEST_CASE("parse_toml: commas, equals signs and other quotes stay in a text") {
    CHECK(items_of("a = \"it's, so=far [x]\"\nb = 'say \"y\"'\nc = \"\"\nd = '\\d'\n") ==
          "1 a=<it's, so=far [x]>\n2 b=<say \"y\">\n3 c=<>\n4 d=<\\d>\n");
}

TEST_CASE("parse_toml: escapes in double quotation marks") {
    CHECK(items_of(R"(a = "\t\"\\\n|\u00e4\u20AC\U0001F4F7")") ==
          "1 a=<\t\"\\\n|\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xb7>\n");
    for (std::string_view text : {R"(a = "\d")", R"(a = "\u12")", R"(a = "\ud800")", R"(a = "\)",
                                  R"(a = "\U00110000")", R"(a = "\u-123")", R"(a = "\u0000")"})
        CHECK_MESSAGE(refusal(text).starts_with("f:1: "), text);
}

TEST_CASE("parse_toml: an array may stand on several lines") {
    CHECK(items_of("a = [ 1, 'b', # one\n\n \"c\" ,\n]\nd = []\ne = 5") ==
          "1 a=<1><b><c>\n5 d=\n6 e=<5>\n");
    CHECK(refusal("a = [1, 2\nb = 3") == "f:2: the array's ']' or a ',' is missing");
    CHECK(refusal("a = [1 2]") == "f:1: the array's ']' or a ',' is missing");
    CHECK(refusal("a = [[1]]") == "f:1: there is no value; text stands in quotation marks");
    CHECK(refusal("a = [") == "f:1: there is no value; text stands in quotation marks");
}

TEST_CASE("parse_toml: what needs no quotation marks may lack them") {
    CHECK(items_of("a = 5m\nb=true\nc = -1.5\nd = 320x240\ne = rtsp://h/x?a=b\n") ==
          "1 a=<5m>\n2 b=<true>\n3 c=<-1.5>\n4 d=<320x240>\n5 e=<rtsp://h/x?a=b>\n");
    CHECK(refusal("e = http://h/#x") ==
          "f:1: a '#' right behind a value; text stands in quotation marks");
    CHECK(refusal("a = b c") == "f:1: more than one value; text stands in quotation marks");
    CHECK(refusal("a = b, c") == "f:1: more than one value; text stands in quotation marks");
}

TEST_CASE("parse_toml: what is broken is said, with its line") {
    CHECK(refusal("\n\nx") == "f:3: 'x' lacks its '= VALUE'");
    CHECK(refusal("x=") == "f:1: there is no value; text stands in quotation marks");
    CHECK(refusal("x = # y") == "f:1: there is no value; text stands in quotation marks");
    CHECK(refusal("= 3") == "f:1: a line is [SECTION] or KEY = VALUE");
    CHECK(refusal("[a\nb = 1") == "f:1: the section's ']' is missing");
    CHECK(refusal("[]") == "f:1: a section is [NAME] or [NAME.NAME]");
    CHECK(refusal("[a.]") == "f:1: a section is [NAME] or [NAME.NAME]");
    CHECK(refusal("[[a]]") == "f:1: [[sections]] are not known");
    CHECK(refusal("[a] b = 1") == "f:1: more than one value; text stands in quotation marks");
    CHECK(refusal("a = 'b\n'") == "f:1: a quotation mark is not closed");
    CHECK(refusal("a = \"b") == "f:1: a quotation mark is not closed");
    CHECK(refusal("a = \"b\\\n\"") ==
          "f:1: a '\\' in quotation marks is written \\\\, or the text in '...'");
    CHECK(refusal("a = \"\"\"b\"\"\"") ==
          "f:1: more than one value; text stands in quotation marks");
    CHECK(refusal("a = {b = 1}") == "f:1: there is no value; text stands in quotation marks");
    CHECK(refusal(std::string_view{"a = \0", 5}) == "f:1: a control character");
    CHECK(refusal("# ok\n\x1b[1m") == "f:2: a control character");
}

TEST_CASE("parse_toml: a key that stands twice is refused, with both places") {
    CHECK(refusal("[a]\nx = 1\n[b]\nx = 2\n[a]\nx = 3") == "f:6: 'x' stands at f:2 already");
    CHECK(refusal("a.x = 1\n[a]\nx = 1") == "f:3: 'x' stands at f:1 already");
}

TEST_CASE("parse_toml: a byte order mark and Windows line ends do no harm") {
    CHECK(items_of("\xEF\xBB\xBF[a]\r\nx = 1 # y\r\n\r\nz = \"q\"\r\n") ==
          "2 a.x=<1>\n4 a.z=<q>\n");
    CHECK(items_of("\xEF\xBB\xBF").empty());
}
