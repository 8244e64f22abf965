#include "verb/road/ice.hpp"

#include "road_weather_maker.hpp"
#include "verb/road/snow_prior.hpp"
#include "verb/road/sun.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;
using Answer = IceRisk::Answer;
using Confidence = IceRisk::Confidence;

namespace {

const Instant start = instant_of("2026-01-15T00:00:00Z");
constexpr int past = 30;
const Instant now = start + hours{past} + minutes{10};

/// 36 hours, dry and at `celsius` the whole time, of which the hour of `now` is the 31st.
Weather steady(double celsius) {
    return weather_of(start, 36, [&](WeatherHour& hour, int) {
        hour.temperature = celsius;
        hour.dewpoint = celsius - 5;
    });
}

WeatherHour& hour_ago(Weather& weather, int ago) {
    return weather.hours[static_cast<std::size_t>(past - ago)];
}

IceRisk risk(const Weather& weather, const std::vector<RoadSighting>& seen = {}) {
    return ice_risk(weather, seen, now, std::nullopt);
}

} // namespace

TEST_CASE("ice_risk: without weather nobody knows, and it does not say that there is none") {
    IceRisk none = risk({});
    CHECK(none.answer == Answer::unknown);
    CHECK(none.reason == "no weather data");
    CHECK(sentence_for(none.answer) == "ice risk unknown");
    Weather cold = steady(-5);
    cold.hours[past].temperature.reset();
    CHECK(risk(cold).answer == Answer::unknown);
    CHECK(risk(cold).reason == "the air temperature is not known");
}

TEST_CASE("ice_risk: mild or dry is unlikely, and 0 degrees is not mild") {
    CHECK(risk(steady(5)) == IceRisk{Answer::unlikely, Confidence::high, "air above 2 °C"});
    CHECK(risk(steady(0)) == IceRisk{Answer::unlikely, Confidence::medium, "dry"});
    Weather wet = steady(0);
    hour_ago(wet, 2).precipitation = 1;
    CHECK(risk(wet).answer == Answer::possible);
}

TEST_CASE("ice_risk R1: freezing rain now, at 1 degree or less") {
    for (WeatherKind kind :
         {WeatherKind::freezing_rain, WeatherKind::freezing_drizzle, WeatherKind::sleet}) {
        Weather weather = steady(1);
        hour_ago(weather, 0).kinds = WeatherKinds{kind};
        hour_ago(weather, 0).probability = 0.3;
        CHECK(risk(weather) == IceRisk{Answer::possible, Confidence::high, "freezing rain"});
        hour_ago(weather, 0).probability = 0.29;
        CHECK(risk(weather).answer == Answer::unlikely);
        hour_ago(weather, 0).probability = 0.9;
        hour_ago(weather, 0).temperature = 1.2;
        CHECK(risk(weather).reason != "freezing rain");
    }
    Weather accretion = steady(0.5);
    hour_ago(accretion, 0).ice = 0.2;
    CHECK(risk(accretion).reason == "freezing rain");
}

TEST_CASE("ice_risk R1: freezing rain within 3 hours, before or after, but not in 4") {
    auto at = [](int ago) {
        Weather weather = steady(0.9);
        hour_ago(weather, ago).kinds = WeatherKinds{WeatherKind::freezing_rain};
        hour_ago(weather, ago).probability = 0.8;
        return weather;
    };
    CHECK(risk(at(-3)) ==
          IceRisk{Answer::possible, Confidence::high, "freezing rain within 3 hours"});
    CHECK(risk(at(-4)).answer == Answer::unlikely);
    CHECK(risk(at(3)).confidence == Confidence::high);
    CHECK(risk(at(4)) == IceRisk{Answer::possible, Confidence::low, "wet and near freezing"});
    CHECK(ice_in_hour(at(-3), {}, now, std::nullopt).answer == Answer::unlikely);
}

TEST_CASE("ice_risk R2: wet within 6 hours and a road at 0 degrees or less") {
    Weather weather = steady(0);
    hour_ago(weather, 6).precipitation = 0.1;
    CHECK(risk(weather) == IceRisk{Answer::possible, Confidence::medium, "wet and freezing"});
    Weather earlier = steady(0);
    hour_ago(earlier, 7).precipitation = 5;
    CHECK(risk(earlier).answer == Answer::unlikely);
    Weather trace = steady(0);
    hour_ago(trace, 1).precipitation = 0.05;
    CHECK(risk(trace).answer == Answer::unlikely);
}

