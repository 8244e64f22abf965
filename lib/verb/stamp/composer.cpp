// Puts panels and rows of text on a sheet, one after another.

#include "verb/stamp/composer.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

/// Below this no letter is legible.
constexpr int smallest_text = 8;

/// Room for any row.
constexpr int boundless = 1 << 28;

constexpr Color white{255, 255, 255}, black{0, 0, 0};

/// BT.601's.
double luma_of(Color color) {
    return .299 * color.red + .587 * color.green + .114 * color.blue;
}

/// `begin` and `length` extended outwards to multiples of `unit`, within `most`.
void extend(int& begin, int& length, int unit, int most) {
    int end = std::min((begin + length + unit - 1) / unit * unit, most);
    begin = std::max(begin, 0) / unit * unit;
    length = end - begin;
}

} // namespace

Rectangle around(const Rectangle& one, const Rectangle& other) {
    if (one.empty() || other.empty())
        return one.empty() ? other : one;
    int x = std::min(one.x, other.x), y = std::min(one.y, other.y);
    return {x,
            y,
            {std::max(one.right(), other.right()) - x, std::max(one.bottom(), other.bottom()) - y}};
}

Rectangle on_grid(Rectangle area, const Sheet& sheet) {
    extend(area.x, area.size.width, sheet.grid.width, sheet.size.width);
    extend(area.y, area.size.height, sheet.grid.height, sheet.size.height);
    return area;
}

FittedRow Composer::fit(const Row& row, int size, int room, double least) {
    int smallest = std::max(smallest_text, static_cast<int>(std::lround(size * least)));
    int pixels = std::clamp(size, smallest, Font::largest_size);
    FittedRow out;
    auto set = [&](bool bounded) {
        out = FittedRow{};
        out.size = pixels;
        typesetter_.set_size(pixels, look_.outline * pixels);
        for (const Run& run : row) {
            if (out.cut)
                break;
            SetLine line = typesetter_.set(run.text, bounded ? room - out.width : boundless);
            out.cut = line.cut;
            out.width += line.total_width();
            out.parts.push_back({std::move(line), run.color});
        }
    };
    set(false);
    while (out.width > room && pixels > smallest) {
        pixels = std::max(smallest, pixels * 19 / 20);
        set(false);
    }
    if (out.width > room)
        set(true);
    out.capital = typesetter_.set("H", boundless).top;
    return out;
}

Rectangle Composer::add_panel(const Rectangle& area, double opacity) {
    Rectangle panel = on_grid(area, sheet_);
    if (opacity > 0 && !panel.empty())
        out_.artwork.panels.push_back({panel, look_.panel, opacity});
    out_.box = around(out_.box, panel);
    return panel;
}

void Composer::add_stripe(const Rectangle& area, Color color) {
    out_.artwork.panels.push_back({area, color, 1});
}

Color Composer::letters_on(const Rectangle& area, double opacity) const {
    if (look_.color)
        return *look_.color;
    double below = look_.luma(area) * (1 - opacity) + luma_of(look_.panel) * opacity;
    return below < 128 ? white : black;
}

void Composer::draw(const SetLine& line, int x, int baseline, Color color) {
    if (line.pieces.empty())
        return;
    Color halo = look_.color ? look_.panel : luma_of(color) < 128 ? white : black;
    std::vector<Ink>& inks = out_.artwork.inks;
    int pen = x + line.left;
    // Outlines first, so that no letter is covered by its neighbour's.
    for (const SetLine::Piece& piece : line.pieces)
        if (piece.outline)
            inks.push_back({piece.outline, pen + piece.x, baseline + piece.y, halo});
    for (const SetLine::Piece& piece : line.pieces)
        inks.push_back({piece.fill, pen + piece.x, baseline + piece.y, color});
    Rectangle ink{x, baseline - line.top, {line.total_width(), line.top + line.bottom}};
    out_.box = around(out_.box, ink);
}

void Composer::add_row(const FittedRow& row, int x, int baseline, Color letters) {
    std::string text;
    for (const FittedRow::Part& part : row.parts) {
        draw(part.line, x, baseline, part.color.value_or(letters));
        x += part.line.total_width();
        text += part.line.text;
    }
    out_.cut = out_.cut || row.cut;
    out_.lines.push_back(std::move(text));
}

void Composer::add_line(const SetLine& line, int x, int baseline, Color color) {
    draw(line, x, baseline, color);
    out_.lines.push_back(line.text);
}

} // namespace img
