// What the next 24 hours bring to the road.

#include "verb/road/outlook.hpp"

#include "verb/road/snow_prior.hpp"

#include <algorithm>
#include <functional>

namespace img {

namespace {

using namespace std::chrono;

constexpr hours day_ahead{24};
constexpr std::size_t widest_gap = 2;
/// Beyond the 24 hours, to see where an alert ends.
constexpr int further = static_cast<int>(widest_gap) + 1;
constexpr double likely_from = 0.55;
constexpr double moderate_from = 1, heavy_from = 2.5; // cm/h
constexpr double trend_from = 0.2;                    // cm/h

/// Fresh snow in an hour; where none is expected, none.
std::optional<double> snow_in(const WeatherHour* hour) {
    if (!hour || hour->snowfall)
        return hour ? hour->snowfall : std::nullopt;
    std::optional<bool> snow = brings_snow(*hour);
    return snow && !*snow ? std::optional{0.0} : std::nullopt;
}

std::optional<RoadAlertKind> snow_class(const WeatherHour& hour) {
    if (!brings_snow(hour).value_or(false))
        return std::nullopt;
    constexpr double hair = 1e-9;
    double rate = hour.snowfall.value_or(0) + hair;
    return rate >= heavy_from      ? RoadAlertKind::heavy_snow
           : rate >= moderate_from ? RoadAlertKind::moderate_snow
                                   : RoadAlertKind::light_snow;
}

/// An hour as the alerts see it.
struct HourAhead {
    Instant start;
    std::optional<RoadAlertKind> snow;
    bool freezing_rain = false;
    bool knows_sky = false; ///< whether it is known what falls
    bool knows_air = false; ///< whether the temperature is known
    IceRisk ice;
    Likelihood likelihood = Likelihood::possible;
};

/// Consecutive elements from `first` to `last`, both included.
struct HourRun {
    std::size_t first, last;
};

/// Where `is_on`, with gaps of up to two hours bridged, but not over hours that are taken.
std::vector<HourRun> runs_of(std::size_t count, const std::function<bool(std::size_t)>& is_on,
                             const std::vector<bool>& taken) {
    std::vector<HourRun> runs;
    for (std::size_t i = 0; i < count; ++i) {
        if (taken[i] || !is_on(i))
            continue;
        bool bridged = false;
        if (!runs.empty() && i - runs.back().last - 1 <= widest_gap) {
            auto from = taken.begin() + static_cast<std::ptrdiff_t>(runs.back().last);
            bridged = std::find(from, taken.begin() + static_cast<std::ptrdiff_t>(i), true) ==
                      taken.begin() + static_cast<std::ptrdiff_t>(i);
        }
        if (bridged)
            runs.back().last = i;
        else
            runs.push_back({i, i});
    }
    return runs;
}

class AlertFinder {
public:
    AlertFinder(const Weather& weather, const std::vector<RoadSighting>& seen, Instant now,
                const std::optional<Position>& position)
        : now_(now) {
        // What was measured now says nothing about later hours.
        Weather forecast = weather;
        forecast.now.reset();
        for (Instant start = hour_of(now); start < now + day_ahead + hours{further};
             start += hours{1}) {
            bool is_now = start <= now;
            std::optional<WeatherHour> hour =
                is_now ? conditions_at(weather, now) : conditions_at(forecast, start);
            HourAhead ahead;
            ahead.start = start;
            if (hour) {
                ahead.snow = snow_class(*hour);
                ahead.freezing_rain = brings_freezing_rain(*hour).value_or(false);
                ahead.knows_sky = brings_snow(*hour).has_value();
                ahead.knows_air = hour->temperature.has_value();
                bool likely = hour->probability.value_or(1) >= likely_from - 1e-9;
                ahead.likelihood = likely ? Likelihood::likely : Likelihood::possible;
            }
            ahead.ice = is_now ? ice_in_hour(weather, seen, now, position)
                               : ice_in_hour(forecast, seen, start, position);
            hours_.push_back(ahead);
        }
    }

    std::vector<RoadAlert> alerts() {
        std::vector<bool> dangerous(hours_.size()), snowy(hours_.size());
        find(RoadAlertKind::freezing_rain, dangerous,
             [&](std::size_t i) { return hours_[i].freezing_rain; });
        for (RoadAlertKind kind :
             {RoadAlertKind::heavy_snow, RoadAlertKind::moderate_snow, RoadAlertKind::light_snow}) {
            find(kind, snowy, [&](std::size_t i) { return hours_[i].snow == kind; });
            // Ice is worth a word of its own under light snow only.
            for (std::size_t i = 0; i < snowy.size(); ++i)
                if (snowy[i] && kind != RoadAlertKind::light_snow)
                    dangerous[i] = true;
        }
        find(RoadAlertKind::ice, dangerous,
             [&](std::size_t i) { return hours_[i].ice.answer == IceRisk::Answer::possible; });
        std::stable_sort(found_.begin(), found_.end(), [](const RoadAlert& a, const RoadAlert& b) {
            return a.start != b.start ? a.start < b.start : a.kind > b.kind;
        });
        return found_;
    }