TEST_CASE("ice_risk R2: a clear night takes 1 K from the road, a cloudy one nothing") {
    auto night = [](double cover, bool day) {
        Weather weather = steady(1);
        hour_ago(weather, 3).precipitation = 1;
        hour_ago(weather, 0).sky_cover = cover;
        hour_ago(weather, 0).is_day = day;
        return risk(weather);
    };
    CHECK(night(0.49, false).reason == "wet and freezing");
    CHECK(night(0.5, false).reason == "wet and near freezing");
    CHECK(night(0.49, true).reason == "wet and near freezing");
    CHECK(night(0.49, true).confidence == Confidence::low);
}

TEST_CASE("ice_risk R2: a measured road is believed, warm or cold") {
    Weather weather = steady(0.5);
    hour_ago(weather, 1).precipitation = 1;
    weather.now = Observation{};
    weather.now->time = now - minutes{5};
    weather.now->temperature = 0.5;
    weather.now->road_temperature = 2;
    CHECK(risk(weather).answer == Answer::unlikely);
    weather.now->road_temperature = 0;
    CHECK(risk(weather) == IceRisk{Answer::possible, Confidence::high, "wet and freezing"});
    // One that was forecast is none that was measured.
    weather.now.reset();
    hour_ago(weather, 0).road_temperature = -1;
    CHECK(risk(weather).confidence == Confidence::medium);
}

TEST_CASE("ice_risk R2: a camera that saw a wet road, or snow on it, within the hour") {
    Weather weather = steady(-1);
    CHECK(risk(weather, {{now - minutes{59}, true, 0}}).reason == "wet and freezing");
    CHECK(risk(weather, {{now - minutes{61}, true, 0}}).answer == Answer::unlikely);
    CHECK(risk(weather, {{now - minutes{59}, false, 0.1}}).reason == "wet and freezing");
    CHECK(risk(weather, {{now - minutes{59}, false, 0.09}}).answer == Answer::unlikely);
    CHECK(risk(weather, {{now + minutes{5}, true, 0}}).answer == Answer::unlikely);
}

TEST_CASE("ice_risk R2: what nobody kept is not known, unless the camera sees it dry") {
    Weather weather = steady(0.5);
    weather.hours.erase(weather.hours.begin(), weather.hours.begin() + past);
    CHECK(risk(weather) ==
          IceRisk{Answer::unknown, Confidence::low, "what fell before is not known"});
    CHECK(risk(weather, {{now - minutes{5}, false, 0.02}}).answer == Answer::unlikely);
    weather.now = Observation{};
    weather.now->time = now - minutes{5};
    weather.now->precipitation_last_six_hours = 0;
    CHECK(risk(weather).answer == Answer::unlikely);
    weather.now->precipitation_last_hour = 0.5;
    CHECK(risk(weather).reason == "wet and near freezing");
}

TEST_CASE("ice_risk R3: frost needs a clear, calm, moist night near freezing, and each of these") {
    auto frost = [](auto change) {
        Weather weather = steady(2);
        WeatherHour& hour = hour_ago(weather, 0);
        hour.dewpoint = 0.5;
        hour.is_day = false;
        hour.sky_cover = 0.4;
        hour.wind = 2.9;
        change(hour);
        return risk(weather);
    };
    CHECK(frost([](WeatherHour&) {}) == IceRisk{Answer::possible, Confidence::low, "frost"});
    CHECK(frost([](WeatherHour& h) { h.temperature = 2.1; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.dewpoint = 0.4; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.dewpoint = 0.6; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.is_day = true; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.sky_cover = 0.5; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.wind = 3; }).answer == Answer::unlikely);
    CHECK(frost([](WeatherHour& h) { h.wind.reset(); }).answer == Answer::unknown);
    CHECK(frost([](WeatherHour& h) { h.is_day.reset(); }).answer == Answer::unknown);
}

TEST_CASE("ice_risk R3: the sun tells night from day where the weather does not") {
    Weather weather = steady(2);
    hour_ago(weather, 0).dewpoint = 0.5;
    hour_ago(weather, 0).sky_cover = 0;
    hour_ago(weather, 0).wind = 0;
    // 06:10 UTC: night in Greenwich, day in Tokyo.
    CHECK(ice_risk(weather, {}, now, Position{51.5, 0, {}}).reason == "frost");
    CHECK(ice_risk(weather, {}, now, Position{35.7, 139.7, {}}).answer == Answer::unlikely);
}

