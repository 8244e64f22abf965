#include "verb/serve/conditional.hpp"

#include <doctest/doctest.h>
#include <limits>

using namespace img;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
constexpr const char* before = "Sat, 21 Nov 2026 11:59:59 GMT";
constexpr const char* same = "Sat, 21 Nov 2026 12:00:00 GMT";
constexpr const char* after = "Sat, 21 Nov 2026 12:00:01 GMT";

/// Of a file that was changed 700 ms after `same`.
Validators validators() {
    return {"\"a\"", *parse_http_time(same) + 700ms};
}

HttpRequest request_with(std::vector<HttpField> fields, const char* method = "GET") {
    HttpRequest request;
    request.method = method;
    request.fields = std::move(fields);
    return request;
}

Verdict judged(std::vector<HttpField> fields, const char* method = "GET") {
    return judge(request_with(std::move(fields), method), validators());
}

/// "first+length" of each range, "whole" or "unsatisfiable".
std::string ranged(std::vector<HttpField> fields, std::uint64_t size = 10,
                   const char* method = "GET") {
    auto range = requested_range(request_with(std::move(fields), method), validators(), size);
    if (const auto* parts = std::get_if<std::vector<ByteRange>>(&range)) {
        std::string text;
        for (const ByteRange& part : *parts)
            text += (text.empty() ? "" : " ") + std::to_string(part.first) + "+" +
                    std::to_string(part.length);
        return text;
    }
    return std::holds_alternative<WholeBody>(range) ? "whole" : "unsatisfiable";
}

} // namespace

TEST_CASE("judge: RFC 9110, 13.1.1: If-Match compares strongly") {
    CHECK(judged({{"if-match", "\"a\""}}) == Verdict::send);
    CHECK(judged({{"if-match", "*"}}) == Verdict::send);
    CHECK(judged({{"if-match", "\"b\", \"a\""}}) == Verdict::send);
    CHECK(judged({{"if-match", "\"b\""}}) == Verdict::precondition_failed);
    CHECK(judged({{"if-match", "W/\"a\""}}) == Verdict::precondition_failed);
    CHECK(judged({{"if-match", ""}}) == Verdict::precondition_failed);
}

TEST_CASE("judge: RFC 9110, 13.1.2: If-None-Match compares weakly") {
    CHECK(judged({{"if-none-match", "\"a\""}}) == Verdict::not_modified);
    CHECK(judged({{"if-none-match", "W/\"a\""}}) == Verdict::not_modified);
    CHECK(judged({{"if-none-match", " * "}}) == Verdict::not_modified);
    CHECK(judged({{"if-none-match", "\"b\",,W/\"a\""}}) == Verdict::not_modified);
    CHECK(judged({{"if-none-match", "\"b\""}, {"if-none-match", "\"a\""}}) ==
          Verdict::not_modified);
    CHECK(judged({{"if-none-match", "\"b\""}}) == Verdict::send);
    CHECK(judged({{"if-none-match", "\"b, \"a\""}}) == Verdict::send);
}

TEST_CASE("judge: RFC 9110, 8.8.3: what is no entity tag matches nothing") {
    for (const char* list : {"a", "\"a", "w/\"a\"", "W/", "\"", "W/\"", "**", "\"\""})
        CHECK_MESSAGE(judged({{"if-none-match", list}}) == Verdict::send, list);
}

TEST_CASE("judge: RFC 9110, 13.1.3: If-Modified-Since compares whole seconds") {
    CHECK(judged({{"if-modified-since", same}}) == Verdict::not_modified);
    CHECK(judged({{"if-modified-since", after}}) == Verdict::not_modified);
    CHECK(judged({{"if-modified-since", before}}) == Verdict::send);
    CHECK(judged({{"if-modified-since", "yesterday"}}) == Verdict::send);
    CHECK(judged({{"if-modified-since", ""}}) == Verdict::send);
}

TEST_CASE("judge: RFC 9110, 5.6.7: a date is understood in each of its three spellings") {
    for (const char* date : {"Saturday, 21-Nov-26 12:00:00 GMT", "Sat Nov 21 12:00:00 2026"})
        CHECK_MESSAGE(judged({{"if-modified-since", date}}) == Verdict::not_modified, date);
    for (const char* date : {"Saturday, 21-Nov-26 11:59:59 GMT", "Sat Nov 21 11:59:59 2026"}) {
        CHECK_MESSAGE(judged({{"if-modified-since", date}}) == Verdict::send, date);
        CHECK_MESSAGE(judged({{"if-unmodified-since", date}}) == Verdict::precondition_failed,
                      date);
    }
}

