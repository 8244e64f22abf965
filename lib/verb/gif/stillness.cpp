// Which pixels have changed visibly since they were last drawn.

#include "verb/gif/stillness.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdlib>

namespace img {

namespace {

constexpr int cell = Stillness::cell;
constexpr int pixels_a_cell = cell * cell;
/// How much evidence is enough beside a cell that has changed for sure.
constexpr float enough_beside = 0.5F;

std::size_t cells(int width, int height) {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

} // namespace

Stillness::Stillness(Size size, double tolerance)
    : size_(size), tolerance_(tolerance), across_((size.width + cell - 1) / cell),
      down_((size.height + cell - 1) / cell), differences_(cells(across_, down_)),
      evidence_(cells(across_, down_)), marks_(cells(size.width, size.height), 1) {}

const std::vector<std::uint8_t>& Stillness::changed(const Picture& picture) {
    assert(picture.size == size_ && picture.space == ColorSpace::ycbcr);
    if (first_) {
        first_ = false;
        drawn_ = picture;
        return marks_;
    }
    measure(picture);
    judge();
    mark(picture);
    return marks_;
}

void Stillness::measure(const Picture& picture) {
    for (int row = 0; row < down_; ++row)
        measure_band(picture, row * cell, std::min((row + 1) * cell, size_.height),
                     &differences_[cells(across_, row)]);
}

void Stillness::measure_band(const Picture& picture, int top, int bottom, Difference* out) {
    // Column by column first, in plain loops for vector units, then across each cell.
    std::size_t stride = picture.stride();
    sums_.assign(stride, 0);
    absolutes_.assign(stride, 0);
    largest_.assign(stride, 0);
    for (int y = top; y < bottom; ++y) {
        const std::uint8_t* now = picture.row(y);
        const std::uint8_t* before = drawn_.row(y);
        for (std::size_t x = 0; x < stride; ++x) {
            auto difference = static_cast<std::int16_t>(now[x] - before[x]);
            auto absolute = static_cast<std::int16_t>(difference < 0 ? -difference : difference);
            sums_[x] = static_cast<std::int16_t>(sums_[x] + difference);
            absolutes_[x] = static_cast<std::int16_t>(absolutes_[x] + absolute);
            largest_[x] = std::max(largest_[x], absolute);
        }
    }
    for (int left = 0; left < size_.width; left += cell) {
        int right = std::min(left + cell, size_.width);
        int luma = 0, blue = 0, red = 0;
        Difference difference;
        for (int x = left; x < right; ++x) {
            std::size_t at = static_cast<std::size_t>(x) * 3;
            luma += sums_[at];
            blue += sums_[at + 1];
            red += sums_[at + 2];
            difference.absolute += absolutes_[at];
            difference.largest = std::max(difference.largest, int{largest_[at]});
        }
        difference.mean = std::abs(luma);
        difference.chroma = std::max(std::abs(blue), std::abs(red));
        // Cells cut by the picture's edge count as whole ones.
        if (int pixels = (right - left) * (bottom - top); pixels < pixels_a_cell) {
            difference.mean = difference.mean * pixels_a_cell / pixels;
            difference.chroma = difference.chroma * pixels_a_cell / pixels;
            difference.absolute = difference.absolute * pixels_a_cell / pixels;
        }
        *out++ = difference;
    }
}

Stillness::Limits Stillness::limits() const {
    // The median cell shows what the noise does, as most of a camera's picture is still. Where it
    // is not, the upper bounds hold: beyond them any change is seen.
    std::array<std::size_t, 255 * pixels_a_cell + 1> counts{};
    for (const Difference& difference : differences_)
        ++counts[static_cast<std::size_t>(difference.absolute)];
    std::size_t median = 0;
    for (std::size_t below = counts[0]; below * 2 < differences_.size(); below += counts[median])
        ++median;
    auto noise = static_cast<float>(median) / pixels_a_cell;
    auto tolerance = static_cast<float>(tolerance_);
    return {std::clamp(1.8F * noise, 2.0F, 6.0F) * tolerance * pixels_a_cell,
            std::clamp(1.1F * noise, 1.5F, 2.5F) * tolerance * pixels_a_cell,
            std::clamp(6.0F * noise, 10.0F, 24.0F) * tolerance, 2.5F * tolerance * pixels_a_cell};
}

void Stillness::judge() {
    Limits limit = limits();
    auto part = [](int value, float most) {
        return value == 0 ? 0.0F : static_cast<float>(value) / std::max(most, 1e-3F);
    };
    for (std::size_t i = 0; i < differences_.size(); ++i) {
        const Difference& d = differences_[i];
        evidence_[i] =
            std::max(std::max(part(d.absolute, limit.absolute), part(d.mean, limit.mean)),
                     std::max(part(d.largest, limit.largest), part(d.chroma, limit.chroma)));
    }
}

void Stillness::mark(const Picture& picture) {
    auto strong_near = [&](int column, int row) {
        for (int y = std::max(row - 1, 0); y <= std::min(row + 1, down_ - 1); ++y)
            for (int x = std::max(column - 1, 0); x <= std::min(column + 1, across_ - 1); ++x)
                if (evidence_[cells(across_, y) + static_cast<std::size_t>(x)] >= 1)
                    return true;
        return false;
    };
    // Inside a cell that has changed, pixels that are as they were need not be drawn.
    int same_luma = static_cast<int>(2 * tolerance_),
        same_chroma = static_cast<int>(3 * tolerance_);
    std::fill(marks_.begin(), marks_.end(), std::uint8_t{0});
    for (int row = 0; row < down_; ++row)
        for (int column = 0; column < across_; ++column) {
            float evidence = evidence_[cells(across_, row) + static_cast<std::size_t>(column)];
            if (evidence < enough_beside || (evidence < 1 && !strong_near(column, row)))
                continue;
            int right = std::min((column + 1) * cell, size_.width);
            for (int y = row * cell; y < std::min((row + 1) * cell, size_.height); ++y)
                for (int x = column * cell; x < right; ++x) {
                    const std::uint8_t* now = picture.row(y) + x * 3;
                    std::uint8_t* before = drawn_.row(y) + x * 3;
                    if (std::abs(now[0] - before[0]) <= same_luma &&
                        std::abs(now[1] - before[1]) <= same_chroma &&
                        std::abs(now[2] - before[2]) <= same_chroma)
                        continue;
                    std::copy_n(now, 3, before);
                    marks_[cells(size_.width, y) + static_cast<std::size_t>(x)] = 1;
                }
        }
}

} // namespace img
