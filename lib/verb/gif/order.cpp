// In which order the frames of a GIF are shown.

#include "verb/gif/order.hpp"

#include <algorithm>
#include <numeric>

namespace img {

GifOrder gif_order(std::size_t count, GifWay way) {
    GifOrder order{std::vector<std::size_t>(count), count};
    std::iota(order.frames.begin(), order.frames.end(), std::size_t{0});
    if (way == GifWay::reverse || way == GifWay::reverse_bounce)
        std::reverse(order.frames.begin(), order.frames.end());
    if (way == GifWay::bounce || way == GifWay::reverse_bounce)
        for (std::size_t i = count; i-- > 2;)
            order.frames.push_back(order.frames[i - 1]);
    return order;
}

} // namespace img
