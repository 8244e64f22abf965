// Lines of text to an artwork: where everything stands on a picture.

#include "verb/stamp/arrangement.hpp"

#include <algorithm>

namespace img {

namespace {

/// The part of `free` pixels that stands before the text: 0, half or all.
int before(int free, int third) {
    return free * third / 2;
}

/// `begin` and `length` extended outwards to multiples of `unit`, within `most`.
void extend(int& begin, int& length, int unit, int most) {
    int end = std::min((begin + length + unit - 1) / unit * unit, most);
    begin = begin / unit * unit;
    length = end - begin;
}

/// Outlines first, so that no letter is covered by its neighbour's.
void add_inks(Artwork& artwork, const SetLine& line, int x, int baseline, const BlockStyle& style) {
    for (const SetLine::Piece& piece : line.pieces)
        if (piece.outline)
            artwork.inks.push_back({piece.outline, x + piece.x, baseline + piece.y, style.panel});
    for (const SetLine::Piece& piece : line.pieces)
        artwork.inks.push_back({piece.fill, x + piece.x, baseline + piece.y, style.color});
}

} // namespace

Arrangement arrange(const std::vector<std::string>& lines, const Sheet& sheet,
                    const BlockStyle& style, Typesetter& typesetter) {
    Arrangement out;
    const Size size = sheet.size;
    const LineMetrics metrics = typesetter.metrics();
    int room_x = size.width - 2 * (style.margin + style.padding_x);
    int room_y = size.height - 2 * (style.margin + style.padding_y);

    std::vector<SetLine> fitted;
    int width = 0, ascent = metrics.ascent, descent = metrics.descent;
    for (const std::string& line : lines) {
        // The first line's tallest ink and the last one's deepest decide over the box.
        SetLine candidate = typesetter.set(line, room_x);
        int first_ascent = fitted.empty() ? std::max(ascent, candidate.top) : ascent;
        int last_descent = std::max(metrics.descent, candidate.bottom);
        int height = first_ascent + static_cast<int>(fitted.size()) * metrics.height + last_descent;
        out.cut = out.cut || candidate.cut;
        if (height > room_y) {
            out.cut = true;
            break;
        }
        ascent = first_ascent;
        descent = last_descent;
        width = std::max(width, candidate.total_width());
        fitted.push_back(std::move(candidate));
    }
    if (fitted.empty() || width == 0)
        return out;

    const int height = ascent + static_cast<int>(fitted.size() - 1) * metrics.height + descent;
    const int column = static_cast<int>(style.place) % 3, row = static_cast<int>(style.place) / 3;
    Rectangle& box = out.box;
    box.size = {width + 2 * style.padding_x, height + 2 * style.padding_y};
    box.x = style.margin + before(size.width - 2 * style.margin - box.size.width, column);
    box.y = style.margin + before(size.height - 2 * style.margin - box.size.height, row);
    if (style.opacity > 0) {
        extend(box.x, box.size.width, sheet.grid.width, size.width);
        extend(box.y, box.size.height, sheet.grid.height, size.height);
        out.artwork.panels.push_back({box, style.panel, style.opacity});
    }

    int baseline = box.y + (box.size.height - height) / 2 + ascent;
    const int left = box.x + (box.size.width - width) / 2;
    for (SetLine& line : fitted) {
        int x = left + line.left + before(width - line.total_width(), column);
        add_inks(out.artwork, line, x, baseline, style);
        out.lines.push_back(std::move(line.text));
        baseline += metrics.height;
    }
    return out;
}

} // namespace img
