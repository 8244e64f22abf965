// The ready-made designs: what is known of a frame to an arrangement on its picture.

#include "verb/stamp/styles.hpp"

#include "verb/stamp/composer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

/// Sizes below are those of letters on a picture of so many lines.
constexpr double lines_of_design = 1080;

struct Entry {
    Row row;
    double size;
};

Color mixed(Color one, Color other, double share) {
    auto mix = [&](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a * share + b * (1 - share)));
    };
    return {mix(one.red, other.red), mix(one.green, other.green), mix(one.blue, other.blue)};
}

std::string joined(std::initializer_list<std::string> parts, std::string_view between) {
    std::string out;
    for (const std::string& part : parts)
        if (!part.empty())
            out += str(out.empty() ? "" : between, part);
    return out;
}

/// The first two, and how many more there are.
std::vector<std::string> two_alerts(const StampFacts& facts) {
    std::vector<std::string> shown{
        facts.alerts.begin(),
        facts.alerts.begin() + static_cast<long>(std::min<std::size_t>(2, facts.alerts.size()))};
    if (facts.alerts.size() > 2)
        shown.back() += str(" +", facts.alerts.size() - 2);
    return shown;
}

/// A design on its way to an arrangement.
class Designer {
public:
    Designer(const StampFacts& facts, const Sheet& sheet, const Look& look,
             const StyleSettings& settings, Typesetter& typesetter)
        : facts_(facts), settings_(settings), composer_(sheet, look, typesetter),
          width_(sheet.size.width), height_(sheet.size.height),
          margin_(static_cast<int>(std::lround(height_ * settings.margin))), free_(height_) {}

    Arrangement bar();
    Arrangement boxes();
    Arrangement panel();
    Arrangement minimal();
    Arrangement mobile();

private:
    int pixels(double size) const {
        return static_cast<int>(std::lround(size * settings_.scale * height_ / lines_of_design));
    }
    Place place_or(Place standard) const { return settings_.place.value_or(standard); }
    static int column(Place place) { return static_cast<int>(place) % 3; }
    static int row(Place place) { return static_cast<int>(place) / 3; }
    double opacity() const { return composer_.look().opacity; }
    Color dim(Color letters) const { return mixed(letters, composer_.look().panel, .7); }

    /// A rectangle of this size at a place, a margin from the edges.
    Rectangle at(Place place, Size size) const {
        return {margin_ + (width_ - 2 * margin_ - size.width) * column(place) / 2,
                margin_ + (height_ - 2 * margin_ - size.height) * row(place) / 2, size};
    }
    void add(Row& row, const std::string& text, std::optional<Color> color = {}) const;
    /// The rows in a block, in one panel; what does not fit below one another is left out.
    void block(const std::vector<Entry>& entries, Place place, double leading, double padding);
    /// Each row in a box of its own, one below the other.
    void stack(const std::vector<Entry>& entries, Place place);

    const StampFacts& facts_;
    const StyleSettings& settings_;
    Composer composer_;
    int width_, height_, margin_;
    int free_; ///< of the height, for a block
};

/// Dots between what is said in one row.
void Designer::add(Row& row, const std::string& text, std::optional<Color> color) const {
    if (text.empty())
        return;
    if (!row.empty())
        row.push_back({"  \xC2\xB7  ", {}});
    row.push_back({text, color});
}

void Designer::block(const std::vector<Entry>& entries, Place place, double leading,
                     double padding) {
    std::vector<FittedRow> rows;
    int width = 0, height = 0, edge = 0;
    std::vector<int> baselines;
    for (const Entry& entry : entries) {
        if (entry.row.empty())
            continue;
        int size = pixels(entry.size);
        int inset = rows.empty() ? static_cast<int>(std::max(size, 12) * padding) : edge;
        FittedRow row = composer_.fit(entry.row, size, width_ - 2 * (margin_ + inset));
        int baseline = rows.empty() ? row.capital
                                    : height + std::max(row.capital * 3 / 2,
                                                        static_cast<int>(row.size * leading));
        if (baseline + 2 * (margin_ + inset) > free_ || row.width == 0) {
            composer_.cut();
            continue;
        }
        edge = inset;
        height = baseline;
        baselines.push_back(baseline);
        width = std::max(width, row.width);
        rows.push_back(std::move(row));
    }
    if (rows.empty())
        return;
    Rectangle box = at(place, {width + 2 * edge, height + 2 * edge});
    if (opacity() > 0)
        box = composer_.add_panel(box, opacity());
    Color letters = composer_.letters_on(box, opacity());
    int left = box.x + (box.size.width - width) / 2;
    int top = box.y + (box.size.height - height) / 2;
    for (std::size_t i = 0; i < rows.size(); ++i)
        composer_.add_row(rows[i], left + (width - rows[i].width) * column(place) / 2,
                          top + baselines[i], letters);
}

