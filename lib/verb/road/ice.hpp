// Whether the road may be icy, judged by the weather and by what the camera has seen.
#pragma once

#include "frame/metadata.hpp"
#include "verb/road/weather.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// What the camera saw of the road at one time.
struct RoadSighting {
    Instant time;
    bool wet = false;
    double coverage = 0; ///< by snow, 0 to 1
};

/// Whether ice is possible, and why.
struct IceRisk {
    enum class Answer { unknown, unlikely, possible } answer = Answer::unknown;
    enum class Confidence { low, medium, high } confidence = Confidence::low;
    /// For people: "freezing rain", "wet and freezing", "frost", "refreezing melt"; when the answer
    /// is not `possible`, what speaks against it or is not known.
    std::string reason;
    bool operator==(const IceRisk&) const = default;
};

/// "ice possible", "ice unlikely" or "ice risk unknown".
std::string_view sentence_for(IceRisk::Answer answer);
/// "low", "medium" or "high".
std::string_view word_for(IceRisk::Confidence confidence);

/// The risk in the hour in which `at` is:
///
///   R1 freezing rain, freezing drizzle or sleet, and air at 1 °C or less; high confidence.
///   R2 wetness (seen within an hour, or rain, snow or melt within 6 hours) and a road at 0 °C or
///      less; medium, with a measured road temperature high. The road is as cold as the air, at
///      night under a sky less than half covered 1 K colder, where it is not measured. Air at 1 °C
///      or less is near enough; low.
///   R3 frost: by night under a sky less than half covered, air at 2 °C or less, at most 1.5 K
///   above
///      a dew point of 0.5 °C or less, wind below 3 m/s; low.
///   R4 refreezing: snow seen on the road (10 % or more) or melt within 12 hours, and air that went
///      from above 0 °C to 0 °C or less within these; medium.
///
/// "Unlikely" needs air above 2 °C, or all that the rules ask for to be known. `position` serves to
/// tell night from day where the weather does not say; without both, R3 is not known.
IceRisk ice_in_hour(const Weather& weather, const std::vector<RoadSighting>& seen, Instant at,
                    const std::optional<Position>& position);

/// The same for a picture taken at `at`: R1 also warns of what comes within 3 hours, or came.
IceRisk ice_risk(const Weather& weather, const std::vector<RoadSighting>& seen, Instant at,
                 const std::optional<Position>& position);

} // namespace img