TEST_CASE("judge: RFC 9110, 13.1.3: a date that is sent twice is passed over") {
    CHECK(judged({{"if-modified-since", same}, {"if-modified-since", same}}) == Verdict::send);
}

TEST_CASE("judge: RFC 9110, 13.1.4: If-Unmodified-Since fails for what has changed since") {
    CHECK(judged({{"if-unmodified-since", same}}) == Verdict::send);
    CHECK(judged({{"if-unmodified-since", before}}) == Verdict::precondition_failed);
    CHECK(judged({{"if-unmodified-since", "yesterday"}}) == Verdict::send);
}

TEST_CASE("judge: RFC 9110, 13.2.2: a tag is asked before a date, and If-Match before "
          "If-None-Match") {
    CHECK(judged({{"if-none-match", "\"b\""}, {"if-modified-since", same}}) == Verdict::send);
    CHECK(judged({{"if-match", "\"a\""}, {"if-unmodified-since", before}}) == Verdict::send);
    CHECK(judged({{"if-match", "\"b\""}, {"if-none-match", "\"a\""}}) ==
          Verdict::precondition_failed);
    CHECK(judged({{"if-match", "\"a\""}, {"if-none-match", "\"a\""}}) == Verdict::not_modified);
}

TEST_CASE("judge: RFC 9110, 13.1.2: 304 is for GET and HEAD") {
    CHECK(judged({{"if-none-match", "\"a\""}}, "HEAD") == Verdict::not_modified);
    CHECK(judged({{"if-none-match", "\"a\""}}, "OPTIONS") == Verdict::send);
    CHECK(judged({{"if-modified-since", same}}, "OPTIONS") == Verdict::send);
}

TEST_CASE("judge: dates are passed over where none is known") {
    HttpRequest request = request_with({{"if-modified-since", after}});
    CHECK(judge(request, {"\"a\"", std::nullopt}) == Verdict::send);
    request = request_with({{"if-unmodified-since", before}});
    CHECK(judge(request, {"\"a\"", std::nullopt}) == Verdict::send);
}

TEST_CASE("requested_range: RFC 9110, 14.1.2: positions are inclusive, a suffix counts from the "
          "end") {
    struct Row {
        const char* range;
        const char* expected;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"bytes=0-0", "0+1"},
             {"bytes=2-4", "2+3"},
             {"bytes=7-", "7+3"},
             {"bytes=0-", "0+10"},
             {"bytes=9-9", "9+1"},
             {"bytes=5-99", "5+5"},
             {"bytes=0-18446744073709551615", "0+10"},
             {"bytes=0-99999999999999999999999", "0+10"},
             {"bytes=-3", "7+3"},
             {"bytes=-10", "0+10"},
             {"bytes=-99", "0+10"},
             {"bytes=-99999999999999999999999", "0+10"},
             {"Bytes=2-4", "2+3"},
             {"bytes= 2-4", "2+3"},
         })
        CHECK_MESSAGE(ranged({{"range", row.range}}) == row.expected, row.range);
}

TEST_CASE("requested_range: RFC 9110, 14.1.1: what begins behind the end is unsatisfiable") {
    for (const char* range : {"bytes=10-", "bytes=10-12", "bytes=18446744073709551615-",
                              "bytes=99999999999999999999999-", "bytes=-0", "bytes=10-,-0,11-12"})
        CHECK_MESSAGE(ranged({{"range", range}}) == "unsatisfiable", range);
}

TEST_CASE("requested_range: RFC 9110, 14.2: what is no range of bytes is rejected") {
    for (const char* range :
         {"bytes=", "bytes=,", "bytes=-", "bytes=a-b", "bytes=alpha", "bytes=5", "bytes=1-alpha",
          "bytes=4-2", "bytes=1-2-3", "bytes=--1", "bytes=+1-2", "bytes=1 -2", "bytes=1- 2",
          "bytes=0x1-2", "bytes=1-2 4-", "bytes=0-1,x", "bytes=0-1;4-5", "bytes==0-1"})
        CHECK_MESSAGE(ranged({{"range", range}}) == "unsatisfiable", range);
    CHECK(ranged({{"range", "bytes=0-1"}, {"range", "bytes=4-5"}}) == "unsatisfiable");
}

TEST_CASE("requested_range: RFC 9110, 14.2: a unit that is not known is passed over") {
    for (const char* range : {"", "bytes", "items=0-1", "bytes 0-1", "bytes =0-1", "=0-1", "0-1"})
        CHECK_MESSAGE(ranged({{"range", range}}) == "whole", range);
}

