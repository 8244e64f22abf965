#include "verb/gif/upright.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace img;

namespace {

/// The rows of the shown picture, for the stored one "abc" over "def".
std::string shown(int orientation) {
    const std::string stored = "abcdef";
    std::string out(6, '.');
    turn_upright(reinterpret_cast<const std::uint8_t*>(stored.data()), {3, 2}, 1, orientation,
                 reinterpret_cast<std::uint8_t*>(out.data()));
    auto width = static_cast<std::size_t>(upright_size({3, 2}, orientation).width);
    std::string rows;
    for (std::size_t at = 0; at < out.size(); at += width)
        rows += out.substr(at, width) + "/";
    return rows;
}

} // namespace

TEST_CASE("turn_upright: by the edges where row 0 and column 0 are, as EXIF says") {
    CHECK(shown(1) == "abc/def/");  // top, left
    CHECK(shown(2) == "cba/fed/");  // top, right
    CHECK(shown(3) == "fed/cba/");  // bottom, right
    CHECK(shown(4) == "def/abc/");  // bottom, left
    CHECK(shown(5) == "ad/be/cf/"); // left, top
    CHECK(shown(6) == "da/eb/fc/"); // right, top
    CHECK(shown(7) == "fc/eb/da/"); // right, bottom
    CHECK(shown(8) == "cf/be/ad/"); // left, bottom
}

TEST_CASE("turn_upright: pixels of several bytes stay together") {
    const std::vector<std::uint8_t> stored{1, 2, 3, 4, 5, 6};
    std::vector<std::uint8_t> out(6);
    turn_upright(stored.data(), {2, 1}, 3, 6, out.data());
    CHECK(upright_size({2, 1}, 6) == Size{1, 2});
    CHECK(out == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
    turn_upright(stored.data(), {2, 1}, 3, 8, out.data());
    CHECK(out == std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3});
}
