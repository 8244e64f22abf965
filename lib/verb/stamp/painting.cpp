// An artwork on the blocks of one JPEG: which MCUs it touches, and their new coefficients.

#include "verb/stamp/painting.hpp"

#include <algorithm>
#include <cassert>

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

/// The means of pairs of samples in `rows` rows, 1 to 4.
void halve(const float* from, Size to_size, int rows, float* to) {
    const auto wide = static_cast<std::size_t>(2 * to_size.width);
    const float part = .5F / static_cast<float>(rows);
    std::array<float, 64> sums;
    for (int y = 0; y < to_size.height; ++y) {
        std::copy_n(from, wide, sums.data());
        for (int row = 1; row < rows; ++row) {
            from += wide;
            for (std::size_t x = 0; x < wide; ++x)
                sums[x] += from[x];
        }
        from += wide;
        for (std::size_t x = 0; x < wide / 2; ++x)
            to[x] = (sums[2 * x] + sums[2 * x + 1]) * part;
        to += to_size.width;
    }
}

/// The means of the samples that each sample of another size stands for, in part or wholly.
void shrink(const float* from, Size from_size, Size to_size, float* to) {
    for (int y = 0; y < to_size.height; ++y) {
        const int top = y * from_size.height / to_size.height;
        const int bottom = ((y + 1) * from_size.height + to_size.height - 1) / to_size.height;
        for (int x = 0; x < to_size.width; ++x) {
            const int left = x * from_size.width / to_size.width;
            const int right = ((x + 1) * from_size.width + to_size.width - 1) / to_size.width;
            float sum = 0;
            for (int row = top; row < bottom; ++row)
                for (int column = left; column < right; ++column)
                    sum += from[row * from_size.width + column];
            *to++ = sum / static_cast<float>((bottom - top) * (right - left));
        }
    }
}

bool contains(const Rectangle& area, int x, int y) {
    return x >= area.x && x < area.right() && y >= area.y && y < area.bottom();
}

} // namespace

ComponentValues values_of(Color color, ColorModel model) {
    auto red = static_cast<float>(color.red), green = static_cast<float>(color.green),
         blue = static_cast<float>(color.blue);
    // Ink is what light is not.
    if (model == ColorModel::cmyk || model == ColorModel::inverted_ycck) {
        red = 255 - red;
        green = 255 - green;
        blue = 255 - blue;
    }
    float luma = .299F * red + .587F * green + .114F * blue - 128;
    float cb = -.168736F * red - .331264F * green + .5F * blue;
    float cr = .5F * red - .418688F * green - .081312F * blue;
    switch (model) {
    case ColorModel::gray:
        return {luma};
    case ColorModel::ycbcr:
        return {luma, cb, cr};
    case ColorModel::inverted_ycck:
        return {luma, cb, cr, 127};
    case ColorModel::rgb:
        return {red - 128, green - 128, blue - 128};
    case ColorModel::cmyk:
        return {red - 128, green - 128, blue - 128, -128};
    case ColorModel::inverted_cmyk:
        return {red - 128, green - 128, blue - 128, 127};
    }
    return {};
}

Painting::Painting(const JpegScan& scan, const Artwork& artwork) : scan_(scan) {
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
        spots_.push_back({ink.shape, ink.area(), values_of(ink.color, scan.model), ink.color});
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
    int x = static_cast<int>(mcu % wide), y = static_cast<int>(mcu / wide);
    left_ = x * scan_.mcu_width();
    top_ = y * scan_.mcu_height();
    keep_ = 1;
    add_ = {};
    for (const Wash& wash : washes_) {
        if (!contains(wash.area, x, y))
            continue;
        float rest = 1 - wash.opacity;
        keep_ *= rest;
        for (std::size_t i = 0; i < add_.size(); ++i)
            add_[i] = add_[i] * rest + wash.values[i] * wash.opacity;
    }
    if (next_touch_ < touches_.size() && touches_[next_touch_].mcu > mcu)
        next_touch_ = 0;
    while (next_touch_ < touches_.size() && touches_[next_touch_].mcu < mcu)
        ++next_touch_;
    std::size_t last = next_touch_;
    while (last < touches_.size() && touches_[last].mcu == mcu)
        ++last;
    touching_ = std::span{touches_}.subspan(next_touch_, last - next_touch_);
    drawn_ = false;
}

std::string Painting::look() const {
    std::string text(reinterpret_cast<const char*>(add_.data()), sizeof add_);
    for (const Touch& touch : touching_) {
        const Spot& spot = spots_[touch.spot];
        struct {
            const Shape* shape;
            int x, y;
            std::uint32_t color;
        } item{spot.shape.get(), spot.area.x - left_, spot.area.y - top_,
               std::uint32_t{spot.color.red} << 16 | std::uint32_t{spot.color.green} << 8 |
                   spot.color.blue};
        text.append(reinterpret_cast<const char*>(&item.shape), sizeof item.shape);
        text.append(reinterpret_cast<const char*>(&item.x), sizeof item.x);
        text.append(reinterpret_cast<const char*>(&item.y), sizeof item.y);
        text.append(reinterpret_cast<const char*>(&item.color), sizeof item.color);
    }
    return text;
}

