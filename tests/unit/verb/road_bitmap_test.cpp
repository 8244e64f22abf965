#include "verb/road/bitmap.hpp"

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <numbers>
#include <random>
#include <string>

using namespace img;

namespace {

Bitmap drawn(const std::vector<std::string>& rows) {
    Bitmap bitmap{{static_cast<int>(rows[0].size()), static_cast<int>(rows.size())}};
    for (int y = 0; y < bitmap.size.height; ++y)
        for (int x = 0; x < bitmap.size.width; ++x)
            bitmap.row(y)[x] =
                rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '#';
    return bitmap;
}

Bitmap random_bitmap(Size size, double share, std::mt19937& random) {
    Bitmap bitmap{size};
    for (std::uint8_t& sample : bitmap.inside)
        sample = std::uniform_real_distribution<>{}(random) < share;
    return bitmap;
}

/// Whether any sample within `radius` of (x, y) is `wanted`, beyond the edges as at the edges.
bool is_near(const Bitmap& bitmap, int x, int y, double radius, int wanted) {
    const int reach = static_cast<int>(radius);
    for (int down = -reach; down <= reach; ++down)
        for (int across = -reach; across <= reach; ++across)
            if (down * down + across * across <= radius * radius &&
                bitmap.row(std::clamp(y + down, 0,
                                      bitmap.size.height -
                                          1))[std::clamp(x + across, 0, bitmap.size.width - 1)] ==
                    wanted)
                return true;
    return false;
}

/// A road with a bend, as roads are.
std::vector<Polygon> bent_road() {
    Polygon polygon;
    for (double down = 0; down <= 1.0001; down += 0.02)
        polygon.push_back({0.45 + 0.25 * down * down - 0.35 * down, 0.3 + 0.7 * down});
    for (double down = 1; down >= -0.0001; down -= 0.02)
        polygon.push_back({0.5 + 0.45 * down * down + 0.02 * down, 0.3 + 0.7 * down});
    return {polygon};
}

} // namespace

TEST_CASE("road bitmap: samples inside are counted and compared") {
    const Bitmap one = drawn({"##..", "##.."}), other = drawn({".##.", ".##."});
    CHECK(count(one) == 4);
    CHECK(intersection_over_union(one, other) == doctest::Approx(2.0 / 6));
    CHECK(intersection_over_union(one, one) == 1);
    CHECK(intersection_over_union(Bitmap{{4, 2}}, Bitmap{{4, 2}}) == 1);
    CHECK(intersection_over_union(one, Bitmap{{4, 2}}) == 0);
}

TEST_CASE("road bitmap: a polygon fills the samples whose middle it holds") {
    CHECK(filled({{{0.25, 0}, {0.75, 0}, {0.75, 0.5}, {0.25, 0.5}}}, {8, 4}) ==
          drawn({"..####..", "..####..", "........", "........"}));
    CHECK(filled({{{0, 0}, {1, 0}, {0, 1}}}, {4, 4}) == drawn({"###.", "##..", "#...", "...."}));
}

TEST_CASE("road bitmap: polygons of either direction that overlap fill once") {
    const Polygon left{{0, 0}, {0.75, 0}, {0.75, 1}, {0, 1}};
    Polygon right{{0.25, 0}, {1, 0}, {1, 1}, {0.25, 1}};
    CHECK(count(filled({left, right}, {8, 2})) == 16);
    std::reverse(right.begin(), right.end());
    CHECK(count(filled({left, right}, {8, 2})) == 16);
}

TEST_CASE("road bitmap: a polygon that goes around twice is inside by the nonzero rule") {
    Polygon star;
    for (int i = 0; i < 5; ++i) {
        const double angle = i * 0.8 * std::numbers::pi;
        star.push_back({0.5 + 0.5 * std::sin(angle), 0.5 - 0.5 * std::cos(angle)});
    }
    CHECK(filled({star}, {101, 101}).row(50)[50] == 1);
}

TEST_CASE("road bitmap: an ellipse is filled to its area") {
    Polygon ellipse;
    for (int i = 0; i < 360; ++i) {
        const double angle = i * std::numbers::pi / 180;
        ellipse.push_back({0.5 + 0.4 * std::cos(angle), 0.5 + 0.3 * std::sin(angle)});
    }
    const double area = std::numbers::pi * 0.4 * 0.3 * 320 * 240;
    CHECK(static_cast<double>(count(filled({ellipse}, {320, 240}))) ==
          doctest::Approx(area).epsilon(0.002));
}

