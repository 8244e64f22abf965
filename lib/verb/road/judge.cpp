// What one picture says of its road.

#include "verb/road/judge.hpp"

#include "base/text.hpp"
#include "verb/road/appearance.hpp"
#include "verb/road/appearance_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace img {

namespace {

/// A picture whose levels are this close, from the darkest tenth to the brightest, shows nothing.
constexpr int least_contrast = 14;
/// From these probabilities on a picture alone is one of the night, its road is wet.
constexpr double night_from = .5, alone_wet_from = .65;
/// Fog and a blurred lens take contrast from all of the picture and leave its shapes where they
/// are; snow changes them. Measured on snow, fog and blur drawn on cameras that are known.
constexpr double foggy_contrast = .5, foggy_alignment = .75;
constexpr double hazy_contrast = .6, hazy_alignment = .95;
/// With so little contrast left, next to nothing is seen.
constexpr double lens_contrast = .22;
/// Nothing of the picture is where it was, and nothing of the road as it was: another view. Snow
/// leaves an alignment of 0.28.
constexpr double elsewhere_alignment = .22, elsewhere_visibility = .7;
/// More than this share of the picture hidden is something in front of the camera.
constexpr double hidden = .35;
/// Wetness by comparison, 0 to 1.
constexpr double wet_from = .5;
/// The standard error of coverage by comparison; measured on pictures with labels for each pixel.
constexpr double comparison_error = .06;

/// Between the level of the darkest tenth of the samples and that of the brightest.
int contrast_of(const Sight& sight) {
    std::array<std::size_t, 256> counts{};
    for (std::uint8_t sample : sight.planes.channel[0])
        ++counts[sample];
    const std::size_t tenth = sight.planes.channel[0].size() / 10;
    std::size_t below = 0, above = 0;
    int dark = 0, bright = 255;
    while (below + counts[static_cast<std::size_t>(dark)] <= tenth)
        below += counts[static_cast<std::size_t>(dark++)];
    while (above + counts[static_cast<std::size_t>(bright)] <= tenth)
        above += counts[static_cast<std::size_t>(bright--)];
    return bright - dark;
}

/// The bounds of a class, as shares of the road.
std::pair<double, double> bounds_of(RoadCondition condition, const SnowCuts& cuts) {
    switch (condition) {
    case RoadCondition::light:
        return {cuts.light, cuts.moderate};
    case RoadCondition::moderate:
        return {cuts.moderate, cuts.heavy};
    case RoadCondition::heavy:
        return {cuts.heavy, 2};
    default:
        return {-1, cuts.light};
    }
}

void doubt(RoadReading& reading, Doubt why, double confidence) {
    reading.condition = RoadCondition::unknown;
    reading.doubt = why;
    reading.coverage.reset();
    reading.confidence = confidence;
}

/// Of normally distributed errors, how probable one is that leaves `value` within bounds.
double within(double value, std::pair<double, double> bounds, double error) {
    auto below = [&](double bound) {
        return .5 * std::erfc((value - bound) / error / std::sqrt(2));
    };
    return below(bounds.second) - below(bounds.first);
}

bool is_fog(const Comparison& seen) {
    return (seen.contrast < foggy_contrast && seen.alignment > foggy_alignment) ||
           (seen.contrast < hazy_contrast && seen.alignment > hazy_alignment &&
            seen.basis != Basis::road);
}

bool is_elsewhere(const Comparison& seen) {
    return seen.alignment < elsewhere_alignment && seen.visibility < elsewhere_visibility &&
           seen.basis != Basis::road;
}

void compare_with(RoadReading& reading, const Sight& sight, const Reference& reference,
                  const Region& region, const SnowCuts& cuts) {
    Comparison seen = compare(sight, reference, region.bitmap);
    reading.compared = true;
    reading.shift = seen.moved;
    reading.moved = seen.moved || is_elsewhere(seen);
    if (seen.contrast < lens_contrast)
        return doubt(reading, Doubt::lens, .8);
    if (is_fog(seen))
        return doubt(reading, Doubt::fog, .7);
    if (seen.occluded > hidden)
        return doubt(reading, Doubt::occluded, .7);
    reading.coverage = seen.coverage;
    reading.condition = snow_class(seen.coverage, cuts);
    reading.wet = seen.wetness >= wet_from && reading.condition == RoadCondition::clear;
    reading.snow = std::move(seen.snow);
    reading.confidence = seen.confidence * within(seen.coverage, bounds_of(reading.condition, cuts),
                                                  comparison_error);
}

/// The brightest part of the road, which is snow where so much of it is.
Bitmap brightest(const Sight& sight, const Bitmap& road, double share) {
    std::array<double, 256> counts{};
    double all = 0;
    const std::vector<std::uint8_t>& light = sight.planes.channel[0];
    for (std::size_t i = 0; i < light.size(); ++i)
        if (road.inside[i]) {
            ++counts[light[i]];
            ++all;
        }
    std::size_t level = 256;
    for (double above = 0; level > 0 && above + counts[level - 1] / 2 < share * all;)
        above += counts[--level];
    Bitmap snow{road.size};
    for (std::size_t i = 0; i < light.size(); ++i)
        snow.inside[i] = road.inside[i] && light[i] >= level;
    return snow;
}

void look_at(RoadReading& reading, const Sight& sight, const Region& region, const SnowCuts& cuts) {
    const Appearance appearance = appearance_of(sight, region.bitmap);
    if (const double night = night_probability(appearance); night >= night_from)
        return doubt(reading, Doubt::night, night);
    const SnowScore score = snow_score(appearance);
    const double covered = score.covered();
    reading.coverage = covered;
    reading.condition = snow_class(covered, cuts_alone(cuts));
    const auto [least, most] = bounds_of(reading.condition, cuts_alone(cuts));
    reading.confidence =
        (least < 0 ? 1 : score.exceeds(least)) - (most > 1 ? 0 : score.exceeds(most));
    if (reading.condition == RoadCondition::clear)
        reading.wet = wet_probability(appearance) >= alone_wet_from;
    else
        reading.snow = brightest(sight, region.bitmap, covered);
}

} // namespace

