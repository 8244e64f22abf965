// Lines of text to an artwork: where everything stands on a picture.

#include "verb/stamp/arrangement.hpp"

#include "verb/stamp/composer.hpp"

#include <algorithm>

namespace img {

namespace {

/// The part of `free` pixels that stands before the text: 0, half or all.
int before(int free, int third) {
    return free * third / 2;
}

std::vector<SetLine> set_lines(const std::vector<std::string>& lines, Size room,
                               BlockStyle::TooLong too_long, Typesetter& typesetter) {
    const LineMetrics metrics = typesetter.metrics();
    const int further = std::max(0, room.height - metrics.ascent - metrics.descent);
    const std::size_t most_lines =
        1 + static_cast<std::size_t>(further / std::max(1, metrics.height));
    std::vector<SetLine> set;
    for (const std::string& line : lines) {
        if (too_long == BlockStyle::TooLong::ellipsis)
            set.push_back(typesetter.set(line, room.width));
        else
            for (SetLine& piece :
                 typesetter.wrap(line, room.width, most_lines - std::min(most_lines, set.size())))
                set.push_back(std::move(piece));
    }
    return set;
}

} // namespace

Arrangement arrange(const std::vector<std::string>& lines, const Sheet& sheet, const Look& look,
                    const BlockStyle& style, Typesetter& typesetter) {
    Composer composer{sheet, look, typesetter};
    const Size size = sheet.size;
    const LineMetrics metrics = typesetter.metrics();
    const Size room{size.width - 2 * (style.margin + style.padding_x),
                    size.height - 2 * (style.margin + style.padding_y)};

    std::vector<SetLine> fitted;
    int width = 0, ascent = metrics.ascent, descent = metrics.descent;
    for (SetLine& candidate : set_lines(lines, room, style.too_long, typesetter)) {
        // The first line's tallest ink and the last one's deepest decide over the box.
        int first_ascent = fitted.empty() ? std::max(ascent, candidate.top) : ascent;
        int last_descent = std::max(metrics.descent, candidate.bottom);
        int height = first_ascent + static_cast<int>(fitted.size()) * metrics.height + last_descent;
        if (candidate.cut)
            composer.cut();
        if (height > room.height) {
            composer.cut();
            break;
        }
        ascent = first_ascent;
        descent = last_descent;
        width = std::max(width, candidate.total_width());
        fitted.push_back(std::move(candidate));
    }
    if (fitted.empty() || width == 0)
        return composer.take();

    const int height = ascent + static_cast<int>(fitted.size() - 1) * metrics.height + descent;
    const int column = static_cast<int>(style.place) % 3, row = static_cast<int>(style.place) / 3;
    Rectangle box;
    box.size = {width + 2 * style.padding_x, height + 2 * style.padding_y};
    box.x = style.margin + before(size.width - 2 * style.margin - box.size.width, column);
    box.y = style.margin + before(size.height - 2 * style.margin - box.size.height, row);
    if (look.opacity > 0)
        box = composer.add_panel(box, look.opacity);

    const Color color = composer.letters_on(box, look.opacity);
    int baseline = box.y + (box.size.height - height) / 2 + ascent;
    const int left = box.x + (box.size.width - width) / 2;
    for (const SetLine& line : fitted) {
        int x = left + before(width - line.total_width(), column);
        composer.add_line(line, x, baseline, color);
        baseline += metrics.height;
    }
    Arrangement out = composer.take();
    out.box = box;
    return out;
}

} // namespace img
