// What is said of the road: by the picture, by those before it, and by the weather.

#include "verb/road/verdict.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

constexpr std::chrono::minutes memory{60}, fading{15}, ice_holds{30};
/// A class is left when the coverage is this far below its cut.
constexpr double falls_by = .05;
/// From this part of the first cut on, snow that is falling on freezing ground is believed.
constexpr double believed_part = .6;

constexpr std::array snow_classes{RoadCondition::clear, RoadCondition::light,
                                  RoadCondition::moderate, RoadCondition::heavy};

std::optional<int> rank_of(RoadCondition condition) {
    if (condition == RoadCondition::wet)
        return 0;
    const auto* found = std::find(snow_classes.begin(), snow_classes.end(), condition);
    if (found == snow_classes.end())
        return std::nullopt;
    return static_cast<int>(found - snow_classes.begin());
}

RoadCondition of_rank(int rank) {
    return snow_classes[static_cast<std::size_t>(rank)];
}

std::optional<int> rank_of(std::string_view word) {
    for (RoadCondition condition : snow_classes)
        if (word == word_for(condition))
            return rank_of(condition);
    return std::nullopt;
}

double cut_of(int rank, const SnowCuts& cuts) {
    return rank <= 1 ? cuts.light : rank == 2 ? cuts.moderate : cuts.heavy;
}

/// The last hour's, those that tell something.
std::vector<RoadMoment> remembered(const std::vector<RoadMoment>& before, Instant at) {
    std::vector<RoadMoment> recent;
    for (const RoadMoment& moment : before)
        if (moment.time <= at && at - moment.time <= memory && moment.coverage &&
            rank_of(moment.surface) && rank_of(moment.seen))
            recent.push_back(moment);
    return recent;
}

double smoothed(double coverage, const std::vector<RoadMoment>& recent, Instant at) {
    double sum = coverage, weights = 1;
    for (const RoadMoment& moment : recent) {
        const double age = std::chrono::duration<double>(at - moment.time) / fading;
        sum += std::exp(-age) * *moment.coverage;
        weights += std::exp(-age);
    }
    return sum / weights;
}

/// What the pictures of the last hour make of this one.
int settled_rank(const RoadReading& reading, const std::vector<RoadMoment>& recent, Instant at,
                 const SnowCuts& cuts) {
    const int seen = *rank_of(reading.condition);
    if (recent.empty())
        return seen;
    const int held = *rank_of(recent.back().surface);
    auto seen_before = [&](std::size_t back) {
        return *rank_of(recent[recent.size() - back].seen);
    };
    if (seen > held)
        return std::max(held, std::min(seen, seen_before(1)));
    const bool two_before = recent.size() >= 2 && seen_before(1) < held && seen_before(2) < held;
    const double mean = smoothed(*reading.coverage, recent, at);
    if (seen < held && two_before &&
        (*reading.coverage < cut_of(held, cuts) - falls_by || mean < cut_of(held, cuts) - falls_by))
        return seen;
    return held;
}

/// The weather moves a class by one at most.
int moved_by_weather(int rank, double coverage, SnowPrior prior, const SnowCuts& cuts) {
    if (prior == SnowPrior::impossible && rank > 0)
        return rank - 1;
    if (prior == SnowPrior::likely && rank == 0 && coverage >= believed_part * cuts.light)
        return 1;
    return rank;
}

bool rained(const Weather& weather, Instant at) {
    const std::optional<WeatherHour> hour = conditions_at(weather, at);
    const bool warm = hour && hour->temperature && *hour->temperature > 1;
    const bool fell = weather.now && weather.now->precipitation_last_hour.value_or(0) >= .1;
    return warm && fell;
}

/// Why ice was possible within the last 30 minutes.
std::optional<std::string> recent_ice(const std::vector<RoadMoment>& before, Instant at) {
    for (auto moment = before.rbegin(); moment != before.rend(); ++moment)
        if (!moment->ice.empty() && moment->time <= at && at - moment->time <= ice_holds)
            return moment->ice;
    return std::nullopt;
}

} // namespace

RoadVerdict verdict_on(const RoadReading& reading, const std::vector<RoadMoment>& before,
                       const Weather& weather, const std::optional<Position>& position, Instant at,
                       const SnowCuts& cuts) {
    RoadVerdict verdict;
    verdict.prior = snow_prior(weather, at);
    verdict.surface = reading.condition;
    verdict.confidence = reading.confidence;
    verdict.reason = word_for(reading.doubt);
    verdict.wet = reading.wet;
    if (rank_of(reading.condition) && reading.coverage) {
        const int settled = settled_rank(reading, remembered(before, at), at,
                                         reading.compared ? cuts : cuts_alone(cuts));
        const int final = moved_by_weather(settled, *reading.coverage, verdict.prior, cuts);
        verdict.wet = final == 0 && (reading.wet || rained(weather, at));
        verdict.surface = verdict.wet ? RoadCondition::wet : of_rank(final);
        if (final != *rank_of(reading.condition))
            verdict.confidence = std::min(verdict.confidence, .5);
    }
    std::vector<RoadSighting> seen = sightings_of(before);
    if (reading.coverage)
        seen.push_back({at, verdict.wet, *reading.coverage});
    verdict.ice = ice_risk(weather, seen, at, position);
    std::optional<std::string> recent = recent_ice(before, at);
    if (recent && verdict.ice.answer != IceRisk::Answer::possible) {
        verdict.ice = {IceRisk::Answer::possible, IceRisk::Confidence::low, *recent};
        verdict.ice_held = true;
    }

    verdict.condition = verdict.surface;
    const bool ice_leads = verdict.surface == RoadCondition::clear ||
                           verdict.surface == RoadCondition::wet ||
                           verdict.surface == RoadCondition::light;
    if (ice_leads && verdict.ice.answer == IceRisk::Answer::possible) {
        verdict.condition = RoadCondition::ice_possible;
        verdict.reason = verdict.ice.reason;
    }
    return verdict;
}

RoadMoment moment_of(const RoadReading& reading, const RoadVerdict& verdict, const Weather& weather,
                     Instant at) {
    RoadMoment moment;
    moment.time = at;
    moment.condition = word_for(verdict.condition);
    auto snow = [](RoadCondition condition) {
        return word_for(condition == RoadCondition::wet ? RoadCondition::clear : condition);
    };
    moment.surface = snow(verdict.surface);
    moment.seen = snow(reading.condition);
    moment.coverage = reading.coverage;
    moment.wet = verdict.wet;
    if (verdict.ice.answer == IceRisk::Answer::possible && !verdict.ice_held)
        moment.ice = verdict.ice.reason;
    if (std::optional<WeatherHour> hour = conditions_at(weather, at)) {
        moment.temperature = hour->temperature;
        moment.snow_rate = hour->snowfall;
    }
    return moment;
}

} // namespace img
