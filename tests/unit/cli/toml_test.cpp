#include "cli/toml.hpp"

#include "base/error.hpp"

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

TEST_CASE("parse_toml: items come in their order, with section and line") {
    CHECK(items_of("z=1\n[b]\nc = 2\n[ d . \"e f\".g ] # x\nh.'i.j'.k = 3\n") ==
          "1 z=<1>\n3 b.c=<2>\n5 d.e f.g.h.i.j.k=<3>\n");
    CHECK(items_of("").empty());
}

TEST_CASE("parse_toml: a '#' in quotation marks is no comment") {
    CHECK(items_of("color = \"#ff8800\"\nurl = 'http://h/#x'  # yes\n") ==
          "1 color=<#ff8800>\n2 url=<http://h/#x>\n");
}

TEST_CASE("parse_toml: commas, equals signs, quotes and escapes stay what they are") {
    CHECK(items_of(
              "a = \"it's, so=far [x]\"\nb = 'say \"y\"'\nc = \"\"\nd = '\\d'\ne = \"\\u00e4\"") ==
          "1 a=<it's, so=far [x]>\n2 b=<say \"y\">\n3 c=<>\n4 d=<\\d>\n5 e=<\xc3\xa4>\n");
}

TEST_CASE("parse_toml: numbers, truth values and arrays become texts") {
    CHECK(items_of("a = 92\nb = 0.25\nc = true\nd = [ 1, 2.5, # one\n \"c\" ,\n]\ne = -5") ==
          "1 a=<92>\n2 b=<0.25>\n3 c=<true>\n4 d=<1><2.5><c>\n7 e=<-5>\n");
}

TEST_CASE("parse_toml: a number keeps all its digits") {
    CHECK(items_of("lat = 37.975334\nlon = -123.7275123\nx = 1e-7\ny = 3.0") ==
          "1 lat=<37.975334>\n2 lon=<-123.7275123>\n3 x=<1e-07>\n4 y=<3>\n");
}

TEST_CASE("parse_toml: what is not TOML is said, with its line") {
    for (std::string_view text : {"x", "x=", "= 3", "a = b c", "[a", "a = 'b", "a = [1, 2",
                                  "a = 5m", "a = \"\\d\"", "a = 1\na = 2", "[a]\nx = 1\n[a]\nx = 3",
                                  "[", "[\n", "[#", "[=]", "[.a]", "[a.]", "[[\n", "a.=1"}) {
        std::string said = refusal(text);
        CHECK_MESSAGE(said.starts_with("f:"), text);
        CHECK_MESSAGE(said.find('\n') == std::string::npos, text);
    }
    CHECK(refusal("a = 1\n\nb = = 2").starts_with("f:3: "));
}

TEST_CASE("parse_toml: dates and tables in arrays are refused") {
    std::string said = "f:1: a value is a text in quotation marks, a number, true or false, or an "
                       "array of these";
    CHECK(refusal("a = 2026-11-21") == said);
    CHECK(refusal("a = [[1]]") == said);
    CHECK(refusal("a = [{b = 1}]") == said);
}

TEST_CASE("parse_toml: a text with a NUL is refused") {
    CHECK(refusal("a = 1\nb = \"/run/log\\u0000x\"") == "f:2: a text holds no NUL");
    CHECK(refusal("a = [\"x\", \"\\U00000000\"]") == "f:1: a text holds no NUL");
}

TEST_CASE("parse_toml: a byte order mark and Windows line ends do no harm") {
    CHECK(items_of("\xEF\xBB\xBF[a]\r\nx = 1 # y\r\n\r\nz = \"q\"\r\n") ==
          "2 a.x=<1>\n4 a.z=<q>\n");
}
