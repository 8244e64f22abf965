#include "verb/gif.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

TEST_CASE("parse_gif_quality: words, and numbers from 1 to 100") {
    CHECK(parse_gif_quality("small") == 60);
    CHECK(parse_gif_quality("balanced") == 80);
    CHECK(parse_gif_quality("best") == 95);
    CHECK(parse_gif_quality("1") == 1);
    CHECK(parse_gif_quality("62.5") == 62.5);
    CHECK(parse_gif_quality("100") == 100);
    for (const char* text : {"", "0", "0.9", "100.1", "Best", "80%", "nan"})
        CHECK_FALSE(parse_gif_quality(text).has_value());
}

TEST_CASE("parse_speed: with and without its x") {
    CHECK(parse_speed("60") == 60);
    CHECK(parse_speed("60x") == 60);
    CHECK(parse_speed("0.5x") == 0.5);
    for (const char* text : {"", "x", "0", "-1x", "60xx", "60 x", "1e9", "60X"})
        CHECK_FALSE(parse_speed(text).has_value());
}

TEST_CASE("parse_gif_delay: steps of 10 ms up to a minute") {
    CHECK(parse_gif_delay("10ms") == 10ms);
    CHECK(parse_gif_delay("0.25s") == 250ms);
    CHECK(parse_gif_delay("1m") == 60s);
    for (const char* text : {"", "0", "5ms", "15ms", "1.005s", "60.01s", "2m", "-1s"})
        CHECK_FALSE(parse_gif_delay(text).has_value());
}

TEST_CASE("parse_crop: a size and its place") {
    CHECK(parse_crop("640x480+100+20") == Area{100, 20, 640, 480});
    CHECK(parse_crop("1x1+0+0") == Area{0, 0, 1, 1});
    CHECK(parse_crop("65535x65535+65535+65535") == Area{65535, 65535, 65535, 65535});
    for (const char* text :
         {"", "640x480", "640x480+1", "640x480+1+", "640x480+-1+1", "640x480+1+1+",
          "640x480+65536+0", "0x480+0+0", "640+480+1+1", "640x480+ 1+1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_crop(text).has_value());
    }
}
