// Pictures in other sizes.

#include "frame/resample.hpp"

#include "base/processor.hpp"
#include "frame/resample_passes.hpp"

#include <algorithm>
#include <cassert>

namespace img {

namespace {

Plane channel_of(const Picture& picture, std::size_t channel) {
    Plane plane{picture.size, static_cast<std::size_t>(picture.size.width), {}};
    plane.samples.resize(picture.pixels.size() / picture.channels());
    for (std::size_t i = 0; i < plane.samples.size(); ++i)
        plane.samples[i] = picture.pixels[i * picture.channels() + channel];
    return plane;
}

} // namespace

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

Picture resample(Picture picture, Size size) {
    assert(picture.size.width > 0 && picture.size.height > 0);
    if (picture.size == size)
        return picture;
    const Window all{0, 0, static_cast<double>(picture.size.width),
                     static_cast<double>(picture.size.height)};
    Picture out{size, picture.space};
    for (std::size_t c = 0; c < out.channels(); ++c) {
        std::vector<std::uint8_t> samples =
            resample(channel_of(picture, c), all, size, {catmull_rom, catmull_rom});
        for (std::size_t i = 0; i < samples.size(); ++i)
            out.pixels[i * out.channels() + c] = samples[i];
    }
    return out;
}

} // namespace img
