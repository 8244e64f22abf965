#include "verb/stamp/typesetter.hpp"

#include "base/error.hpp"
#include "verb/stamp/fonts.hpp"

#include <doctest/doctest.h>
#include <optional>

using namespace img;

namespace {

std::optional<Typesetter> typesetter() {
    try {
        return Typesetter{open_font("")};
    } catch (const Error& error) {
        MESSAGE("skipped: ", std::string{error.what()});
        return std::nullopt;
    }
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
    std::optional<Typesetter> setter = typesetter();
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
    std::optional<Typesetter> setter = typesetter();
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
    std::optional<Typesetter> setter = typesetter();
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
    std::optional<Typesetter> setter = typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    CHECK(setter->set("", endless).pieces.empty());
    SetLine line = setter->set("a\u200B\uFEFF\uFE0Fb", endless);
    CHECK(line.pieces.size() == 2);
    CHECK(line.total_width() == setter->set("ab", endless).total_width());
}
