// Frames as Y, Cb and Cr of one size.

#include "frame/planes.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/resample.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>

namespace img {

namespace {

void check_inside(const Area& area, Size picture) {
    if (area.left < 0 || area.top < 0 || area.width < 1 || area.height < 1 ||
        area.left > picture.width - area.width || area.top > picture.height - area.height)
        throw Error(str("the area of ", area.width, "x", area.height, " pixels at ", area.left, ",",
                        area.top, " is not on the picture of ", picture.width, "x",
                        picture.height));
}

/// The size of the whole picture at which `part` of a side has `target` samples, at most the full
/// one.
int side_for(int target, int part, int side) {
    std::int64_t wanted = (static_cast<std::int64_t>(target) * side + part - 1) / part;
    return static_cast<int>(std::min<std::int64_t>(wanted, side));
}

std::vector<std::uint8_t> in_size(const JpegChannel& channel, const Area& area, Size target) {
    const Window window{area.left * channel.across, area.top * channel.down,
                        area.width * channel.across, area.height * channel.down};
    return resample(channel.plane, window, target, catmull_rom);
}

} // namespace

Planes decode_planes(const Frame& frame, Size target, const std::optional<Area>& area) {
    assert(target.width > 0 && target.height > 0);
    const Size own = read_jpeg_header(frame.jpeg).size;
    const Area shown = area.value_or(Area{0, 0, own.width, own.height});
    check_inside(shown, own);
    const JpegPlanes stored =
        decode_jpeg_planes(frame.jpeg, {side_for(target.width, shown.width, own.width),
                                        side_for(target.height, shown.height, own.height)});
    Planes out;
    out.size = target;
    for (std::size_t c = 0; c < out.channel.size(); ++c)
        if (c < stored.channels.size())
            out.channel[c] = in_size(stored.channels[c], shown, target);
        else
            out.channel[c].assign(out.channel[0].size(), 128);
    return out;
}

} // namespace img
