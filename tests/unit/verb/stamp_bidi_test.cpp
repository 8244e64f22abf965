#include "verb/stamp/bidi.hpp"

#include <doctest/doctest.h>
#include <string>

using namespace img;

namespace {

using enum TextDirection;

/// The levels as digits, the base direction being that of the text.
std::string levels_of(std::u32string_view text) {
    std::string digits;
    for (std::uint8_t level : bidi_levels(text, base_direction(text)))
        digits += static_cast<char>('0' + level);
    return digits;
}

/// The characters as they stand, from left to right.
std::u32string as_drawn(std::u32string_view text) {
    std::u32string drawn;
    for (const BidiRun& run : visual_runs(bidi_levels(text, base_direction(text)))) {
        std::u32string part{text.substr(run.begin, run.length)};
        if (run.direction() == right_to_left)
            part.assign(part.rbegin(), part.rend());
        drawn += part;
    }
    return drawn;
}

} // namespace

TEST_CASE("bidi: text from left to right is one run, whatever numbers and signs it holds") {
    for (std::u32string_view text : {U"north  2026-11-21 13:43:38 +0545", U"−12.5 °C (wind 3 m/s)!",
                                     U"Ђурђевак – 北京", U"12:30"}) {
        CHECK(base_direction(text) == left_to_right);
        CHECK(levels_of(text) == std::string(text.size(), '0'));
        CHECK(visual_runs(bidi_levels(text, left_to_right)).size() == 1);
        CHECK(as_drawn(text) == text);
    }
    CHECK(visual_runs({}).empty());
}

TEST_CASE("bidi: the first letter decides over the direction") {
    CHECK(base_direction(U"12 (אבג) abc") == right_to_left);
    CHECK(base_direction(U"12 (abc) אבג") == left_to_right);
    CHECK(base_direction(U"...") == left_to_right);
    CHECK(base_direction(U"\u0301\u200fa") == right_to_left); // a mark that is there for this
}

TEST_CASE("bidi: a number in Hebrew reads from left to right") {
    CHECK(levels_of(U"אבג 123 דה") == "1111222111");
    CHECK(as_drawn(U"אבג 123 דה") == U"הד 123 גבא");
    CHECK(levels_of(U"אב 12:30") == "11122222");   // one separator between two numbers, W4
    CHECK(levels_of(U"אב 12::30") == "111221122"); // two are none
    CHECK(levels_of(U"אב 50% $7") == "111222122"); // W5
    CHECK(levels_of(U"אב +5") == "11112");         // a sign in front is no part, W6
}

TEST_CASE("bidi: digits behind Arabic letters are Arabic numbers") {
    CHECK(levels_of(U"سرعة 50") == "1111122");
    CHECK(levels_of(U"سرعة 50%") == "11111221"); // so W5 does not take the sign in
    CHECK(levels_of(U"أب ١٢/٣") == "1112222");
    CHECK(levels_of(U"abc أب 12/3") == "00001112222");
    CHECK(as_drawn(U"سرعة 50 كم") == U"مك 50 ةعرس");
}

TEST_CASE("bidi: Latin words in Arabic read from left to right, and the other way round") {
    CHECK(levels_of(U"أب road 7 جد") == "111222222111");
    CHECK(as_drawn(U"أب road 7 جد") == U"دج road 7 بأ");
    CHECK(levels_of(U"road אב גד 7 end") == "0000011111120000");
    CHECK(as_drawn(U"road אב גד 7 end") == U"road 7 דג בא end");
}

TEST_CASE("bidi: punctuation at an end follows the paragraph, and so do blanks") {
    CHECK(as_drawn(U"אבג!") == U"!גבא");
    CHECK(as_drawn(U"abc אבג!") == U"abc גבא!");
    CHECK(as_drawn(U"אבג abc!") == U"!abc גבא");
    CHECK(as_drawn(U"(אבג)") == U")גבא("); // drawn with mirrored brackets
    CHECK(mirrored(U'(') == U')');
    CHECK(mirrored(U'»') == U'«');
    CHECK(mirrored(U'a') == U'a');
    CHECK(levels_of(U"abc אב  ") == "00001100");
    CHECK(levels_of(U"אב 12  ") == "1112211");
}

TEST_CASE("bidi: brackets go with what they hold, and a pair stays together") {
    CHECK(levels_of(U"abc אב (גד 6)") == "0000111111121"); // N0, c: Hebrew around and within
    CHECK(levels_of(U"abc (אב) גד") == "00000110011");     // Latin in front
    CHECK(levels_of(U"abc אב (x)") == "0000110000");       // N0, b
    CHECK(levels_of(U"אב (x) גד") == "111121111");
    CHECK(levels_of(U"abc אב [(גד] 6") == "00001111111112"); // the one without a partner is a sign
    CHECK(levels_of(U"abc אב ()") == "000011000");
    CHECK(levels_of(std::u32string(1000, U'(')) == std::string(1000, '0'));
}

TEST_CASE("bidi: marks and invisible characters stand at their letter's level") {
    CHECK(levels_of(U"a\u0301א\u05B7ב") == "00111");
    CHECK(levels_of(U"א\u200Dב\uFEFF12") == "111122");
    CHECK(levels_of(U"\u0301") == "0");
    CHECK(is_right_to_left(U'א'));
    CHECK(is_right_to_left(U'ش'));
    CHECK_FALSE(is_right_to_left(U'a'));
    CHECK_FALSE(is_right_to_left(U'5'));
    CHECK_FALSE(is_right_to_left(char32_t{0x10FFFF}));
}
