// A frame as its road is looked at: upright, and always of the same width.

#include "verb/road/sight.hpp"

#include "foreign/libjpeg.hpp"
#include "frame/resample.hpp"
#include "frame/upright.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

Size sight_size(Size full) {
    double height = static_cast<double>(sight_width) * full.height / full.width;
    return {sight_width, static_cast<int>(std::lround(std::clamp(height, 32.0, 640.0)))};
}

} // namespace

Sight sight_of(const Frame& frame, int orientation) {
    const Size stored = read_jpeg_header(frame.jpeg).size;
    Sight sight;
    sight.full = upright_size(stored, orientation);
    const Size upright = sight_size(sight.full);
    const Size wanted = upright_size(upright, orientation); // turning twice is turning back
    const JpegPlanes decoded = decode_jpeg_planes(frame.jpeg, wanted);
    Planes planes;
    planes.size = wanted;
    for (std::size_t c = 0; c < planes.channel.size(); ++c) {
        if (c >= decoded.channels.size()) {
            planes.channel[c].assign(planes.channel[0].size(), 128);
            continue;
        }
        const JpegChannel& channel = decoded.channels[c];
        const Window whole{0, 0, stored.width * channel.across, stored.height * channel.down};
        planes.channel[c] = resample(channel.plane, whole, wanted, {triangle, triangle});
    }
    sight.planes = turned_upright(std::move(planes), orientation);
    return sight;
}

} // namespace img
