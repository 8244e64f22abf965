// Whether the road may be icy, judged by the weather and by what the camera has seen.

#include "verb/road/ice.hpp"

#include "verb/road/snow_prior.hpp"
#include "verb/road/sun.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

using namespace std::chrono;
using Answer = IceRisk::Answer;
using Confidence = IceRisk::Confidence;

/// What may be true, false or not known.
using Known = std::optional<bool>;

constexpr double snowy_coverage = 0.1;

Known both(Known a, Known b) {
    if ((a && !*a) || (b && !*b))
        return false;
    return a && b ? Known{true} : std::nullopt;
}

Known either(Known a, Known b) {
    if ((a && *a) || (b && *b))
        return true;
    return a && b ? Known{false} : std::nullopt;
}

Known at_most(const std::optional<double>& value, double limit) {
    return value ? Known{*value <= limit} : std::nullopt;
}

/// What the rules look at.
struct IceScene {
    const Weather& weather;
    const std::vector<RoadSighting>& seen;
    Instant at;
    WeatherHour hour; ///< in which `at` is
    Known night;

    const WeatherHour* before(int ago) const { return find_hour(weather, at - hours{ago}); }
    /// Whether a sighting of the last hours says so.
    template <class Says>
    bool was_seen(Duration within, Says says) const {
        return std::any_of(seen.begin(), seen.end(), [&](const RoadSighting& one) {
            return one.time <= at && at - one.time <= within && says(one);
        });
    }
    bool was_snowy(Duration within) const {
        return was_seen(within,
                        [](const RoadSighting& one) { return one.coverage >= snowy_coverage; });
    }
    Known clear_night() const {
        Known clear = hour.sky_cover ? Known{*hour.sky_cover < 0.5} : std::nullopt;
        return both(night, clear);
    }
    bool road_is_measured() const {
        return weather.now && weather.now->road_temperature && hour.road_temperature &&
               *weather.now->road_temperature == *hour.road_temperature;
    }
};

Known is_night_in(const WeatherHour& hour, Instant at, const std::optional<Position>& position) {
    if (hour.is_day)
        return !*hour.is_day;
    return position ? Known{is_night(at, *position)} : std::nullopt;
}

IceRisk possible(Confidence confidence, std::string reason) {
    return {Answer::possible, confidence, std::move(reason)};
}

IceRisk answered(Known rule, const IceRisk& when_true) {
    if (rule && *rule)
        return when_true;
    return {rule ? Answer::unlikely : Answer::unknown, Confidence::low, ""};
}

// R1. Freezing rain needs no thermometer to freeze, but a warm one speaks against it.
IceRisk freezing_rain_rule(const WeatherHour& hour) {
    bool measured = hour.temperature.has_value();
    Known cold = measured ? at_most(hour.temperature, 1) : Known{true};
    Known falls = brings_freezing_rain(hour);
    if (!falls && !measured)
        return answered(std::nullopt, {});
    return answered(both(falls, cold),
                    possible(measured ? Confidence::high : Confidence::medium, "freezing rain"));
}

// R2.

/// Snow that lay in an hour whose air was above 0 °C.
bool melted(const IceScene& scene, int ago) {
    const WeatherHour* hour = scene.before(ago);
    if (!hour || !hour->temperature || *hour->temperature <= 0)
        return false;
    if (hour->snow_depth.value_or(0) > 0 || scene.was_snowy(hours{ago + 24}))
        return true;
    for (int earlier = ago; earlier <= ago + 24; ++earlier)
        if (const WeatherHour* then = scene.before(earlier);
            then && brings_snow(*then).value_or(false))
            return true;
    return false;
}

Known rained_by_gauge(const IceScene& scene) {
    const std::optional<Observation>& seen = scene.weather.now;
    if (!seen || scene.at < seen->time)
        return std::nullopt;
    if (seen->precipitation_last_hour.value_or(0) >= 0.1 ||
        seen->precipitation_last_six_hours.value_or(0) >= 0.1)
        return true;
    return seen->precipitation_last_six_hours ? Known{false} : std::nullopt;
}

Known is_wet(const IceScene& scene) {
    if (scene.was_seen(hours{1}, [](const RoadSighting& one) {
            return one.wet || one.coverage >= snowy_coverage;
        }))
        return true;
    Known falls = brings_water(scene.hour);
    Known fell = false;
    for (int ago = 1; ago <= 6; ++ago) {
        const WeatherHour* hour = scene.before(ago);
        fell = either(fell, hour ? brings_water(*hour) : std::nullopt);
        if (melted(scene, ago))
            return true;
    }
    Known gauge = rained_by_gauge(scene);
    // A dry road, or a gauge that stayed empty, says as much as hours that nobody kept.
    bool seen_dry = scene.was_seen(hours{1}, [](const RoadSighting&) { return true; });
    if (!fell && (seen_dry || gauge))
        fell = gauge.value_or(false);
    return either(falls, fell);
}

