#include "verb/stamp/typesetter.hpp"

#include "../font.hpp"
#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "verb/stamp/fonts.hpp"

#include <doctest/doctest.h>
#include <optional>

using namespace img;

namespace {

/// The default fonts, when shaping is possible and they have what `text` is written with.
std::optional<Typesetter> typesetter_for(std::u32string_view text) {
    FontList list;
    try {
        list = open_fonts("");
    } catch (const Error& error) {
        MESSAGE("skipped: ", std::string{error.what()});
        return std::nullopt;
    }
    GlyphCache probe{open_fonts("")};
    bool all = Shaper::available();
    for (char32_t c : text)
        all = all && probe.glyph_of(probe.font_for({&c, 1}), c) != 0;
    if (!all) {
        MESSAGE("skipped: HarfBuzz or a font is not installed");
        return std::nullopt;
    }
    return Typesetter{std::move(list)};
}

std::vector<std::string> texts(const std::vector<SetLine>& lines) {
    std::vector<std::string> all;
    for (const SetLine& line : lines)
        all.push_back(line.text);
    return all;
}

constexpr int endless = 1 << 20;

/// Whether all of a shape's ink, its pen at (x, y), is within the line's measures.
bool ink_inside(const SetLine& line, int x, int y, const Shape& shape) {
    const Size& size = shape.coverage.size;
    if (size.width == 0 || size.height == 0)
        return true;
    int left = x + shape.left, top = shape.top - y;
    return left >= -line.left && left + size.width <= line.width && top <= line.top &&
           size.height - top <= line.bottom;
}

} // namespace

TEST_CASE("Typesetter: at every size and room, a line and its ink keep to the room") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    for (int letters : {8, 15, 60, 300})
        for (double outline : {0., letters * .25})
            for (int room : {0, 1, 5, 40, 200, 1000, endless}) {
                CAPTURE(letters);
                CAPTURE(outline);
                CAPTURE(room);
                setter->set_size(letters, outline);
                SetLine line = setter->set("jÅngström jgy_|f", room);
                REQUIRE((line.pieces.empty() || line.total_width() <= room));
                REQUIRE(line.cut == (line.text != "jÅngström jgy_|f"));
                for (const SetLine::Piece& piece : line.pieces) {
                    REQUIRE(ink_inside(line, piece.x, piece.y, *piece.fill));
                    REQUIRE((piece.outline != nullptr) == (outline > 0));
                    if (piece.outline)
                        REQUIRE(ink_inside(line, piece.x, piece.y, *piece.outline));
                }
            }
}

TEST_CASE("Typesetter: a line that is too long ends with an ellipsis, and as late as it may") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    const std::string text = "over the river and through the wood";
    std::size_t before = 0;
    for (int room = 0; room <= 480; room += 3) {
        SetLine line = setter->set(text, room);
        if (!line.cut) {
            CHECK(line.text == text);
            continue;
        }
        CHECK(line.text.size() + 8 >= before); // blanks before the ellipsis are left out
        before = line.text.size();
        if (line.text.empty()) {
            CHECK(line.pieces.empty());
            continue;
        }
        REQUIRE(line.text.ends_with("…"));
        CHECK(text.starts_with(line.text.substr(0, line.text.size() - 3)));
        CHECK_FALSE(line.text.ends_with(" …"));
    }
    CHECK(before > 30);
}

TEST_CASE("Typesetter: a mark stays with its letter where the text is cut") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    std::string text;
    for (int i = 0; i < 30; ++i)
        text += "e\u0301";
    for (int room = 30; room < 200; ++room) {
        SetLine line = setter->set(text, room);
        REQUIRE(line.cut);
        REQUIRE(line.text.size() >= 3); // at least the ellipsis
        CHECK((line.text.size() - 3) % 3 == 0);
    }
}