TEST_CASE("requested_range: RFC 9110, 14.1.2: several ranges come in the order asked for") {
    CHECK(ranged({{"range", "bytes=0-1,4-5"}}) == "0+2 4+2");
    CHECK(ranged({{"range", "bytes=8-,0-1, -1"}}) == "whole");
    CHECK(ranged({{"range", "bytes=-1,0-1"}}) == "9+1 0+2");
    CHECK(ranged({{"range", "bytes=0-1,2-3"}}) == "0+2 2+2");
    CHECK(ranged({{"range", "bytes=0-4, 5-"}}) == "0+5 5+5");
}

TEST_CASE("requested_range: RFC 9110, 5.6.1: a list has blanks and empty elements") {
    CHECK(ranged({{"range", "bytes=,0-0"}}) == "0+1");
    CHECK(ranged({{"range", "bytes= 0-1 ,\t4-5,, ,"}}) == "0+2 4+2");
}

TEST_CASE("requested_range: RFC 9110, 14.1.2: what cannot be had is left out of several ranges") {
    CHECK(ranged({{"range", "bytes=0-1,10-,4-5"}}) == "0+2 4+2");
    CHECK(ranged({{"range", "bytes=10-,4-5"}}) == "4+2");
    CHECK(ranged({{"range", "bytes=-0,4-5,99-"}}) == "4+2");
}

TEST_CASE("requested_range: RFC 9110, 14.2: ranges that overlap are answered with the whole") {
    for (const char* range : {"bytes=0-1,1-2", "bytes=0-,0-", "bytes=0-,-1", "bytes=5-6,0-9",
                              "bytes=2-3,8-9,3-3", "bytes=0-99,0-0"})
        CHECK_MESSAGE(ranged({{"range", range}}) == "whole", range);
}

TEST_CASE("requested_range: RFC 9110, 17.15: more than 16 ranges are answered with the whole") {
    std::string set = "bytes=0-0";
    for (int i = 1; i < 16; ++i)
        set += "," + std::to_string(2 * i) + "-" + std::to_string(2 * i);
    CHECK(ranged({{"range", set}}, 100).ends_with("28+1 30+1"));
    set += ",32-32";
    CHECK(ranged({{"range", set}}, 100) == "whole");
    CHECK(ranged({{"range", set}}, 10) == "whole");
}

TEST_CASE("requested_range: RFC 9110, 14.2: a range is for GET only") {
    CHECK(ranged({{"range", "bytes=0-1"}}, 10, "HEAD") == "whole");
}

TEST_CASE("requested_range: what is empty has no ranges, and what is huge does not overflow") {
    CHECK(ranged({{"range", "bytes=0-"}}, 0) == "whole");
    CHECK(ranged({{"range", "bytes=-1"}}, 0) == "whole");
    CHECK(ranged({{"range", "bytes=0-"}}, most) == "0+18446744073709551615");
    CHECK(ranged({{"range", "bytes=18446744073709551614-"}}, most) == "18446744073709551614+1");
    CHECK(ranged({{"range", "bytes=0-18446744073709551613,-1"}}, most) ==
          "0+18446744073709551614 18446744073709551614+1");
    CHECK(ranged({{"range", "bytes=18446744073709551615-"}}, most) == "unsatisfiable");
}

TEST_CASE("requested_range: RFC 9110, 13.1.5: If-Range must match strongly, else all is sent") {
    HttpField range{"range", "bytes=0-1"};
    CHECK(ranged({range, {"if-range", "\"a\""}}) == "0+2");
    CHECK(ranged({range, {"if-range", "\"b\""}}) == "whole");
    CHECK(ranged({range, {"if-range", "W/\"a\""}}) == "whole");
    CHECK(ranged({range, {"if-range", same}}) == "0+2");
    CHECK(ranged({range, {"if-range", after}}) == "whole");
    CHECK(ranged({range, {"if-range", before}}) == "whole");
    CHECK(ranged({range, {"if-range", "a"}}) == "whole");
    CHECK(ranged({range, {"if-range", ""}}) == "whole");
    CHECK(ranged({range, {"if-range", "*"}}) == "whole");
    CHECK(ranged({range, {"if-range", "\"a\", \"b\""}}) == "whole");
    CHECK(ranged({range, {"if-range", "Saturday, 21-Nov-26 12:00:00 GMT"}}) == "0+2");
    CHECK(ranged({{"range", "bytes=99-"}, {"if-range", "\"b\""}}) == "whole");
}
