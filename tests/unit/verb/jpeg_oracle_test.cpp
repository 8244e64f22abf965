#include "../jpeg_oracle.hpp"

#include "../jpeg_maker.hpp"
#include "base/error.hpp"
#include "foreign/libjpeg_coefficients.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

/// `jpeg` with one more in a coefficient of one block.
Bytes changed(const Bytes& jpeg, std::size_t component, int x, int y) {
    return edit_jpeg_coefficients(
        jpeg, [&](const auto&, std::size_t each, int row, std::span<JpegBlock> blocks) {
            if (each == component && row == y)
                blocks[static_cast<std::size_t>(x)][63] ^= 1;
        });
}

std::size_t outside(const Bytes& before, const Bytes& after, std::vector<Rectangle> areas) {
    return blocks_changed_outside(before, after, areas);
}

} // namespace

TEST_CASE("blocks_changed_outside: a block counts unless an area touches its MCU") {
    // 4:2:0, MCUs of 16x16.
    Bytes jpeg = make_jpeg({.size = {93, 70}, .sampling = {{2, 2}}}).jpeg;
    CHECK(outside(jpeg, jpeg, {}) == 0);
    Bytes luma = changed(jpeg, 0, 5, 2), chroma = changed(jpeg, 2, 2, 1); // both in 32..48, 16..32
    for (const Bytes& other : {luma, chroma}) {
        CHECK(outside(jpeg, other, {}) == 1);
        CHECK(outside(jpeg, other, {{32, 16, {16, 16}}}) == 0);
        CHECK(outside(jpeg, other, {{47, 31, {1, 1}}}) == 0);
        CHECK(outside(jpeg, other, {{32, 16, {1, 1}}}) == 0);
        CHECK(outside(jpeg, other, {{-5, -5, {38, 22}}}) == 0);
        CHECK(outside(jpeg, other, {{0, 0, {1, 1}}, {40, 20, {1, 1}}}) == 0);
        CHECK(outside(jpeg, other, {{31, 16, {1, 16}}}) == 1);
        CHECK(outside(jpeg, other, {{48, 16, {45, 16}}}) == 1);
        CHECK(outside(jpeg, other, {{32, 32, {16, 38}}, {32, 0, {16, 16}}}) == 1);
        CHECK(outside(jpeg, other, {{40, 20, {0, 0}}}) == 1);
    }
    CHECK(outside(luma, chroma, {}) == 2);
    CHECK(outside(jpeg, changed(luma, 0, 11, 8), {{32, 16, {16, 16}}}) == 1);
}

TEST_CASE("blocks_changed_outside: the MCU of a picture in gray is one block") {
    Bytes jpeg = make_jpeg({.color = JpegColor::gray, .sampling = {{2, 2}}}).jpeg;
    Bytes other = changed(jpeg, 0, 3, 1);
    CHECK(outside(jpeg, other, {{24, 8, {8, 8}}}) == 0);
    CHECK(outside(jpeg, other, {{16, 8, {8, 8}}}) == 1);
}

TEST_CASE("blocks_changed_outside: each component's blocks are found by its own factors") {
    // Luma has three blocks across in an MCU of 24x8.
    Bytes jpeg = make_jpeg({.sampling = {{3, 1}}}).jpeg;
    CHECK(outside(jpeg, changed(jpeg, 0, 5, 0), {{24, 0, {24, 8}}}) == 0);
    CHECK(outside(jpeg, changed(jpeg, 0, 6, 0), {{24, 0, {24, 8}}}) == 1);
    CHECK(outside(jpeg, changed(jpeg, 1, 1, 0), {{24, 0, {24, 8}}}) == 0);
    CHECK(outside(jpeg, changed(jpeg, 1, 2, 0), {{24, 0, {24, 8}}}) == 1);
}

TEST_CASE("blocks_changed_outside: pictures that cannot be compared are an Error") {
    Bytes jpeg = make_jpeg({}).jpeg;
    std::vector<Rectangle> all{{0, 0, {93, 70}}};
    CHECK_THROWS_AS(outside(jpeg, make_jpeg({.quality = 84}).jpeg, all), Error);
    CHECK_THROWS_AS(outside(jpeg, make_jpeg({.size = {92, 70}}).jpeg, all), Error);
    CHECK_THROWS_AS(outside(jpeg, make_jpeg({.sampling = {{2, 1}}}).jpeg, all), Error);
    CHECK_THROWS_AS(outside(jpeg, make_jpeg({.color = JpegColor::gray}).jpeg, all), Error);
    Bytes cut = jpeg;
    cut.resize(cut.size() / 2);
    CHECK_THROWS_AS(outside(jpeg, cut, all), Error);
}
