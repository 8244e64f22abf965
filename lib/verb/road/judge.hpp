// What one picture says of its road.
#pragma once

#include "verb/road/bitmap.hpp"
#include "verb/road/comparison.hpp"
#include "verb/road/light.hpp"
#include "verb/road/region.hpp"
#include "verb/road/sight.hpp"

#include <optional>
#include <string_view>

namespace img {

enum class RoadCondition { clear, light, moderate, heavy, wet, ice_possible, unknown };
/// "Clear", "Light", "Moderate", "Heavy", "Wet", "Ice Possible", "Unknown".
std::string_view word_for(RoadCondition condition);

/// Why a picture does not tell.
enum class Doubt {
    none,
    night,    ///< too dark, and nothing is known of how the bare road looks then
    fog,      ///< what was clear in the reference is not seen
    lens,     ///< next to nothing is seen at all
    occluded, ///< something stands in front of the camera
    no_mask   ///< nothing like a road is in the picture
};
/// "night", "fog", "lens", "occluded", "no-mask"; empty for none.
std::string_view word_for(Doubt doubt);

/// Shares of the lane area from which snow on it is light, moderate, heavy.
struct SnowCuts {
    double light = .10, moderate = .30, heavy = .60;
    bool operator==(const SnowCuts&) const = default;
};
/// Those of ICAO's global reporting format, 10, 25 and 50 %, which are also the predecessor's.
constexpr SnowCuts grf_cuts{.10, .25, .50};
/// "10,30,60": percent, each more than the one before, up to 100; or "grf". nullopt for anything
/// else.
std::optional<SnowCuts> parse_cuts(std::string_view text);
/// The class of a share, 0 to 1, by these cuts.
RoadCondition snow_class(double covered, const SnowCuts& cuts);

/// What a share must reach that is read from a picture alone, without a reference. The first cut is
/// 5 % of the road higher, because bare roads of cameras that are not known reach that far, and the
/// last up to 10 %, because wheel tracks on real roads were read as less bare than they are.
SnowCuts cuts_alone(const SnowCuts& cuts);

/// What one picture says, before anything is known of the weather or of earlier pictures.
struct RoadReading {
    RoadCondition condition = RoadCondition::unknown; ///< clear to heavy, wet or unknown
    Doubt doubt = Doubt::none;                        ///< why it is unknown
    std::optional<double> coverage; ///< share of the region under snow, 0 to 1; when it is known
    bool wet = false;
    double confidence = 0; ///< how probably the condition is right, 0 to 1
    Light light = Light::day;
    bool compared = false; ///< with what the bare road looked like; else by its look alone
    Bitmap snow;           ///< where it lies, of the sight's size
    /// The camera looks elsewhere than where it learned: its region and references are of no use.
    bool moved = false;
    std::optional<Shift> shift; ///< how far it has moved, where that is known
};

/// `known` may be nullptr: then the picture is judged alone, by cuts_alone().
RoadReading read_road(const Sight& sight, Light light, const Region& region,
                      const References* known, const SnowCuts& cuts);

} // namespace img
