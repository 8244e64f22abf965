#include "frame/upright.hpp"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using namespace img;

namespace {

/// The picture "abc" over "def", in each channel.
Planes letters() {
    Planes planes{{3, 2}};
    for (std::vector<std::uint8_t>& channel : planes.channel)
        channel = {'a', 'b', 'c', 'd', 'e', 'f'};
    return planes;
}

std::string rows_of(const Planes& planes, std::size_t channel) {
    std::string rows;
    for (int y = 0; y < planes.size.height; ++y)
        rows +=
            std::string(planes.row(channel, y), planes.row(channel, y) + planes.size.width) + "/";
    return rows;
}

} // namespace

TEST_CASE("turned_upright: by the edges where row 0 and column 0 are, as EXIF says") {
    const char* expected[]{"",          "abc/def/",  "cba/fed/",  "fed/cba/", "def/abc/",
                           "ad/be/cf/", "da/eb/fc/", "fc/eb/da/", "cf/be/ad/"};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Planes turned = turned_upright(letters(), orientation);
        CHECK(turned.size == upright_size({3, 2}, orientation));
        for (std::size_t c = 0; c < 3; ++c)
            CHECK(rows_of(turned, c) == expected[orientation]);
    }
}

TEST_CASE("stored_area: what is shown there is what is stored there") {
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Planes turned = turned_upright(letters(), orientation);
        for (int y = 0; y < turned.size.height; ++y)
            for (int x = 0; x < turned.size.width; ++x) {
                const Area stored = stored_area({x, y, 1, 1}, {3, 2}, orientation);
                CHECK(stored.width == 1);
                CHECK(stored.height == 1);
                CHECK(letters().row(0, stored.top)[stored.left] == turned.row(0, y)[x]);
            }
        const Area all{0, 0, turned.size.width, turned.size.height};
        CHECK(stored_area(all, {3, 2}, orientation) == Area{0, 0, 3, 2});
    }
}