std::vector<std::shared_ptr<const Shape>> Painting::shapes() const {
    std::vector<std::shared_ptr<const Shape>> shapes;
    for (const Touch& touch : touching_)
        shapes.push_back(spots_[touch.spot].shape);
    return shapes;
}

/// Every sample of the entered MCU at the picture's full resolution.
void Painting::draw_spots() {
    const int wide = scan_.mcu_width(), high = scan_.mcu_height();
    const auto count = static_cast<std::size_t>(wide * high);
    for (std::size_t i = 0; i < scan_.component_count; ++i) {
        colored_[i] = add_[i] != 0;
        for (const Touch& touch : touching_)
            colored_[i] = colored_[i] || spots_[touch.spot].values[i] != 0;
        if (colored_[i])
            full_.add[i].assign(count, add_[i]);
    }
    full_.keep.assign(count, keep_);
    for (const Touch& touch : touching_) {
        const Spot& spot = spots_[touch.spot];
        const int x = spot.area.x - left_, y = spot.area.y - top_;
        const int from = std::max(x, 0), to = std::min(x + spot.area.size.width, wide);
        const int last = std::min(y + spot.area.size.height, high);
        for (int row = std::max(y, 0); row < last; ++row) {
            const std::uint8_t* coverage = spot.shape->coverage.row(row - y) - x;
            const auto line = static_cast<std::size_t>(row * wide);
            float* keep = full_.keep.data() + line;
            for (int i = from; i < to; ++i)
                keep[i] *= 1 - static_cast<float>(coverage[i]) * (1.F / 255);
            for (std::size_t c = 0; c < scan_.component_count; ++c) {
                if (!colored_[c])
                    continue;
                float* add = full_.add[c].data() + line;
                for (int i = from; i < to; ++i)
                    add[i] +=
                        (spot.values[c] - add[i]) * static_cast<float>(coverage[i]) * (1.F / 255);
            }
        }
    }
    drawn_ = true;
    reduced_for_ = 0;
}

bool Painting::inked(const Rectangle& area) const {
    for (const Touch& touch : touching_) {
        const Rectangle& spot = spots_[touch.spot].area;
        if (spot.x < area.right() && area.x < spot.right() && spot.y < area.bottom() &&
            area.y < spot.bottom())
            return true;
    }
    return false;
}

/// The means of full_ over what each sample of a component stands for.
void Painting::reduce(const JpegComponent& component) {
    const int wide = scan_.mcu_width(), high = scan_.mcu_height();
    const Size samples{8 * component.horizontal, 8 * component.vertical};
    auto mean = [&](const std::vector<float>& from, std::vector<float>& to) {
        to.resize(static_cast<std::size_t>(samples.width * samples.height));
        if (wide == 2 * samples.width && high % samples.height == 0)
            halve(from.data(), samples, high / samples.height, to.data());
        else
            shrink(from.data(), {wide, high}, samples, to.data());
    };
    mean(full_.keep, reduced_.keep);
    for (std::size_t i = 0; i < scan_.component_count; ++i)
        if (colored_[i])
            mean(full_.add[i], reduced_.add[i]);
    reduced_for_ = component.horizontal << 4 | component.vertical;
}

BlockChange Painting::change(std::size_t index, int x, int y) {
    BlockChange change{keep_, add_[index]};
    if (touching_.empty())
        return change;
    const JpegComponent& component = scan_.components[index];
    const bool alone = scan_.component_count == 1;
    const Size blocks{alone ? 1 : component.horizontal, alone ? 1 : component.vertical};
    const Size block{scan_.mcu_width() / blocks.width, scan_.mcu_height() / blocks.height};
    const Rectangle area{left_ + x * block.width, top_ + y * block.height, block};
    // Factors that do not divide the largest make no whole pixels: then all of the MCU counts.
    bool whole = block.width * blocks.width == scan_.mcu_width() &&
                 block.height * blocks.height == scan_.mcu_height();
    if (whole && !inked(area))
        return change;
    if (!drawn_)
        draw_spots();
    const bool full = block == Size{8, 8};
    if (!full && reduced_for_ != (component.horizontal << 4 | component.vertical))
        reduce(component);
    const Plane& plane = full ? full_ : reduced_;
    change.stride = static_cast<std::size_t>(8 * blocks.width);
    const std::size_t at =
        static_cast<std::size_t>(8 * y) * change.stride + static_cast<std::size_t>(8 * x);
    change.keeps = plane.keep.data() + at;
    if (colored_[index])
        change.adds = plane.add[index].data() + at;
    return change;
}

} // namespace img
