#include "verb/stamp/layout.hpp"

#include "base/error.hpp"
#include "verb/stamp/fonts.hpp"
#include "verb/stamp/overlay.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

std::optional<GlyphCache> glyphs() {
    try {
        return GlyphCache{open_font("")};
    } catch (const Error& error) {
        MESSAGE("skipped: ", std::string{error.what()});
        return std::nullopt;
    }
}

bool inside(const Rectangle& box, Size size) {
    return box.x >= 0 && box.y >= 0 && box.size.width >= 0 && box.size.height >= 0 &&
           box.x + box.size.width <= size.width && box.y + box.size.height <= size.height;
}

/// Whether all of a glyph's ink is within the box.
bool ink_inside(const PlacedGlyph& placed, const Shape& shape, const Rectangle& box) {
    const Size& size = shape.coverage.size;
    if (size.width == 0 || size.height == 0)
        return true;
    int x = placed.x + shape.left, y = placed.baseline - shape.top;
    return x >= box.x && y >= box.y && x + size.width <= box.x + box.size.width &&
           y + size.height <= box.y + box.size.height;
}

const std::vector<std::string> two_lines{"Ångström jgy_|", "2026-11-21 13:43:38 UTC"};

} // namespace

TEST_CASE("lay_out: at every place and size, all ink is in the box and the box on the picture") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    for (Size size : {Size{1, 1}, Size{16, 16}, Size{48, 400}, Size{400, 30}, Size{640, 360}})
        for (int letters : {8, 15, 60})
            for (double outline : {0., letters * .25})
                for (int padding : {0, 5})
                    for (int place = 0; place < 9; ++place) {
                        CAPTURE(size.width);
                        CAPTURE(letters);
                        CAPTURE(place);
                        cache->set_size(letters, outline);
                        LayoutStyle style{static_cast<Place>(place), size.height / 50, padding,
                                          padding};
                        Layout layout = lay_out(two_lines, size, style, *cache);
                        REQUIRE(inside(layout.box, size));
                        REQUIRE((layout.cut || layout.lines == two_lines));
                        for (const PlacedGlyph& placed : layout.glyphs) {
                            REQUIRE(ink_inside(placed, cache->at(placed.glyph).fill, layout.box));
                            REQUIRE(
                                ink_inside(placed, cache->at(placed.glyph).outline, layout.box));
                        }
                    }
}

TEST_CASE("lay_out: the box stands at the place that is named, a margin from the edges") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    cache->set_size(20, 0);
    const Size size{640, 360};
    constexpr int margin = 7;
    for (int place = 0; place < 9; ++place) {
        Layout layout = lay_out({"north"}, size, {static_cast<Place>(place), margin, 3, 2}, *cache);
        CHECK_FALSE(layout.cut);
        const Rectangle& box = layout.box;
        int right = size.width - box.x - box.size.width;
        int below = size.height - box.y - box.size.height;
        switch (place % 3) {
        case 0:
            CHECK(box.x == margin);
            break;
        case 1:
            CHECK(std::abs(box.x - right) <= 1);
            break;
        default:
            CHECK(right == margin);
        }
        switch (place / 3) {
        case 0:
            CHECK(box.y == margin);
            break;
        case 1:
            CHECK(std::abs(box.y - below) <= 1);
            break;
        default:
            CHECK(below == margin);
        }
    }
}

TEST_CASE("lay_out: a line that is too long ends with an ellipsis, and as late as it may") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    cache->set_size(20, 0);
    const std::string text = "over the river and through the wood";
    std::size_t before = 0;
    for (int width = 0; width <= 480; width += 3) {
        Layout layout = lay_out({text}, {width, 100}, {Place::top, 0, 0, 0}, *cache);
        if (!layout.cut) {
            CHECK(layout.lines == std::vector<std::string>{text});
            continue;
        }
        std::string line = layout.lines.empty() ? "" : layout.lines[0];
        CHECK(line.size() + 8 >= before); // blanks before the ellipsis are left out
        before = line.size();
        if (line.empty())
            continue;
        REQUIRE(line.ends_with("…"));
        CHECK(text.starts_with(line.substr(0, line.size() - 3)));
        CHECK_FALSE(line.ends_with(" …"));
    }
    CHECK(before > 30);
}

TEST_CASE("lay_out: a mark stays with its letter where the text is cut") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    cache->set_size(20, 0);
    std::string text;
    for (int i = 0; i < 30; ++i)
        text += "e\u0301";
    for (int width = 30; width < 200; ++width) {
        Layout layout = lay_out({text}, {width, 100}, {Place::top, 0, 0, 0}, *cache);
        REQUIRE(layout.cut);
        REQUIRE(layout.lines.size() == 1);
        CHECK((layout.lines[0].size() - 3) % 3 == 0);
    }
}

TEST_CASE("lay_out: lines that do not fit below one another are left out") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    cache->set_size(20, 0);
    std::vector<std::string> lines(10, "x");
    std::size_t before = 0;
    for (int height = 1; height < 300; height += 5) {
        Layout layout = lay_out(lines, {200, height}, {Place::bottom, 0, 0, 0}, *cache);
        CHECK(layout.cut == (layout.lines.size() < lines.size()));
        CHECK(layout.lines.size() >= before);
        before = layout.lines.size();
    }
    CHECK(before == lines.size());
}

TEST_CASE("lay_out: blank and empty text gives no letters, and no box where nothing is") {
    std::optional<GlyphCache> cache = glyphs();
    if (!cache)
        return;
    cache->set_size(20, 0);
    CHECK(lay_out({}, {200, 100}, {Place::top, 0, 5, 5}, *cache).box.size == Size{});
    CHECK(lay_out({""}, {200, 100}, {Place::top, 0, 5, 5}, *cache).box.size == Size{});
    // What asks for nothing to be drawn is not drawn as a box for an unknown character.
    Layout invisible = lay_out({"a\u200B\uFEFF\uFE0Fb"}, {200, 100}, {Place::top, 0, 0, 0}, *cache);
    CHECK(invisible.glyphs.size() == 2);
}
