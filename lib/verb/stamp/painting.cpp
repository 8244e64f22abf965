// An artwork on the blocks of one JPEG: which MCUs it touches, and what becomes of their blocks.

#include "verb/stamp/painting.hpp"

#include <algorithm>

namespace img {

namespace {

/// Division that rounds down, and up, for negative numbers too; `divisor` is positive.
std::int64_t floor_of(std::int64_t value, std::int64_t divisor) {
    return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

std::int64_t ceiling_of(std::int64_t value, std::int64_t divisor) {
    return floor_of(value + divisor - 1, divisor);
}

/// The numbers of units from `begin` on for `length`, of `count` that there are.
void cut_to_units(int& begin, int& length, int unit, int count) {
    std::int64_t end = std::int64_t{begin} + length;
    std::int64_t first = std::clamp<std::int64_t>(floor_of(begin, unit), 0, count);
    std::int64_t last = std::clamp<std::int64_t>(ceiling_of(end, unit), first, count);
    begin = static_cast<int>(first);
    length = static_cast<int>(last - first);
}

bool contains(const Rectangle& area, int x, int y) {
    return x >= area.x && x < area.right() && y >= area.y && y < area.bottom();
}

} // namespace

Painting::Painting(const JpegScan& scan, const Artwork& artwork, InkMaskCache& masks)
    : scan_(scan), masks_(masks) {
    masks_.turn_to(scan);
    for (const Panel& panel : artwork.panels) {
        auto opacity = static_cast<float>(std::clamp(panel.opacity, 0., 1.));
        Rectangle area = mcus_under(panel.area);
        if (opacity > 0 && !area.empty())
            washes_.push_back({area, values_of(panel.color, scan.model), opacity});
    }
    const std::int64_t wide = scan.mcus_wide();
    for (const Ink& ink : artwork.inks) {
        Rectangle mcus = mcus_under(ink.area());
        if (mcus.empty())
            continue;
        auto spot = static_cast<std::uint32_t>(spots_.size());
        for (int y = mcus.y; y < mcus.bottom(); ++y)
            for (int x = mcus.x; x < mcus.right(); ++x)
                touches_.push_back({y * wide + x, spot});
        spots_.push_back({ink.shape, ink.area(), ink.color});
    }
    std::sort(touches_.begin(), touches_.end());
    find_runs();
}

Rectangle Painting::mcus_under(const Rectangle& area) const {
    if (area.empty())
        return {};
    Rectangle mcus = area;
    cut_to_units(mcus.x, mcus.size.width, scan_.mcu_width(), scan_.mcus_wide());
    cut_to_units(mcus.y, mcus.size.height, scan_.mcu_height(), scan_.mcus_high());
    return mcus;
}

void Painting::find_runs() {
    std::vector<McuRun> pieces;
    const std::int64_t wide = scan_.mcus_wide();
    for (const Wash& wash : washes_)
        for (int y = wash.area.y; y < wash.area.bottom(); ++y)
            pieces.push_back({y * wide + wash.area.x, y * wide + wash.area.right()});
    for (const Touch& touch : touches_)
        if (pieces.empty() || pieces.back().begin > touch.mcu || pieces.back().end < touch.mcu)
            pieces.push_back({touch.mcu, touch.mcu + 1});
        else
            pieces.back().end = std::max(pieces.back().end, touch.mcu + 1);
    std::sort(pieces.begin(), pieces.end(),
              [](const McuRun& a, const McuRun& b) { return a.begin < b.begin; });
    for (const McuRun& piece : pieces)
        if (!runs_.empty() && piece.begin <= runs_.back().end)
            runs_.back().end = std::max(runs_.back().end, piece.end);
        else
            runs_.push_back(piece);
}

void Painting::enter(std::int64_t mcu) {
    const std::int64_t wide = scan_.mcus_wide();
    const int x = static_cast<int>(mcu % wide), y = static_cast<int>(mcu / wide);
    lay_washes(x, y);
    lay_inks(mcu, x * scan_.mcu_width(), y * scan_.mcu_height());
}

void Painting::lay_washes(int x, int y) {
    keep_ = 1;
    add_ = {};
    for (const Wash& wash : washes_) {
        if (!contains(wash.area, x, y))
            continue;
        const float rest = 1 - wash.opacity;
        keep_ *= rest;
        for (std::size_t i = 0; i < add_.size(); ++i)
            add_[i] = add_[i] * rest + wash.values[i] * wash.opacity;
    }
}

void Painting::lay_inks(std::int64_t mcu, int left, int top) {
    if (next_touch_ > 0 && touches_[next_touch_ - 1].mcu >= mcu)
        next_touch_ = 0;
    while (next_touch_ < touches_.size() && touches_[next_touch_].mcu < mcu)
        ++next_touch_;
    inks_.clear();
    for (std::size_t i = next_touch_; i < touches_.size() && touches_[i].mcu == mcu; ++i) {
        const Spot& spot = spots_[touches_[i].spot];
        inks_.push_back({&spot.shape, spot.area.x - left, spot.area.y - top, spot.color});
    }
    mask_ = inks_.empty() ? nullptr : &masks_.mask_of(inks_);
}

bool Painting::comes_again() const {
    return !mask_ || mask_->id != 0;
}

std::string Painting::look() const {
    std::string text(reinterpret_cast<const char*>(add_.data()), sizeof add_);
    const std::uint64_t mask = mask_ ? mask_->id : 0;
    return text.append(reinterpret_cast<const char*>(&mask), sizeof mask);
}

BlockChange Painting::change(std::size_t index, int x, int y) const {
    BlockChange change{keep_, add_[index], {}};
    if (!mask_)
        return change;
    const int wide = scan_.component_count == 1 ? 1 : scan_.components[index].horizontal;
    const InkPlane& plane = mask_->planes[index];
    if ((plane.inked >> (y * wide + x) & 1) == 0)
        return change;
    change.cover.stride = static_cast<std::size_t>(8 * wide);
    const auto at = static_cast<std::size_t>(8 * (8 * y * wide + x));
    change.cover.rest = plane.rest.data() + at;
    if (!plane.ink.empty())
        change.cover.ink = plane.ink.data() + at;
    return change;
}

} // namespace img
