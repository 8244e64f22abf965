// What a change to a JPEG has touched, for tests.

#include "jpeg_oracle.hpp"

#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "foreign/libjpeg_coefficients.hpp"

#include <algorithm>

namespace img {

std::size_t blocks_changed_outside(ByteView before, ByteView after,
                                   const std::vector<Rectangle>& areas) {
    JpegCoefficients old = read_jpeg_coefficients(before), now = read_jpeg_coefficients(after);
    if (read_jpeg_header(before).size != read_jpeg_header(after).size || old.planes != now.planes)
        throw Error("the pictures differ in size, sampling or quantisation");

    // A picture of one component is not interleaved: its MCU is a block, whatever its factors.
    bool interleaved = old.planes.size() > 1;
    Size mcu{8, 8};
    if (interleaved)
        for (const JpegPlane& plane : old.planes)
            mcu = {std::max(mcu.width, 8 * plane.horizontal),
                   std::max(mcu.height, 8 * plane.vertical)};

    std::size_t changed = 0;
    for (std::size_t i = 0; i < old.planes.size(); ++i) {
        const JpegPlane& plane = old.planes[i];
        int across = interleaved ? plane.horizontal : 1, down = interleaved ? plane.vertical : 1;
        for (int at = 0; at < plane.blocks_wide * plane.blocks_high; ++at) {
            int x = at % plane.blocks_wide / across * mcu.width;
            int y = at / plane.blocks_wide / down * mcu.height;
            bool inside = std::ranges::any_of(areas, [&](const Rectangle& area) {
                return !area.empty() && area.x < x + mcu.width && area.right() > x &&
                       area.y < y + mcu.height && area.bottom() > y;
            });
            auto index = static_cast<std::size_t>(at);
            if (!inside && old.blocks[i][index] != now.blocks[i][index])
                ++changed;
        }
    }
    return changed;
}

} // namespace img