TEST_CASE("Typesetter: what asks for nothing to be drawn is not drawn as an unknown character") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    CHECK(setter->set("", endless).pieces.empty());
    SetLine line = setter->set("a\u200B\uFEFF\uFE0Fb", endless);
    CHECK(line.pieces.size() == 2);
    CHECK(line.total_width() == setter->set("ab", endless).total_width());
}

TEST_CASE("Typesetter: letters that join are drawn joined, marks on their letters") {
    std::optional<Typesetter> setter = typesetter_for(U"ب\u0301");
    if (!setter)
        return;
    setter->set_size(40, 0);
    SetLine joined = setter->set("ببب", endless);
    REQUIRE(joined.pieces.size() == 3);
    CHECK(joined.pieces[0].fill != joined.pieces[1].fill);
    CHECK(joined.pieces[1].fill != joined.pieces[2].fill);
    SetLine marked = setter->set("q\u0301", endless);
    REQUIRE(marked.pieces.size() == 2);
    const Shape &letter = *marked.pieces[0].fill, &mark = *marked.pieces[1].fill;
    CHECK(marked.pieces[1].x + mark.left >= letter.left);
    CHECK(marked.pieces[1].x + mark.left + mark.coverage.size.width <=
          letter.left + letter.coverage.size.width);
    // One measures in whole pixels, the other one in parts.
    CHECK(std::abs(marked.total_width() - setter->set("q", endless).total_width()) <= 1);
}

TEST_CASE("Typesetter: Hebrew stands from right to left, its numbers from left to right") {
    std::optional<Typesetter> setter = typesetter_for(U"אב");
    if (!setter)
        return;
    setter->set_size(40, 0);
    auto shapes = [&](const std::string& text) {
        std::vector<const Shape*> all;
        for (const SetLine::Piece& piece : setter->set(text, endless).pieces)
            all.push_back(piece.fill.get());
        return all;
    };
    std::vector<const Shape*> alef = shapes("א"), bet = shapes("ב"), one = shapes("1"),
                              two = shapes("2"), blank = shapes(" ");
    CHECK(shapes("אב 12") == std::vector{one[0], two[0], blank[0], bet[0], alef[0]});
    CHECK(shapes("1 אב") == std::vector{bet[0], alef[0], blank[0], one[0]});
    CHECK(setter->set("אב 12", endless).text == "אב 12"); // as it is read
}

TEST_CASE("Typesetter: text from right to left loses its end, not what stands on the right") {
    std::optional<Typesetter> setter = typesetter_for(U"אבגד…");
    if (!setter)
        return;
    setter->set_size(20, 0);
    const std::string text = "אבגד אבגד אבגד";
    std::size_t before = 0;
    for (int room = 20; room < setter->set(text, endless).total_width(); room += 3) {
        SetLine line = setter->set(text, room);
        REQUIRE(line.cut);
        REQUIRE(line.total_width() <= room);
        REQUIRE(line.text.ends_with("…"));
        CHECK(text.starts_with(line.text.substr(0, line.text.size() - 3)));
        CHECK(line.text.size() >= before);
        before = line.text.size();
        CHECK(line.pieces.front().fill == setter->set("…", endless).pieces.at(0).fill);
    }
    CHECK(before > 20);
}

TEST_CASE("Typesetter: a syllable that is one shape is not cut") {
    std::optional<Typesetter> setter = typesetter_for(U"क्षि");
    if (!setter)
        return;
    setter->set_size(20, 0);
    std::string text;
    for (int i = 0; i < 20; ++i)
        text += "क्षि"; // four characters of three bytes
    for (int room = 30; room < 200; ++room) {
        SetLine line = setter->set(text, room);
        REQUIRE(line.cut);
        CHECK((line.text.size() - 3) % 12 == 0);
    }
}

