// How much error a picture hides, pixel by pixel.

#include "verb/gif/busyness.hpp"

#include "verb/gif/tone.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

constexpr int reach = 2;
constexpr int window = (2 * reach + 1) * (2 * reach + 1);
/// Levels of standard deviation at which twice the squared error is hidden.
constexpr double hiding_deviation = 4;

} // namespace

void measure_busyness(const std::vector<std::int16_t>& luma, Size size, int top, int bottom,
                      double masking, std::vector<std::uint8_t>& busyness) {
    const auto width = static_cast<std::size_t>(size.width);
    // Sums over five rows by columns, with two columns more at each side, and over 5x5.
    std::vector<std::int32_t> sums(width + 2 * reach), squares(width + 2 * reach);
    const auto scale = static_cast<float>(flat * masking / hiding_deviation / window);
    for (int y = top; y < bottom; ++y) {
        std::fill(sums.begin(), sums.end(), 0);
        std::fill(squares.begin(), squares.end(), 0);
        for (int near = y - reach; near <= y + reach; ++near) {
            const std::int16_t* row =
                luma.data() +
                static_cast<std::size_t>(std::clamp(near, 0, size.height - 1)) * width;
            for (std::size_t x = 0; x < width; ++x) {
                const auto level = static_cast<std::int16_t>(row[x] / tone_steps);
                sums[x + reach] += level;
                squares[x + reach] += level * level;
            }
        }
        for (std::vector<std::int32_t>* line : {&sums, &squares}) {
            std::fill_n(line->begin(), reach, (*line)[reach]);
            std::fill_n(line->end() - reach, reach, *(line->end() - reach - 1));
        }
        std::uint8_t* out = busyness.data() + static_cast<std::size_t>(y) * width;
        const std::int32_t *s = sums.data(), *q = squares.data();
        for (std::size_t x = 0; x < width; ++x) {
            const int sum = s[x] + s[x + 1] + s[x + 2] + s[x + 3] + s[x + 4];
            const int square = q[x] + q[x + 1] + q[x + 2] + q[x + 3] + q[x + 4];
            const auto scatter = static_cast<float>(window * square - sum * sum);
            const float value = flat + scale * std::sqrt(scatter);
            out[x] = static_cast<std::uint8_t>(std::min(value + 0.5F, 255.0F));
        }
    }
}

} // namespace img
