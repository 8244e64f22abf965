#include "verb/stamp/arrangement.hpp"
#include "verb/stamp/composer.hpp"

#include "../font.hpp"
#include "base/error.hpp"
#include "verb/stamp/fonts.hpp"

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>

using namespace img;

namespace {

bool inside(const Rectangle& inner, const Rectangle& outer) {
    return inner.empty() || (inner.x >= outer.x && inner.y >= outer.y &&
                             inner.right() <= outer.right() && inner.bottom() <= outer.bottom());
}

const Color white{255, 255, 255}, black{0, 0, 0};

Look look(double opacity, double outline = 0) {
    return {white, black, opacity, outline, nullptr};
}

const std::vector<std::string> two_lines{"Ångström jgy_|", "2026-11-21 13:43:38 UTC"};

} // namespace

TEST_CASE("arrange: at every place and size, all ink is in the box and the box on the picture") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    for (Size size : {Size{1, 1}, Size{16, 16}, Size{48, 400}, Size{400, 30}, Size{640, 360}})
        for (Size grid : {Size{1, 1}, Size{16, 8}})
            for (int letters : {8, 15, 60})
                for (double outline : {0., .25})
                    for (double opacity : {0., .5})
                        for (int place = 0; place < 9; ++place) {
                            CAPTURE(size.width);
                            CAPTURE(letters);
                            CAPTURE(place);
                            setter->set_size(letters, outline * letters);
                            int padding = opacity > 0 ? 5 : 0;
                            Arrangement out = arrange(
                                two_lines, {size, grid}, look(opacity, outline),
                                {static_cast<Place>(place), size.height / 50, padding, padding},
                                *setter);
                            REQUIRE(inside(out.box, {0, 0, size}));
                            REQUIRE((out.cut || out.lines == two_lines));
                            for (const Ink& ink : out.artwork.inks)
                                REQUIRE(inside(ink.area(), out.box));
                            for (const Panel& panel : out.artwork.panels)
                                REQUIRE(panel.area == out.box);
                            REQUIRE(out.artwork.panels.size() == (opacity > 0 && !out.box.empty()));
                        }
}

TEST_CASE("arrange: the box stands at the place that is named, a margin from the edges") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    const Size size{640, 360};
    constexpr int margin = 7;
    for (int place = 0; place < 9; ++place) {
        Arrangement out = arrange({"north"}, {size, {1, 1}}, look(.5),
                                  {static_cast<Place>(place), margin, 3, 2}, *setter);
        CHECK_FALSE(out.cut);
        int left = out.box.x, right = size.width - out.box.right();
        int above = out.box.y, below = size.height - out.box.bottom();
        CHECK((place % 3 == 0   ? left == margin
               : place % 3 == 1 ? std::abs(left - right) <= 1
                                : right == margin));
        CHECK((place / 3 == 0   ? above == margin
               : place / 3 == 1 ? std::abs(above - below) <= 1
                                : below == margin));
    }
}

TEST_CASE("arrange: a panel covers whole units of the grid, and the text is in its middle") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    for (int place = 0; place < 9; ++place) {
        Arrangement out = arrange({"HHHH"}, {{648, 364}, {16, 8}}, look(.5),
                                  {static_cast<Place>(place), 7, 3, 2}, *setter);
        const Rectangle& box = out.box;
        CHECK(box.x % 16 == 0);
        CHECK(box.y % 8 == 0);
        CHECK((box.right() % 16 == 0 || box.right() == 648));
        CHECK((box.bottom() % 8 == 0 || box.bottom() == 364));
        int left = out.artwork.inks.front().area().x - box.x;
        int right = box.right() - out.artwork.inks.back().area().right();
        CHECK(std::abs(left - right) <= 2);
    }
}

TEST_CASE("arrange: a line that is too long ends with an ellipsis, and as late as it may") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    const std::string text = "over the river and through the wood";
    std::size_t before = 0;
    for (int width = 0; width <= 480; width += 3) {
        Arrangement out =
            arrange({text}, {{width, 100}, {1, 1}}, look(0), {Place::top, 0, 0, 0}, *setter);
        if (!out.cut) {
            CHECK(out.lines == std::vector<std::string>{text});
            continue;
        }
        std::string line = out.lines.empty() ? "" : out.lines[0];
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

TEST_CASE("arrange: lines that do not fit below one another are left out") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    std::vector<std::string> lines(10, "x");
    std::size_t before = 0;
    for (int height = 1; height < 300; height += 5) {
        Arrangement out =
            arrange(lines, {{200, height}, {1, 1}}, look(0), {Place::bottom, 0, 0, 0}, *setter);
        CHECK(out.cut == (out.lines.size() < lines.size()));
        CHECK(out.lines.size() >= before);
        before = out.lines.size();
    }
    CHECK(before == lines.size());
}

TEST_CASE("arrange: blank and empty text gives no letters, and no box where nothing is") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 0);
    for (const std::vector<std::string>& lines : {std::vector<std::string>{}, {""}}) {
        Arrangement out =
            arrange(lines, {{200, 100}, {1, 1}}, look(.5), {Place::top, 0, 5, 5}, *setter);
        CHECK(out.box.empty());
        CHECK(out.artwork.panels.empty());
    }
}

TEST_CASE("arrange: letters without a colour of their own are told from what is below them") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    setter->set_size(20, 2);
    auto colors = [&](double luma, double opacity, Color panel) {
        Look automatic{std::nullopt, panel, opacity, .1, [=](const Rectangle& area) {
                           CHECK(!area.empty());
                           return luma;
                       }};
        Arrangement out =
            arrange({"x"}, {{200, 100}, {1, 1}}, automatic, {Place::top, 0, 2, 2}, *setter);
        REQUIRE(out.artwork.inks.size() == 2);
        return std::pair{out.artwork.inks[1].color, out.artwork.inks[0].color};
    };
    CHECK(colors(230, 0, black) == std::pair{black, white});
    CHECK(colors(30, 0, black) == std::pair{white, black});
    CHECK(colors(230, .9, black) == std::pair{white, black});
    CHECK(colors(30, .9, white) == std::pair{black, white});
}

TEST_CASE("Composer: a row gets smaller before it is cut, and says so") {
    std::optional<Typesetter> setter = usual_typesetter();
    if (!setter)
        return;
    const Sheet sheet{{640, 360}, {1, 1}};
    const Look plain = look(0);
    Composer composer{sheet, plain, *setter};
    const Row row{{"Heavy", Color{255, 0, 0}}, {" · ", {}}, {"Winter Storm Warning", {}}};
    FittedRow whole = composer.fit(row, 40, 10'000);
    CHECK(whole.size == 40);
    bool was_cut = true;
    for (int room = 0; room <= whole.width; room += 7) {
        FittedRow fitted = composer.fit(row, 40, room);
        REQUIRE(fitted.width <= room);
        CHECK((was_cut || !fitted.cut));
        CHECK((fitted.size == 28 || !fitted.cut));
        CHECK(fitted.size >= 28);
        was_cut = fitted.cut;
    }
    CHECK_FALSE(was_cut);
}