    Instant known_until() const {
        for (const HourAhead& hour : hours_)
            if (!hour.knows_sky)
                return std::max(now_, hour.start);
        return now_ + day_ahead;
    }

private:
    void find(RoadAlertKind kind, std::vector<bool>& taken,
              const std::function<bool(std::size_t)>& is_on) {
        for (const HourRun& run : runs_of(hours_.size(), is_on, taken)) {
            for (std::size_t i = run.first; i <= run.last; ++i)
                taken[i] = true;
            if (hours_[run.first].start < now_ + day_ahead)
                found_.push_back(alert_of(kind, run));
        }
    }

    RoadAlert alert_of(RoadAlertKind kind, const HourRun& run) const {
        RoadAlert alert;
        alert.kind = kind;
        alert.start = hours_[run.first].start;
        Instant end = hours_[run.last].start + hours{1};
        bool is_ice = kind == RoadAlertKind::ice;
        if (end <= now_ + day_ahead && run.last + 1 < hours_.size() &&
            knows(hours_[run.last + 1], is_ice))
            alert.end = end;
        if (is_ice) {
            alert.reason = hours_[run.first].ice.reason;
            return alert;
        }
        for (std::size_t i = run.first; i <= run.last; ++i)
            if (hours_[i].snow || hours_[i].freezing_rain)
                alert.likelihood = std::max(alert.likelihood, hours_[i].likelihood);
        return alert;
    }

    static bool knows(const HourAhead& hour, bool is_ice) {
        return is_ice ? hour.knows_air : hour.knows_sky;
    }

    Instant now_;
    std::vector<HourAhead> hours_;
    std::vector<RoadAlert> found_;
};

/// From `now` until so many hours later; parts of hours count as parts. nullopt where an hour of
/// these is not known.
std::optional<double> snow_until(const Weather& weather, Instant now, hours length) {
    double sum = 0;
    Instant end = now + length;
    for (Instant start = hour_of(now); start < end; start += hours{1}) {
        std::optional<double> amount = snow_in(find_hour(weather, start));
        if (!amount)
            return std::nullopt;
        Duration overlap = std::min(end, start + hours{1}) - std::max(now, start);
        sum += *amount * (static_cast<double>(overlap.count()) / 3'600'000.0);
    }
    return sum;
}

std::optional<RoadAlertKind> heaviest_until(const Weather& weather, Instant now, hours length) {
    std::optional<RoadAlertKind> heaviest;
    for (Instant start = hour_of(now); start < now + length; start += hours{1})
        if (const WeatherHour* hour = find_hour(weather, start))
            if (std::optional<RoadAlertKind> kind = snow_class(*hour))
                heaviest = std::max(heaviest.value_or(*kind), *kind);
    return heaviest;
}

SnowTrend trend_of(const Weather& weather, Instant now) {
    std::optional<double> current = snow_in(find_hour(weather, now));
    double sum = 0;
    for (int ahead = 1; ahead <= 3; ++ahead) {
        std::optional<double> rate = snow_in(find_hour(weather, now + hours{ahead}));
        if (!rate || !current)
            return SnowTrend::unknown;
        sum += *rate;
    }
    double change = sum / 3 - *current;
    return change >= trend_from    ? SnowTrend::rising
           : change <= -trend_from ? SnowTrend::falling
                                   : SnowTrend::steady;
}

bool is_within_day(const OfficialAlert& alert, Instant now) {
    return alert.onset < now + day_ahead && (!alert.ends || *alert.ends > now);
}

} // namespace

Outlook outlook_of(const Weather& weather, const std::vector<RoadSighting>& seen, Instant now,
                   const std::optional<Position>& position) {
    Outlook outlook;
    outlook.from = now;
    AlertFinder finder{weather, seen, now, position};
    outlook.alerts = finder.alerts();
    if (Instant until = finder.known_until(); until > now)
        outlook.known_until = std::min<Instant>(until, now + day_ahead);
    for (const OfficialAlert& alert : weather.alerts)
        if (is_within_day(alert, now))
            outlook.official.push_back(alert);

    outlook.ice = ice_risk(weather, seen, now, position);
    outlook.now = conditions_at(weather, now);
    outlook.snow_rate = snow_in(find_hour(weather, now));
    outlook.trend = trend_of(weather, now);
    constexpr std::array<int, 3> step_hours{1, 3, 6};
    Weather forecast = weather;
    forecast.now.reset();
    for (std::size_t i = 0; i < step_hours.size(); ++i) {
        hours ahead{step_hours[i]};
        const WeatherHour* hour = find_hour(weather, now + ahead);
        outlook.steps[i] = {step_hours[i],
                            snow_until(weather, now, ahead),
                            snow_in(hour),
                            hour ? hour->temperature : std::nullopt,
                            heaviest_until(weather, now, ahead),
                            ice_in_hour(forecast, seen, now + ahead, position)};
    }
    constexpr std::array<int, 5> total_hours{1, 3, 6, 12, 24};
    for (std::size_t i = 0; i < total_hours.size(); ++i)
        outlook.totals[i] = {total_hours[i], snow_until(weather, now, hours{total_hours[i]})};
    for (Instant start = hour_of(now); start < now + day_ahead; start += hours{1})
        if (const WeatherHour* hour = find_hour(weather, start))
            outlook.chart.push_back(*hour);
    return outlook;
}

} // namespace img
