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

/// What of a whole side is asked of the decoder, so that `part` of it has `target` samples. It
/// leaves away frequencies by blocks, which shows: only from twice the target on is that filtered
/// away. (At 640x360 from 1080p, SSIMULACRA2 against FFmpeg and OpenCV is 2 to 4 higher than with
/// what just covers the target, and finding the coefficients takes most of the time anyway.)
int side_for(int target, int part, int side) {
    std::int64_t wanted = (2 * static_cast<std::int64_t>(target) * side + part - 1) / part;
    return static_cast<int>(std::min<std::int64_t>(wanted, side));
}

/// Catmull-Rom, on values as they are coded. Of ten filters it is the one whose worst
/// SSIMULACRA2 is best when 1080p is brought to 720p and compared with what viewers' other tools
/// make of it (FFmpeg's lanczos and bicubic, OpenCV's INTER_AREA): 92.2. Lanczos3 has 90.1,
/// Mitchell 89.1, and averaging in linear light 87.4, because none of these tools does that.
///
/// Chroma that is stored in less is enlarged linearly, which for half of the samples is what
/// libjpeg does.
const Kernel& kernel_for(std::size_t channel, double samples, int target) {
    return channel > 0 && samples < target ? triangle : catmull_rom;
}

std::vector<std::uint8_t> in_size(const JpegPlanes& planes, std::size_t which, const Area& area,
                                  Size target) {
    const JpegChannel& channel = planes.channels[which];
    const Window window{area.left * channel.across, area.top * channel.down,
                        area.width * channel.across, area.height * channel.down};
    return resample(channel.plane, window, target,
                    {kernel_for(which, window.width, target.width),
                     kernel_for(which, window.height, target.height)});
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
            out.channel[c] = in_size(stored, c, shown, target);
        else
            out.channel[c].assign(out.channel[0].size(), 128);
    return out;
}

} // namespace img