void Designer::stack(const std::vector<Entry>& entries, Place place) {
    struct Box {
        FittedRow row;
        Size size;
    };
    std::vector<Box> boxes;
    const int unit = composer_.sheet().grid.height;
    // Boxes that stand on the grid touch, or are a whole unit apart.
    const int gap = static_cast<int>(std::lround(height_ * .012 / unit)) * unit;
    const int inset = pixels(20);
    int height = 0;
    for (const Entry& entry : entries) {
        if (entry.row.empty())
            continue;
        int size = pixels(entry.size);
        FittedRow row = composer_.fit(entry.row, size, width_ - 2 * (margin_ + inset));
        int tall = (row.capital + size + unit - 1) / unit * unit;
        int before = boxes.empty() ? 0 : gap;
        if (height + before + tall + 2 * margin_ > height_ || row.width == 0) {
            composer_.cut();
            continue;
        }
        height += before + tall;
        Size box{row.width + 2 * inset, tall};
        boxes.push_back({std::move(row), box});
    }
    int y = at(place, {0, height}).y / unit * unit;
    for (const Box& box : boxes) {
        Rectangle area{at(place, box.size).x, y, box.size};
        // The rows stand below one another, although their boxes grow to the grid.
        int x = at(place, {box.row.width + 2 * inset, 0}).x + inset;
        Rectangle panel = composer_.add_panel(area, opacity());
        composer_.add_row(box.row, x, panel.y + (panel.size.height + box.row.capital) / 2,
                          composer_.letters_on(panel, opacity()));
        y += box.size.height + gap;
    }
}

Arrangement Designer::bar() {
    const bool on_top = settings_.place && row(*settings_.place) == 0;
    int tall = std::min(height_, static_cast<int>(std::lround(height_ / 8. * settings_.scale)));
    Rectangle band{0, on_top ? 0 : height_ - tall, {width_, tall}};
    band = composer_.add_panel(band, opacity());
    Color letters = composer_.letters_on(band, opacity());

    Row said;
    add(said, facts_.condition, facts_.severity);
    for (const std::string& alert : two_alerts(facts_))
        add(said, alert);
    const std::string full = joined({facts_.date, facts_.clock, facts_.zone}, " ");
    const std::string brief = joined({facts_.clock, facts_.zone}, " ");
    auto measured = [&](const std::string& time) {
        Row row;
        add(row, time);
        add(row, facts_.temperature);
        return row;
    };

    const int large = std::min(pixels(48), band.size.height * 3 / 5);
    const int edge = std::max(margin_, large * 3 / 4), room = width_ - 2 * edge;
    const int gap = large;
    FittedRow left, right;
    bool fits = false;
    for (const std::string& time : {full, brief})
        for (int percent = 100; !fits && percent >= 70; percent -= 5) {
            int size = large * percent / 100;
            left = composer_.fit(said, size, width_ * 64, 1);
            right = composer_.fit(measured(time), size, width_ * 64, 1);
            fits = left.width + right.width + (said.empty() ? 0 : gap) <= room;
        }
    if (!fits) {
        // The alerts get what is left; the zone goes only where there is no room to speak of.
        const int size = right.size;
        right = composer_.fit(measured(brief), size, width_ * 64, 1);
        if (right.width * 2 > room)
            right = composer_.fit(measured(joined({facts_.clock, facts_.offset}, " ")), size,
                                  said.empty() ? room : room / 2);
        left = composer_.fit(said, size, room - right.width - gap, 1);
    }
    int baseline = band.y + (band.size.height + std::max(left.capital, right.capital)) / 2;
    if (!said.empty())
        composer_.add_row(left, edge, baseline, letters);
    composer_.add_row(right, said.empty() ? edge : width_ - edge - right.width, baseline, letters);

    std::vector<Entry> place;
    if (!facts_.camera.empty())
        place.push_back({{{facts_.camera, {}}}, 32});
    for (const std::string& line : facts_.text)
        place.push_back({{{line, {}}}, 28});
    free_ -= band.size.height;
    block(place, on_top ? Place::bottom_left : Place::top_left, 1.4, .5);
    return composer_.take();
}

Arrangement Designer::boxes() {
    std::vector<Entry> entries{{{}, 48}, {{}, 36}, {{}, 36}};
    add(entries[0].row, facts_.condition, facts_.severity);
    add(entries[1].row, joined({facts_.date, facts_.clock, facts_.zone}, " "));
    add(entries[2].row, facts_.temperature);
    for (const std::string& alert : two_alerts(facts_))
        entries.push_back({{{alert, {}}}, 36});
    if (!facts_.camera.empty())
        entries.push_back({{{facts_.camera, {}}}, 28});
    for (const std::string& line : facts_.text)
        entries.push_back({{{line, {}}}, 28});
    stack(entries, place_or(Place::top_left));
    return composer_.take();
}

Arrangement Designer::minimal() {
    std::vector<Entry> entries{{{}, 54}, {{}, 42}};
    add(entries[0].row, facts_.condition, facts_.severity);
    add(entries[0].row, facts_.temperature);
    add(entries[1].row, facts_.camera);
    add(entries[1].row, joined({facts_.date, facts_.clock, facts_.zone}, " "));
    for (const std::string& alert : two_alerts(facts_))
        entries.push_back({{{alert, {}}}, 42});
    for (const std::string& line : facts_.text)
        entries.push_back({{{line, {}}}, 42});
    block(entries, place_or(Place::bottom_left), 1.4, .35);
    return composer_.take();
}

