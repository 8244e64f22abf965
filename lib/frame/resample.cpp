// Pictures in other sizes.

#include "frame/resample.hpp"

#include "base/processor.hpp"
#include "frame/resample_passes.hpp"

#include <algorithm>
#include <cassert>

namespace img {

Size fit_into(Size picture, Size box, Enlarge enlarge) {
    assert(picture.width > 0 && picture.height > 0 && box.width > 0 && box.height > 0);
    if (enlarge == Enlarge::never && picture.width <= box.width && picture.height <= box.height)
        return picture;
    auto scaled = [](int side, int by, int over) {
        auto rounded = (2 * static_cast<std::int64_t>(side) * by + over) / (2 * over);
        return static_cast<int>(std::max<std::int64_t>(rounded, 1));
    };
    bool wide = static_cast<std::int64_t>(picture.width) * box.height >=
                static_cast<std::int64_t>(picture.height) * box.width;
    if (wide)
        return {box.width, std::min(scaled(picture.height, box.width, picture.width), box.height)};
    return {std::min(scaled(picture.width, box.height, picture.height), box.width), box.height};
}

std::vector<std::uint8_t> resample(const Plane& plane, const Window& window, Size size,
                                   const Kernels& kernels,
                                   [[maybe_unused]] Instructions instructions) {
    Filter across =
        make_filter(kernels.across, plane.size.width, window.left, window.width, size.width);
    const Filter down =
        make_filter(kernels.down, plane.size.height, window.top, window.height, size.height);
    // Only the columns that are asked for.
    const int left = across.first.front();
    const auto width = static_cast<std::size_t>(across.first.back() + across.taps - left);
    for (int& first : across.first)
        first -= left;
    std::vector<std::uint8_t> out(static_cast<std::size_t>(size.width) *
                                  static_cast<std::size_t>(size.height));
    std::vector<std::int16_t> row(width + row_slack);
    auto each_row = [&](auto sum_rows, auto sum_columns, const auto& filter) {
        std::uint8_t* to = out.data();
        for (std::size_t y = 0; y < down.first.size(); ++y, to += size.width) {
            sum_rows(plane.row(down.first[y]) + left, plane.stride, down.of(y), down.taps, width,
                     row.data());
            sum_columns(row.data(), filter, to);
        }
    };
#ifdef __x86_64__
    if (instructions == Instructions::best && has_avx2()) {
        each_row(sum_rows_with_avx2, sum_columns_with_avx2, shuffled(across));
        return out;
    }
#endif
    each_row(sum_rows_with_any, sum_columns_with_any, across);
    return out;
}

} // namespace img
