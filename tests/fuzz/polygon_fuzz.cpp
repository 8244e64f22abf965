// Polygons: what is read lies in the picture, fills some of it, and has an outline.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "verb/road/region.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const img::Polygon polygon = img::parse_polygon(img::text_of({data, size}));
        require(polygon.size() >= 4 && polygon.size() <= 12);
        for (const img::Point& point : polygon)
            require(point.x >= 0 && point.x <= 1 && point.y >= 0 && point.y <= 1);
        const img::Region region = img::region_of_polygons({polygon}, {320, 240});
        require(img::count(region.bitmap) <= region.bitmap.inside.size());
        require(img::outlines(region.bitmap, 12).empty() == (img::count(region.bitmap) == 0));
    } catch (const img::Error& error) {
        require(error.status() == img::Exit::usage);
    }
    return 0;
}