TEST_CASE("Typesetter: a character is taken from the first font that has it, or noted once") {
    const fs::path plain{"/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf"},
        thai{"/usr/share/fonts/truetype/noto/NotoSansThai-Regular.ttf"};
    if (!fs::exists(plain) || !fs::exists(thai)) {
        MESSAGE("skipped: DejaVu Sans Mono or Noto Sans Thai is not installed");
        return;
    }
    Captured said{2};
    set_log("test", LogLevel::normal);
    Typesetter both{open_fonts(plain.string() + "," + thai.string())},
        one{open_fonts(plain.string())}, other{open_fonts(thai.string())};
    for (Typesetter* setter : {&both, &one, &other})
        setter->set_size(30, 0);
    CHECK(both.metrics().height == one.metrics().height);
    SetLine mixed = both.set("aกb", endless);
    REQUIRE(mixed.pieces.size() == 3);
    CHECK(mixed.pieces[0].fill->coverage.values ==
          one.set("a", endless).pieces[0].fill->coverage.values);
    CHECK(mixed.pieces[1].fill->coverage.values ==
          other.set("ก", endless).pieces[0].fill->coverage.values);
    CHECK(said.text() == "");
    both.set("\U0001F600 \U0001F600", endless);
    both.set("\U0001F600", endless);
    one.set("ก", endless);
    CHECK(said.text() == "test: no glyph for U+1F600 in any font\n"
                         "test: no glyph for U+0E01 in DejaVuSansMono.ttf\n");
}

TEST_CASE("Typesetter: a wrapped text is broken at blanks, and every line keeps to the room") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    const std::string text = "over the river  and through the wood";
    for (int room = 60; room <= 480; room += 7) {
        std::vector<SetLine> lines = setter->wrap(text, room);
        std::string joined;
        for (const SetLine& line : lines) {
            REQUIRE(line.total_width() <= room);
            CHECK_FALSE(line.cut);
            CHECK_FALSE(line.text.starts_with(' '));
            CHECK_FALSE(line.text.ends_with(' '));
            joined += line.text + ' ';
        }
        std::string blanks = joined;
        std::erase(blanks, ' ');
        CHECK(blanks == "overtheriverandthroughthewood");
    }
    int room = setter->set("over the river", endless).total_width();
    CHECK(texts(setter->wrap(text, room)) ==
          std::vector<std::string>{"over the river", "and through", "the wood"});
    CHECK(texts(setter->wrap(text, endless)) == std::vector{text});
    CHECK(texts(setter->wrap("", room)) == std::vector<std::string>{""});
}

TEST_CASE("Typesetter: a word that is longer than the room is broken at a letter") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    int room = setter->set("mmm", endless).total_width();
    CHECK(texts(setter->wrap("mmmmmmmm m", room)) ==
          std::vector<std::string>{"mmm", "mmm", "mm", "m"});
    std::vector<SetLine> none = setter->wrap("mmm", 3);
    REQUIRE(none.size() == 1);
    CHECK(none[0].cut);
    CHECK(none[0].pieces.empty());
}

TEST_CASE("Typesetter: the last line that is allowed takes the rest, and ends with an ellipsis") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    int room = setter->set("over the river", endless).total_width();
    std::vector<SetLine> lines = setter->wrap("over the river and through the wood", room, 2);
    REQUIRE(lines.size() == 2);
    CHECK_FALSE(lines[0].cut);
    CHECK(lines[1].cut);
    CHECK(lines[1].text.starts_with("and thr"));
    CHECK(lines[1].text.ends_with("…"));
    CHECK(texts(setter->wrap("over the river", room, 1)) ==
          std::vector<std::string>{"over the river"});
    lines = setter->wrap("over the river and through the wood", room, 1);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].cut);
}

TEST_CASE("Typesetter: lines of Chinese break between signs, but not before a full stop") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    Captured said{2}; // that the signs are missing, if they are
    int room = setter->set("北北北", endless).total_width();
    // Whatever shape a font without these signs gives them, all have the same.
    CHECK(texts(setter->wrap("北北北北北", room)) == std::vector<std::string>{"北北北", "北北"});
    std::vector<std::string> lines = texts(setter->wrap("北北北。北", room));
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "北北");
    CHECK(lines[1] == "北。北");
}
