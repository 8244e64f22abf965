#include "../jpeg_maker.hpp"

#include "foreign/libjpeg.hpp"
#include "foreign/libjpeg_coefficients.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>

using namespace img;

namespace {

/// The markers before the first scan.
std::vector<int> markers_of(const JpegRecipe& recipe) {
    Bytes jpeg = make_jpeg(recipe).jpeg;
    std::vector<int> markers;
    for (const JpegSegment& segment : jpeg_segments(jpeg))
        markers.push_back(segment.marker);
    return markers;
}

bool has(const JpegRecipe& recipe, int code) {
    std::vector<int> markers = markers_of(recipe);
    return std::ranges::find(markers, code) != markers.end();
}

/// Of the markers that stand in the data.
std::ptrdiff_t count(const JpegRecipe& recipe, int code) {
    Bytes jpeg = make_jpeg(recipe).jpeg;
    std::ptrdiff_t found = 0;
    for (std::size_t i = 0; i + 1 < jpeg.size(); ++i)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == code)
            ++found;
    return found;
}

} // namespace

TEST_CASE("make_jpeg: each recipe gives a JPEG of its kind, and no two the same") {
    std::set<std::string> all, names;
    for (const JpegRecipe& recipe : jpeg_recipes()) {
        CAPTURE(recipe.name);
        Bytes jpeg = make_jpeg(recipe).jpeg;
        CHECK(jpeg == make_jpeg(recipe).jpeg);
        CHECK(jpeg_end(jpeg) == jpeg.size());
        CHECK(read_jpeg_header(jpeg).size == recipe.size);
        std::vector<JpegPlane> planes = read_jpeg_coefficients(jpeg).planes;
        CHECK(planes.size() == (recipe.color == JpegColor::gray  ? 1
                                : recipe.color < JpegColor::cmyk ? 3
                                                                 : 4));
        for (std::size_t i = 0; i < planes.size(); ++i) {
            bool given = i < recipe.sampling.size();
            CHECK(planes[i].horizontal == (given ? recipe.sampling[i].horizontal : 1));
            CHECK(planes[i].vertical == (given ? recipe.sampling[i].vertical : 1));
        }
        CHECK(has(recipe, 0xDD) == (recipe.restart > 0));
        all.emplace(text_of(jpeg));
        names.insert(recipe.name);
    }
    CHECK(all.size() == jpeg_recipes().size());
    CHECK(names.size() == jpeg_recipes().size());
}

TEST_CASE("make_jpeg: the process is the one asked for") {
    using enum JpegCoding;
    CHECK(has({}, 0xC0));
    CHECK(has({.quality = 1}, 0xC1));
    CHECK(has({.coding = progressive}, 0xC2));
    CHECK(has({.coding = arithmetic}, 0xC9));
    CHECK(has({.coding = arithmetic_progressive}, 0xCA));
    CHECK(count({}, marker::sos) == 1);
    CHECK(count({.scans = JpegScans::one_a_component}, marker::sos) == 3);
    CHECK(has({}, 0xC4));
    CHECK_FALSE(has({.tables = JpegHuffman::none}, 0xC4));
    CHECK(make_jpeg({.tables = JpegHuffman::optimised}).jpeg.size() < make_jpeg({}).jpeg.size());
    // 12 MCUs a row, 9 rows.
    CHECK(count({.restart = 100}, 0xD0) == 1);
    CHECK(count({.restart = 100}, 0xD1) == 0);
}

TEST_CASE("make_jpeg: Adobe's segment says what the components mean") {
    using enum JpegColor;
    auto transform = [](JpegColor color) {
        Bytes jpeg = make_jpeg({.color = color}).jpeg;
        for (const JpegSegment& segment : jpeg_segments(jpeg))
            if (segment.marker == marker::app14)
                return int{segment.payload[11]};
        return -1;
    };
    CHECK(transform(gray) == -1);
    CHECK(transform(ycbcr) == -1);
    CHECK(transform(rgb) == 0);
    CHECK(transform(cmyk) == 0);
    CHECK(transform(ycck) == 2);
    CHECK(read_jpeg_header(make_jpeg({.color = rgb}).jpeg).space == ColorSpace::rgb);
}