std::string_view word_for(RoadCondition condition) {
    switch (condition) {
    case RoadCondition::clear:
        return "Clear";
    case RoadCondition::light:
        return "Light";
    case RoadCondition::moderate:
        return "Moderate";
    case RoadCondition::heavy:
        return "Heavy";
    case RoadCondition::wet:
        return "Wet";
    case RoadCondition::ice_possible:
        return "Ice Possible";
    case RoadCondition::unknown:
        break;
    }
    return "Unknown";
}

std::string_view word_for(Doubt doubt) {
    switch (doubt) {
    case Doubt::night:
        return "night";
    case Doubt::fog:
        return "fog";
    case Doubt::lens:
        return "lens";
    case Doubt::occluded:
        return "occluded";
    case Doubt::no_mask:
        return "no-mask";
    case Doubt::none:
        break;
    }
    return "";
}

std::optional<SnowCuts> parse_cuts(std::string_view text) {
    if (text == "grf")
        return grf_cuts;
    std::array<double, 4> bounds{}; // the first is nothing
    const std::vector<std::string_view> parts = split(text, ',');
    if (parts.size() + 1 != bounds.size())
        return std::nullopt;
    for (std::size_t i = 1; i < bounds.size(); ++i) {
        const std::optional<double> percent = parse_double(trim(parts[i - 1]));
        if (!percent || !(*percent > bounds[i - 1] && *percent <= 100))
            return std::nullopt;
        bounds[i] = *percent;
    }
    return SnowCuts{bounds[1] / 100, bounds[2] / 100, bounds[3] / 100};
}

RoadCondition snow_class(double covered, const SnowCuts& cuts) {
    return covered < cuts.light      ? RoadCondition::clear
           : covered < cuts.moderate ? RoadCondition::light
           : covered < cuts.heavy    ? RoadCondition::moderate
                                     : RoadCondition::heavy;
}

SnowCuts cuts_alone(const SnowCuts& cuts) {
    return {std::min(cuts.light + .05, cuts.moderate), cuts.moderate,
            cuts.heavy + std::min(.10, (1 - cuts.heavy) / 2)};
}

RoadReading read_road(const Sight& sight, Light light, const Region& region,
                      const References* known, const SnowCuts& cuts) {
    RoadReading reading;
    reading.light = light;
    reading.snow = Bitmap{sight.planes.size};
    if (contrast_of(sight) < least_contrast) {
        doubt(reading, Doubt::lens, .8);
        return reading;
    }
    if (count(region.bitmap) == 0) {
        doubt(reading, Doubt::no_mask, .5);
        return reading;
    }
    const Reference* reference = known ? reference_for(*known, light) : nullptr;
    if (reference)
        compare_with(reading, sight, *reference, region, cuts);
    else if (light == Light::night || light == Light::infrared)
        doubt(reading, Doubt::night, .9);
    else
        look_at(reading, sight, region, cuts);
    if (reading.wet)
        reading.condition = RoadCondition::wet;
    return reading;
}

} // namespace img
