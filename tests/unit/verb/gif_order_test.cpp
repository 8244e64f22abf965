#include "verb/gif/order.hpp"

#include <doctest/doctest.h>

using namespace img;

using Indices = std::vector<std::size_t>;

TEST_CASE("gif_order: forward and reverse show each frame once") {
    CHECK(gif_order(4, GifWay::forward).frames == Indices{0, 1, 2, 3});
    CHECK(gif_order(4, GifWay::reverse).frames == Indices{3, 2, 1, 0});
    CHECK(gif_order(4, GifWay::forward).held == 4);
    CHECK(gif_order(4, GifWay::reverse).held == 4);
}

TEST_CASE("gif_order: a bounce goes there and back without doubling the ends") {
    CHECK(gif_order(4, GifWay::bounce).frames == Indices{0, 1, 2, 3, 2, 1});
    CHECK(gif_order(3, GifWay::bounce).frames == Indices{0, 1, 2, 1});
    CHECK(gif_order(4, GifWay::reverse_bounce).frames == Indices{3, 2, 1, 0, 1, 2});
}

TEST_CASE("gif_order: a bounce is held where it turns") {
    GifOrder order = gif_order(4, GifWay::bounce);
    CHECK(order.frames[order.held - 1] == 3);
    order = gif_order(4, GifWay::reverse_bounce);
    CHECK(order.frames[order.held - 1] == 0);
}

TEST_CASE("gif_order: too few frames to turn are shown as they are") {
    for (GifWay way : {GifWay::forward, GifWay::reverse, GifWay::bounce, GifWay::reverse_bounce}) {
        CHECK(gif_order(0, way).frames.empty());
        CHECK(gif_order(1, way).frames == Indices{0});
        CHECK(gif_order(2, way).frames.size() == 2);
    }
    CHECK(gif_order(2, GifWay::bounce).frames == Indices{0, 1});
}
