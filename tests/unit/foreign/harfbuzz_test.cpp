#include "foreign/harfbuzz.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/file.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>
#include <optional>
#include <set>

using namespace img;

namespace {

using enum TextDirection;

const fs::path dejavu{"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"};

std::optional<Font> font() {
    if (!Shaper::available()) {
        MESSAGE("skipped: there is no libharfbuzz.so.0");
        return std::nullopt;
    }
    if (!fs::exists(dejavu)) {
        MESSAGE("skipped: there is no ", dejavu.string());
        return std::nullopt;
    }
    Font opened{dejavu};
    opened.set_size(40);
    return opened;
}

int width(const std::vector<ShapedGlyph>& glyphs) {
    return std::accumulate(glyphs.begin(), glyphs.end(), 0,
                           [](int sum, const ShapedGlyph& glyph) { return sum + glyph.advance; });
}

} // namespace

TEST_CASE("Shaper: Latin letters are the font's own, one behind the other, and grow with it") {
    std::optional<Font> one = font();
    if (!one)
        return;
    Shaper shaper{*one};
    std::vector<ShapedGlyph> glyphs = shaper.shape(U"north", left_to_right);
    REQUIRE(glyphs.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(glyphs[i].glyph == one->glyph_of(U"north"[i]));
        CHECK(glyphs[i].cluster == i);
        CHECK(std::abs(glyphs[i].advance - one->advance(glyphs[i].glyph)) <= 64);
    }
    int before = width(glyphs);
    one->set_size(80);
    CHECK(std::abs(width(shaper.shape(U"north", left_to_right)) - 2 * before) <= 10);
    CHECK(shaper.shape(U"", left_to_right).empty());
}

TEST_CASE("Shaper: Arabic letters join, and come from left to right") {
    std::optional<Font> one = font();
    if (!one)
        return;
    Shaper shaper{*one};
    std::vector<ShapedGlyph> glyphs = shaper.shape(U"ببب", right_to_left);
    REQUIRE(glyphs.size() == 3);
    // One letter, three shapes; the first of the word stands on the right.
    CHECK(std::set{glyphs[0].glyph, glyphs[1].glyph, glyphs[2].glyph}.size() == 3);
    CHECK(glyphs[0].cluster == 2);
    CHECK(glyphs[2].cluster == 0);
    // Letters of a run know those in the script next to them.
    CHECK(shaper.shape(U"لا", right_to_left).size() == 1);
}

TEST_CASE("Shaper: a mark stands on its letter, and is of its cluster") {
    std::optional<Font> one = font();
    if (!one)
        return;
    Shaper shaper{*one};
    std::vector<ShapedGlyph> glyphs = shaper.shape(U"q\u0308x", left_to_right);
    REQUIRE(glyphs.size() == 3);
    CHECK(glyphs[1].cluster == 0);
    CHECK(glyphs[1].advance == 0);
    CHECK(glyphs[1].x < 0); // back from behind the letter
    CHECK(glyphs[2].cluster == 2);
}

TEST_CASE("Shaper: scripts may mix; what the font lacks is glyph 0") {
    std::optional<Font> one = font();
    if (!one)
        return;
    Shaper shaper{*one};
    CHECK(shaper.shape(U"ab Жд αβ", left_to_right).size() == 8);
    std::vector<ShapedGlyph> mixed = shaper.shape(U"אב عع", right_to_left);
    REQUIRE(mixed.size() == 5);
    CHECK(mixed.front().cluster == 4);
    CHECK(mixed.back().cluster == 0);
    CHECK(shaper.shape(U"\x5317", left_to_right).at(0).glyph == 0);
    CHECK_NOTHROW(shaper.shape(std::u32string(10'000, char32_t{0xFFFFFFFF}), left_to_right));
}

TEST_CASE("Shaper: a font that is cut off under it is an Error, each time") {
    if (!font())
        return;
    Scratch directory;
    write_file(directory / "a.ttf", read_file(dejavu));
    Font used{directory / "a.ttf"};
    used.set_size(40);
    fs::resize_file(directory / "a.ttf", 1000);
    Shaper shaper{used};
    CHECK_THROWS_AS(shaper.shape(U"ب", right_to_left), Error);
    CHECK_THROWS_AS(shaper.shape(U"ب", right_to_left), Error);
}

TEST_CASE("Shaper: a font whose tables are garbage gives measures of a sane size, or an Error") {
    if (!font())
        return;
    Scratch directory;
    const Bytes whole = read_file(dejavu);
    std::uint32_t random = 1;
    int used = 0, refused = 0;
    for (int round = 0; round < 40; ++round) {
        Bytes changed = whole;
        for (int i = 0; i < 2000; ++i) {
            random = random * 1664525 + 1013904223;
            changed[random % changed.size()] = static_cast<std::uint8_t>(random >> 24);
        }
        std::copy_n(whole.begin(), 12 + 16 * 20, changed.begin()); // the list of tables is whole
        write_file(directory / "a.ttf", changed);
        try {
            Font broken{directory / "a.ttf"};
            broken.set_size(24);
            Shaper shaper{broken};
            for (const ShapedGlyph& glyph : shaper.shape(U"بلا q\u0308 fi", right_to_left)) {
                CHECK(glyph.advance >= 0);
                CHECK(std::max({glyph.advance, std::abs(glyph.x), std::abs(glyph.y)}) <=
                      16 * 24 * 64);
            }
            ++used;
        } catch (const Error&) {
            ++refused;
        }
    }
    CHECK(used > 0);
    CHECK(used + refused == 40);
}