TEST_CASE("road bitmap: polygons beyond the picture fill what is on it, and none fill nothing") {
    CHECK(count(filled({{{-9, -9}, {9, -9}, {9, 9}, {-9, 9}}}, {5, 3})) == 15);
    CHECK(count(filled({{{1.5, 0}, {3, 0}, {3, 1}}}, {5, 3})) == 0);
    CHECK(count(filled({{}, {{0.5, 0.5}}}, {5, 3})) == 0);
    CHECK(count(filled({}, {5, 3})) == 0);
}

TEST_CASE("road bitmap: dilating and eroding are what a disc at each sample says") {
    std::mt19937 random{1};
    for (double radius : {0.0, 0.9, 1.0, 1.5, 2.0, 2.9, 5.0, 40.0})
        for (double share : {0.0, 0.003, 0.05, 0.5, 0.98, 1.0}) {
            const Bitmap bitmap = random_bitmap({37, 23}, share, random);
            const Bitmap wide = dilated(bitmap, radius), narrow = eroded(bitmap, radius);
            int wrong = 0;
            for (int y = 0; y < 23; ++y)
                for (int x = 0; x < 37; ++x) {
                    wrong += wide.row(y)[x] != is_near(bitmap, x, y, radius, 1);
                    wrong += narrow.row(y)[x] == is_near(bitmap, x, y, radius, 0);
                }
            CAPTURE(radius);
            CAPTURE(share);
            CHECK(wrong == 0);
        }
}

TEST_CASE("road bitmap: opening drops what is thin, closing fills what is narrow") {
    const Bitmap bitmap = drawn({
        "..............", //
        ".#####.#####..", //
        ".#####.#####..", //
        ".#####.#####.#", //
        ".#####.#####..", //
        ".#####.#####..", //
        "..............",
    });
    CHECK(closed(bitmap, 1).row(3)[6] == 1);
    CHECK(closed(bitmap, 1).row(1)[13] == 0);
    CHECK(opened(bitmap, 1).row(3)[13] == 0);
    CHECK(opened(bitmap, 1).row(3)[3] == 1);
}

TEST_CASE("road bitmap: parts hold together by sides and corners") {
    const Bitmap bitmap = drawn({
        "#..#..##", //
        ".#.#..##", //
        "#..###..", //
        "......#.",
    });
    const Blobs found = blobs_of(bitmap);
    REQUIRE(found.blobs.size() == 2);
    CHECK(found.blobs[0].samples == 3);
    CHECK(found.blobs[0].width == 2);
    CHECK(found.blobs[0].height == 3);
    CHECK(found.blobs[1].samples == 10);
    CHECK(found.blobs[1].left == 3);
    CHECK(found.blobs[1].top == 0);
    CHECK(found.blobs[1].width == 5);
    CHECK(found.blobs[1].height == 4);
    CHECK(found.labels[0] == 1);
    CHECK(found.labels[1] == 0);
    CHECK(found.labels[3] == 2);
}

TEST_CASE("road bitmap: the parts of noise are those that flooding finds") {
    std::mt19937 random{2};
    for (double share : {0.2, 0.4, 0.6, 0.8}) {
        const Bitmap bitmap = random_bitmap({41, 29}, share, random);
        const Blobs found = blobs_of(bitmap);
        std::vector<std::uint32_t> flooded(bitmap.inside.size());
        std::uint32_t parts = 0;
        for (int start = 0; start < 41 * 29; ++start) {
            if (!bitmap.inside[static_cast<std::size_t>(start)] ||
                flooded[static_cast<std::size_t>(start)])
                continue;
            std::vector<int> open{start};
            flooded[static_cast<std::size_t>(start)] = ++parts;
            while (!open.empty()) {
                const int x = open.back() % 41, y = open.back() / 41;
                open.pop_back();
                for (int v = std::max(0, y - 1); v <= std::min(28, y + 1); ++v)
                    for (int u = std::max(0, x - 1); u <= std::min(40, x + 1); ++u) {
                        const auto at = static_cast<std::size_t>(v * 41 + u);
                        if (bitmap.inside[at] && !flooded[at]) {
                            flooded[at] = parts;
                            open.push_back(v * 41 + u);
                        }
                    }
            }
        }
        CHECK(found.blobs.size() == parts);
        CHECK(found.labels == flooded);
        std::size_t samples = 0;
        for (const Blob& blob : found.blobs)
            samples += blob.samples;
        CHECK(samples == count(bitmap));
    }
}

