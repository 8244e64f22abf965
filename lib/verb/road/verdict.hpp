// What is said of the road: by the picture, by those before it, and by the weather.
#pragma once

#include "verb/road/history.hpp"
#include "verb/road/ice.hpp"
#include "verb/road/judge.hpp"
#include "verb/road/snow_prior.hpp"
#include "verb/road/weather.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

struct RoadVerdict {
    RoadCondition condition = RoadCondition::unknown; ///< what is shown
    RoadCondition surface = RoadCondition::unknown;   ///< the same before ice is thought of
    SnowPrior prior = SnowPrior::unknown; ///< the weather's say, which moves a class by one at most
    IceRisk ice;
    bool ice_held = false; ///< it was possible in the last 30 minutes, and is no more
    bool wet = false;      ///< seen, or rained on within the hour
    double confidence = 0; ///< how probably `surface` is right, 0 to 1
    std::string reason;    ///< of Unknown and of Ice Possible; else empty
};

/// `before` are what was found of this camera until `at`, oldest first; it may be empty.
///
/// A class rises when two pictures in a row say so, and falls when three do and the coverage is 5
/// points below the cut; coverage is the mean of the last hour's, each weighted by exp(-age/15
/// min). What is more than an hour old holds nothing. Ice that was possible is so for 30 minutes
/// more.
RoadVerdict verdict_on(const RoadReading& reading, const std::vector<RoadMoment>& before,
                       const Weather& weather, const std::optional<Position>& position, Instant at,
                       const SnowCuts& cuts);

/// For the history.
RoadMoment moment_of(const RoadReading& reading, const RoadVerdict& verdict, const Weather& weather,
                     Instant at);

} // namespace img