TEST_CASE("ice_risk R4: snow that melted, or was seen, and air that fell through 0 degrees") {
    auto fall = [](Weather& weather) {
        for (int ago = 0; ago <= 4; ++ago)
            hour_ago(weather, ago).temperature = -1;
    };
    Weather melt = steady(3);
    hour_ago(melt, 20).snowfall = 1;
    CHECK(risk(melt).answer == Answer::unlikely);
    fall(melt);
    CHECK(risk(melt) == IceRisk{Answer::possible, Confidence::medium, "wet and freezing"});
    // Melt more than 6 hours ago is R4's alone.
    Weather later = steady(-1);
    hour_ago(later, 20).snowfall = 1;
    hour_ago(later, 11).temperature = 1;
    CHECK(risk(later) == IceRisk{Answer::possible, Confidence::medium, "refreezing melt"});
    hour_ago(later, 11).temperature = -1;
    CHECK(risk(later).answer == Answer::unlikely); // never above 0 degrees
    hour_ago(later, 12).temperature = 1;
    CHECK(risk(later).reason == "refreezing melt");
    hour_ago(later, 12).temperature = -1;
    hour_ago(later, 13).temperature = 1;
    CHECK(risk(later).answer == Answer::unlikely);
    Weather seen = steady(-1);
    hour_ago(seen, 8).temperature = 0.5;
    CHECK(risk(seen).answer == Answer::unlikely);
    CHECK(risk(seen, {{now - hours{11}, false, 0.1}}).reason == "refreezing melt");
    CHECK(risk(seen, {{now - hours{13}, false, 0.05}}).answer == Answer::unlikely);
}

TEST_CASE("ice_risk: 0 degrees measured stands above a mild forecast") {
    Weather weather = steady(4);
    hour_ago(weather, 1).precipitation = 1;
    CHECK(risk(weather).answer == Answer::unlikely);
    weather.now = Observation{};
    weather.now->time = now - minutes{20};
    weather.now->temperature = 0;
    CHECK(risk(weather).reason == "wet and freezing");
    weather.now->time = now - minutes{91};
    CHECK(risk(weather).answer == Answer::unlikely);
}

TEST_CASE("snow_prior: impossible needs 6 warm hours and a day without snow") {
    CHECK(snow_prior(steady(6.1), now) == SnowPrior::impossible);
    CHECK(snow_prior(steady(6), now) == SnowPrior::unknown);
    Weather weather = steady(8);
    hour_ago(weather, 6).temperature = 5;
    CHECK(snow_prior(weather, now) == SnowPrior::unknown);
    weather = steady(8);
    hour_ago(weather, 24).snowfall = 0.5;
    CHECK(snow_prior(weather, now) == SnowPrior::unknown);
    hour_ago(weather, 24).snowfall = 0;
    hour_ago(weather, 25).snowfall = 0.5;
    CHECK(snow_prior(weather, now) == SnowPrior::impossible);
    CHECK(snow_prior({}, now) == SnowPrior::unknown);
}

TEST_CASE("snow_prior: likely needs frost, and snow within 6 hours") {
    Weather weather = steady(-2);
    CHECK(snow_prior(weather, now) == SnowPrior::unknown);
    hour_ago(weather, 6).snowfall = 0.1;
    CHECK(snow_prior(weather, now) == SnowPrior::likely);
    hour_ago(weather, 0).temperature = 0.1;
    CHECK(snow_prior(weather, now) == SnowPrior::unknown);
}

TEST_CASE("solar_elevation: the example of NREL's solar position algorithm") {
    // NREL/TP-560-34302, appendix A.5: 2003-10-17 12:30:30 at UTC-7; elevation without refraction.
    CHECK(solar_elevation(instant_of("2003-10-17T19:30:30Z"), {39.742476, -105.1786, {}}) ==
          doctest::Approx(39.872).epsilon(0.0003));
}

TEST_CASE("is_night: sunset in Denver, and the poles' long ones") {
    // 22 December 2026: sunset 16:39 MST by the Naval Observatory's tables for Denver.
    Position denver{39.74, -104.98, {}};
    CHECK_FALSE(is_night(instant_of("2026-12-22T23:37:00Z"), denver));
    CHECK(is_night(instant_of("2026-12-22T23:42:00Z"), denver));
    CHECK(is_night(instant_of("2026-12-21T12:00:00Z"), {78.2, 15.6, {}}));
    CHECK_FALSE(is_night(instant_of("2026-06-21T00:00:00Z"), {78.2, 15.6, {}}));
    CHECK_FALSE(is_night(instant_of("2026-03-21T00:00:00Z"), {0, 180, {}}));
}
