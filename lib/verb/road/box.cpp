// Sums over the squares around the samples of a plane of numbers.

#include "verb/road/box.hpp"

#include <algorithm>
#include <cstddef>

namespace img {

namespace {

/// Running sums keep their rounding errors: in double they are none that count.
void sum_along(const float* row, float* to, int width, int radius) {
    double sum = 0;
    for (int x = 0; x < std::min(radius, width); ++x)
        sum += static_cast<double>(row[x]);
    for (int x = 0; x < width; ++x) {
        if (x + radius < width)
            sum += static_cast<double>(row[x + radius]);
        if (x > radius)
            sum -= static_cast<double>(row[x - radius - 1]);
        to[x] = static_cast<float>(sum);
    }
}

} // namespace

std::vector<float> box_sum(const std::vector<float>& plane, Size size, int radius) {
    const auto width = static_cast<std::size_t>(size.width);
    const auto row = [&](const std::vector<float>& of, int y) {
        return of.data() + static_cast<std::size_t>(y) * width;
    };
    std::vector<float> along(plane.size()), sums(plane.size());
    for (int y = 0; y < size.height; ++y)
        sum_along(row(plane, y), along.data() + static_cast<std::size_t>(y) * width, size.width,
                  radius);
    std::vector<double> column(width);
    const auto take = [&](int y, double sign) {
        if (y < 0 || y >= size.height)
            return;
        const float* from = row(along, y);
        for (std::size_t x = 0; x < width; ++x)
            column[x] += sign * static_cast<double>(from[x]);
    };
    for (int y = 0; y < radius; ++y)
        take(y, 1);
    for (int y = 0; y < size.height; ++y) {
        take(y + radius, 1);
        take(y - radius - 1, -1);
        float* to = sums.data() + static_cast<std::size_t>(y) * width;
        for (std::size_t x = 0; x < width; ++x)
            to[x] = static_cast<float>(column[x]);
    }
    return sums;
}

} // namespace img
