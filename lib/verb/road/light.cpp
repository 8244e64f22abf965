// In which light a frame was taken, by its own look.

#include "verb/road/light.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace img {

namespace {

/// Cameras on infrared give one tint to the whole picture; compression leaves a little noise.
bool has_no_colour(const Planes& planes) {
    constexpr int noise = 4;
    constexpr std::size_t step = 7, few = 200; // one in so many samples may have colour
    std::size_t seen = 0, coloured = 0;
    for (std::size_t i = 0; i < planes.channel[1].size(); i += step, ++seen)
        coloured += std::abs(planes.channel[1][i] - 128) > noise ||
                    std::abs(planes.channel[2][i] - 128) > noise;
    return coloured * few < seen;
}

/// What so many of a thousand samples are at most.
int permille(const std::vector<std::uint8_t>& samples, std::size_t share) {
    std::array<std::size_t, 256> counts{};
    for (std::uint8_t sample : samples)
        ++counts[sample];
    std::size_t below = 0;
    for (int level = 0; level < 256; ++level) {
        below += counts[static_cast<std::size_t>(level)];
        if (below * 1000 >= samples.size() * share)
            return level;
    }
    return 255;
}

} // namespace

std::string_view word_for(Light light) {
    switch (light) {
    case Light::day:
        return "day";
    case Light::dusk:
        return "dusk";
    case Light::night:
        return "night";
    case Light::infrared:
        break;
    }
    return "infrared";
}

Light light_of(const Sight& sight) {
    if (has_no_colour(sight.planes))
        return Light::infrared;
    const int middle = permille(sight.planes.channel[0], 500);
    return middle < 45 ? Light::night : middle < 75 ? Light::dusk : Light::day;
}

} // namespace img