IceRisk wet_and_freezing_rule(const IceScene& scene) {
    const WeatherHour& hour = scene.hour;
    bool measured = scene.road_is_measured();
    std::optional<double> road = hour.road_temperature;
    if (!road && hour.temperature)
        road = *hour.temperature - (scene.clear_night().value_or(false) ? 1 : 0);
    Known wet = is_wet(scene);
    Known freezing = at_most(road, 0);
    IceRisk frozen =
        answered(both(wet, freezing),
                 possible(measured ? Confidence::high : Confidence::medium, "wet and freezing"));
    if (frozen.answer == Answer::possible || measured)
        return frozen;
    return answered(both(wet, either(freezing, at_most(hour.temperature, 1))),
                    possible(Confidence::low, "wet and near freezing"));
}

// R3.
IceRisk frost_rule(const IceScene& scene) {
    const WeatherHour& hour = scene.hour;
    std::optional<double> spread;
    if (hour.temperature && hour.dewpoint)
        spread = *hour.temperature - *hour.dewpoint;
    Known calm = hour.wind ? Known{*hour.wind < 3} : std::nullopt;
    Known moist = both(at_most(spread, 1.5), at_most(hour.dewpoint, 0.5));
    Known all = both(both(at_most(hour.temperature, 2), moist), both(scene.clear_night(), calm));
    return answered(all, possible(Confidence::low, "frost"));
}

// R4.
IceRisk refreezing_rule(const IceScene& scene) {
    Known crossed = false, melt = scene.was_snowy(hours{12});
    for (int ago = 1; ago <= 12; ++ago) {
        const WeatherHour* hour = scene.before(ago);
        bool known = hour && hour->temperature;
        crossed = either(crossed, known ? Known{*hour->temperature > 0} : std::nullopt);
        melt = either(melt, known ? Known{melted(scene, ago)} : std::nullopt);
    }
    Known all = both(at_most(scene.hour.temperature, 0), both(crossed, melt));
    return answered(all, possible(Confidence::medium, "refreezing melt"));
}

/// The most certain of those that say "possible", the first of equals; else "unknown" before
/// "unlikely".
IceRisk combined(const std::vector<IceRisk>& rules, const WeatherHour& hour) {
    IceRisk best{Answer::unlikely, Confidence::medium, "dry"};
    for (const IceRisk& rule : rules) {
        bool stronger = rule.answer == Answer::possible &&
                        (best.answer != Answer::possible || rule.confidence > best.confidence);
        if (stronger)
            best = rule;
        if (rule.answer == Answer::unknown && best.answer == Answer::unlikely)
            best = {Answer::unknown, Confidence::low, "what fell before is not known"};
    }
    if (best.answer != Answer::possible && !hour.temperature)
        return {Answer::unknown, Confidence::low, "the air temperature is not known"};
    if (best.answer == Answer::unlikely && hour.temperature && *hour.temperature > 2)
        best = {Answer::unlikely, Confidence::high,
                "air above 2 \xC2\xB0"
                "C"};
    return best;
}

const IceRisk no_weather{Answer::unknown, Confidence::low, "no weather data"};

} // namespace

std::string_view sentence_for(Answer answer) {
    switch (answer) {
    case Answer::possible:
        return "ice possible";
    case Answer::unlikely:
        return "ice unlikely";
    case Answer::unknown:
        break;
    }
    return "ice risk unknown";
}

std::string_view word_for(Confidence confidence) {
    static constexpr std::array<std::string_view, 3> words{"low", "medium", "high"};
    return words[static_cast<std::size_t>(confidence)];
}

IceRisk ice_in_hour(const Weather& weather, const std::vector<RoadSighting>& seen, Instant at,
                    const std::optional<Position>& position) {
    std::optional<WeatherHour> hour = conditions_at(weather, at);
    if (!hour)
        return no_weather;
    IceScene scene{weather, seen, at, *hour, is_night_in(*hour, at, position)};
    return combined({freezing_rain_rule(*hour), wet_and_freezing_rule(scene),
                     refreezing_rule(scene), frost_rule(scene)},
                    *hour);
}

IceRisk ice_risk(const Weather& weather, const std::vector<RoadSighting>& seen, Instant at,
                 const std::optional<Position>& position) {
    IceRisk now = ice_in_hour(weather, seen, at, position);
    std::optional<WeatherHour> hour = conditions_at(weather, at);
    if (now.confidence == Confidence::high && now.answer == Answer::possible)
        return now;
    for (int away = 1; away <= 3; ++away) {
        const WeatherHour* ahead = find_hour(weather, at + hours{away});
        if (ahead && freezing_rain_rule(*ahead).answer == Answer::possible)
            return possible(freezing_rain_rule(*ahead).confidence, "freezing rain within 3 hours");
        const WeatherHour* before = find_hour(weather, at - hours{away});
        bool cold_still = hour && hour->temperature && *hour->temperature <= 1;
        if (before && cold_still && brings_freezing_rain(*before).value_or(false))
            return possible(Confidence::high, "freezing rain in the last 3 hours");
    }
    return now;
}

} // namespace img