TEST_CASE("road bitmap: small parts go, small holes are filled, bays at the edge stay") {
    const Bitmap bitmap = drawn({
        "###.####..", //
        "#.#.#..#.#", //
        "###.#..#..", //
        "....####..",
    });
    CHECK(without_small_parts(bitmap, 9) == drawn({
                                                "....####..", //
                                                "....#..#..", //
                                                "....#..#..", //
                                                "....####..",
                                            }));
    CHECK(count(without_small_parts(bitmap, 8)) == 20);
    CHECK(without_small_holes(bitmap, 2).row(1)[1] == 1);
    CHECK(without_small_holes(bitmap, 2).row(1)[5] == 0);
    CHECK(without_small_holes(bitmap, 5).row(1)[5] == 1);
    CHECK(without_small_holes(bitmap, 100).row(0)[3] == 0);
    CHECK(count(without_small_holes(Bitmap{{4, 4}}, 100)) == 0);
}

TEST_CASE("road bitmap: the outline of a rectangle is its four corners, clockwise") {
    const Bitmap bitmap = drawn({"........", "..####..", "..####..", "........"});
    const std::vector<Polygon> found = outlines(bitmap, 12);
    REQUIRE(found.size() == 1);
    CHECK(found[0] == Polygon{{0.25, 0.25}, {0.75, 0.25}, {0.75, 0.75}, {0.25, 0.75}});
}

TEST_CASE("road bitmap: the whole picture, one sample and nothing have outlines") {
    CHECK(outlines(Bitmap{{6, 4}}, 12).empty());
    Bitmap one{{6, 4}};
    one.row(3)[5] = 1;
    CHECK(filled(outlines(one, 12), one.size) == one);
    Bitmap whole{{6, 4}};
    std::fill(whole.inside.begin(), whole.inside.end(), std::uint8_t{1});
    CHECK(outlines(whole, 12) == std::vector<Polygon>{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}});
}

TEST_CASE("road bitmap: the largest part's outline comes first, and holes have none") {
    const std::vector<Polygon> found = outlines(drawn({
                                                    "##.....", //
                                                    "##.###.", //
                                                    "...#.#.", //
                                                    "...###.",
                                                }),
                                                12);
    REQUIRE(found.size() == 2);
    CHECK(found[0][0].x == doctest::Approx(3.0 / 7));
    CHECK(found[1][0].x == 0);
    CHECK(found[0].size() == 4);
}

TEST_CASE("road bitmap: outlines of what was filled fill it again") {
    const Bitmap road = filled(bent_road(), {320, 240});
    const std::vector<Polygon> found = outlines(road, 12);
    REQUIRE(found.size() == 1);
    CHECK(found[0].size() <= 12);
    CHECK(intersection_over_union(filled(found, road.size), road) >= 0.97);
    CHECK(intersection_over_union(filled(outlines(road, 48), road.size), road) >= 0.985);
}

TEST_CASE("road bitmap: outlines of noise with points enough are exact but for holes") {
    std::mt19937 random{3};
    for (double share : {0.1, 0.3, 0.5, 0.9}) {
        const Bitmap bitmap = opened(random_bitmap({60, 40}, share, random), 0);
        const Bitmap solid = without_small_holes(bitmap, 60 * 40);
        const Bitmap again = filled(outlines(solid, 10000), solid.size);
        CHECK(intersection_over_union(again, solid) >= 0.95);
    }
}

TEST_CASE("road bitmap: fewer points are a coarser outline, never more than asked") {
    const Bitmap road = filled(bent_road(), {320, 240});
    double last = 0;
    for (std::size_t most : {3U, 4U, 6U, 12U, 24U}) {
        const std::vector<Polygon> found = outlines(road, most);
        CHECK(found[0].size() <= most);
        const double same = intersection_over_union(filled(found, road.size), road);
        CHECK(same >= last - 0.02);
        last = same;
    }
}

TEST_CASE("road bitmap: a pixel is between the samples whose middles are around its own") {
    const std::vector<Between> found = between(8, 4); // two pixels a sample
    REQUIRE(found.size() == 8);
    CHECK(found[0].first == 0);
    CHECK(found[0].share == 0);
    CHECK(found[1].first == 0);
    CHECK(found[1].second == 1);
    CHECK(found[1].share == doctest::Approx(0.25));
    CHECK(found[2].share == doctest::Approx(0.75));
    CHECK(found[7].first == 3);
    CHECK(found[7].second == 3);
    CHECK(between(3, 1)[2].second == 0);
}