Arrangement Designer::mobile() {
    std::vector<Entry> entries{{{}, 120}, {{}, 84}};
    add(entries[0].row, facts_.condition, facts_.severity);
    add(entries[1].row, joined({facts_.clock.substr(0, 5), facts_.offset}, " "));
    add(entries[1].row, facts_.temperature);
    for (const std::string& line : facts_.text)
        entries.push_back({{{line, {}}}, 84});
    block(entries, place_or(Place::bottom_left), 1.35, .5);
    return composer_.take();
}

Arrangement Designer::panel() {
    struct Pair {
        std::string label;
        Run value;
    };
    std::vector<Pair> pairs;
    auto pair = [&](const std::string& label, const std::string& value,
                    std::optional<Color> color = {}) {
        if (!value.empty())
            pairs.push_back({label, {value, color}});
    };
    pair("Road", facts_.condition, facts_.severity);
    pair("Air", facts_.temperature);
    std::string label = "Alert";
    for (const std::string& alert : two_alerts(facts_)) {
        pair(label, alert);
        label.clear();
    }
    pair("Time", joined({facts_.clock, facts_.zone}, " "));
    pair("Date", facts_.date);
    for (const std::string& line : facts_.text)
        pair("", line);

    const int size = pixels(32), edge = std::max(6, size * 3 / 4), advance = size * 3 / 2;
    const int stripe = facts_.condition.empty() ? 0 : std::max(3, pixels(10));
    const int room =
        std::min(width_ - 2 * (margin_ + edge) - stripe, std::max(size * 14, width_ * 2 / 5));
    FittedRow title = composer_.fit({{facts_.camera, {}}}, pixels(38), room);
    std::vector<std::pair<FittedRow, FittedRow>> rows;
    int labels = 0, values = 0;
    for (const Pair& one : pairs) {
        rows.emplace_back(composer_.fit({{one.label, {}}}, size, room / 3), FittedRow{});
        labels = std::max(labels, rows.back().first.width + size);
    }
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        rows[i].second = composer_.fit({pairs[i].value}, size, room - labels, .85);
        values = std::max(values, rows[i].second.width);
    }
    const int head = facts_.camera.empty() ? 0 : title.capital + advance * 6 / 5;
    const int first = rows.empty() ? 0 : rows[0].second.capital;
    auto height = [&] { return head + first + static_cast<int>(rows.size()) * advance - advance; };
    while (rows.size() > 1 && height() + 2 * (edge + margin_) > height_) {
        rows.pop_back();
        composer_.cut();
    }
    if (rows.empty() || height() + 2 * (edge + margin_) > height_) {
        composer_.cut();
        return composer_.take();
    }
    const int width = std::max(labels + values, title.width);
    Rectangle box =
        at(place_or(Place::top_right), {width + 2 * edge + stripe, height() + 2 * edge});
    if (opacity() > 0)
        box = composer_.add_panel(box, opacity());
    Color letters = composer_.letters_on(box, opacity());
    if (stripe > 0 && opacity() > 0)
        composer_.add_stripe({box.x, box.y, {stripe, box.size.height}}, facts_.severity);
    const int left = box.x + stripe + (box.size.width - stripe - width) / 2;
    int baseline = box.y + (box.size.height - height()) / 2;
    if (head > 0)
        composer_.add_row(title, left, baseline + title.capital, letters);
    baseline += head + first;
    for (auto& [both, value] : rows) {
        for (FittedRow::Part& part : both.parts)
            part.color = dim(letters);
        SetLine space;
        space.width = labels - both.width;
        space.text = both.width > 0 ? " " : "";
        both.parts.push_back({space, {}});
        both.parts.insert(both.parts.end(), value.parts.begin(), value.parts.end());
        both.cut = both.cut || value.cut;
        composer_.add_row(both, left, baseline, letters);
        baseline += advance;
    }
    return composer_.take();
}

} // namespace

double standard_opacity(Style style) {
    constexpr std::array<double, 7> opacities{.5, 1, 1, .72, 0, .78, 0};
    return opacities[static_cast<std::size_t>(style)];
}

double standard_outline(Style style) {
    return style == Style::minimal ? .1 : 0;
}

Arrangement arrange_style(Style style, const StampFacts& facts, const Sheet& sheet,
                          const Look& look, const StyleSettings& settings, Typesetter& typesetter) {
    Designer designer{facts, sheet, look, settings, typesetter};
    switch (style) {
    case Style::bar:
        return designer.bar();
    case Style::boxes:
        return designer.boxes();
    case Style::panel:
        return designer.panel();
    case Style::minimal:
        return designer.minimal();
    case Style::mobile:
        return designer.mobile();
    case Style::plain:
    case Style::none:
        break;
    }
    return {};
}

} // namespace img
