#include "verb/road/verdict.hpp"

#include "road_weather_maker.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

const Instant noon = instant_of("2026-01-15T12:00:00Z");
const Weather no_weather{"none", "", "", {}, {}, {}, {}, {}, {}};

/// A picture whose coverage was told by comparison.
RoadReading compared(double coverage) {
    RoadReading reading;
    reading.condition = snow_class(coverage, SnowCuts{});
    reading.coverage = coverage;
    reading.confidence = .9;
    reading.compared = true;
    return reading;
}

RoadReading unknown(Doubt why) {
    RoadReading reading;
    reading.doubt = why;
    reading.confidence = .8;
    return reading;
}

/// One camera, picture by picture.
struct Camera {
    Weather weather = no_weather;
    std::vector<RoadMoment> before{};
    Instant at = noon;
    SnowCuts cuts{};

    RoadVerdict look(const RoadReading& reading, Duration later = minutes{1}) {
        at += later;
        const RoadVerdict verdict = verdict_on(reading, before, weather, std::nullopt, at, cuts);
        before.push_back(moment_of(reading, verdict, weather, at));
        return verdict;
    }
    RoadCondition shown(double coverage, Duration later = minutes{1}) {
        return look(compared(coverage), later).condition;
    }
};

/// `degrees` for the day around noon, with so much snow in each hour.
Weather air(double degrees, double snowfall) {
    return weather_of(noon - hours{11}, 30, [&](WeatherHour& hour, int) {
        hour.temperature = degrees;
        hour.dewpoint = degrees - 8;
        hour.snowfall = hour.precipitation = snowfall;
    });
}

Weather freezing_rain() {
    return weather_of(noon - hours{1}, 4, [](WeatherHour& hour, int i) {
        hour.temperature = i < 2 ? -1 : 9;
        hour.dewpoint = *hour.temperature - 8;
        if (i < 2) {
            hour.kinds = WeatherKinds{WeatherKind::freezing_rain};
            hour.probability = .9;
        }
    });
}

} // namespace

TEST_CASE("verdict: the first picture of a camera is believed at once") {
    CHECK(Camera{}.shown(.7) == RoadCondition::heavy);
    CHECK(Camera{}.shown(0) == RoadCondition::clear);
}

TEST_CASE("verdict: a snowy picture among clear ones does not change the class, two in a row do") {
    for (double snow : {.2, .45, .9}) {
        CAPTURE(snow);
        Camera camera;
        camera.shown(0);
        camera.shown(.01);
        CHECK(camera.shown(snow) == RoadCondition::clear);
        CHECK(camera.shown(.01) == RoadCondition::clear);
        CHECK(camera.shown(snow) == RoadCondition::clear);
        CHECK(camera.shown(snow) == snow_class(snow, SnowCuts{}));
    }
}

TEST_CASE("verdict: of two pictures that rise unequally, the lesser one is believed") {
    Camera camera;
    camera.shown(0);
    camera.shown(.9);
    CHECK(camera.shown(.2) == RoadCondition::light);
    CHECK(camera.shown(.9) == RoadCondition::light);
    CHECK(camera.shown(.9) == RoadCondition::heavy);
}

TEST_CASE("verdict: a class falls with the third picture in a row, not before") {
    Camera camera;
    camera.shown(.7);
    camera.shown(.7);
    CHECK(camera.shown(.02) == RoadCondition::heavy);
    CHECK(camera.shown(.02) == RoadCondition::heavy);
    CHECK(camera.shown(.02) == RoadCondition::clear);
}

TEST_CASE("verdict: a single heavier picture begins the count to fall anew") {
    Camera camera;
    camera.shown(.7);
    camera.shown(.02);
    camera.shown(.02);
    camera.shown(.7);
    CHECK(camera.shown(.02) == RoadCondition::heavy);
    CHECK(camera.shown(.02) == RoadCondition::heavy);
    CHECK(camera.shown(.02) == RoadCondition::clear);
}

TEST_CASE("verdict: within 5 points below its cut a class holds, further below it falls") {
    Camera close, far;
    for (Camera* camera : {&close, &far}) {
        camera->shown(.32);
        camera->shown(.32);
    }
    for (int i = 0; i < 12; ++i)
        CHECK(close.shown(.26) == RoadCondition::moderate);
    RoadCondition last = RoadCondition::unknown;
    for (int i = 0; i < 12; ++i)
        last = far.shown(.24);
    CHECK(last == RoadCondition::light);
}

TEST_CASE("verdict: an hour of silence forgets, 59 minutes do not") {
    Camera silent, heard;
    silent.shown(.7);
    heard.shown(.7);
    CHECK(silent.shown(.02, minutes{61}) == RoadCondition::clear);
    CHECK(heard.shown(.02, minutes{59}) == RoadCondition::heavy);
}

TEST_CASE("verdict: what lies in the future of the picture holds nothing") {
    const RoadReading snow = compared(.7);
    Camera later{no_weather, {}, noon + minutes{5}};
    later.look(snow);
    const RoadVerdict verdict =
        verdict_on(compared(0), later.before, no_weather, std::nullopt, noon, SnowCuts{});
    CHECK(verdict.condition == RoadCondition::clear);
}

TEST_CASE("verdict: pictures that tell nothing neither raise nor lower a class") {
    Camera camera;
    camera.shown(.45);
    camera.shown(.45);
    for (int i = 0; i < 3; ++i) {
        const RoadVerdict verdict = camera.look(unknown(Doubt::fog));
        CHECK(verdict.condition == RoadCondition::unknown);
        CHECK(verdict.reason == "fog");
    }
    CHECK(camera.shown(.02) == RoadCondition::moderate);
}

TEST_CASE("verdict: Unknown stays Unknown whatever was before and whatever the weather") {
    for (Doubt why : {Doubt::night, Doubt::fog, Doubt::lens, Doubt::occluded, Doubt::no_mask})
        for (const Weather& weather : {no_weather, air(-5, 2), air(12, 0), freezing_rain()}) {
            Camera camera{weather};
            camera.shown(.7);
            camera.shown(.7);
            const RoadVerdict verdict = camera.look(unknown(why));
            CHECK(verdict.condition == RoadCondition::unknown);
            CHECK(verdict.surface == RoadCondition::unknown);
            CHECK(verdict.reason == word_for(why));
            CHECK_FALSE(verdict.reason.empty());
        }
}

TEST_CASE("verdict: what a lone picture was judged by is what the ones before it are judged by") {
    // Seen alone, 12 % is still a bare road, and 20 % is none.
    auto alone = [](double coverage) {
        RoadReading reading = compared(coverage);
        reading.compared = false;
        reading.condition = coverage < .15 ? RoadCondition::clear : RoadCondition::light;
        return reading;
    };
    Camera rising;
    rising.look(alone(.12));
    CHECK(rising.look(alone(.2)).condition == RoadCondition::clear);
    CHECK(rising.look(alone(.2)).condition == RoadCondition::light);

    Camera falling;
    falling.look(alone(.2));
    falling.look(alone(.2));
    RoadCondition last = RoadCondition::unknown;
    for (int i = 0; i < 8; ++i)
        last = falling.look(alone(.08)).condition;
    CHECK(last == RoadCondition::clear);
}

TEST_CASE("verdict: warm air without snow takes one class away, and no more") {
    for (auto [coverage, condition] : {std::pair{.2, RoadCondition::clear},
                                       {.45, RoadCondition::light},
                                       {.9, RoadCondition::moderate},
                                       {.0, RoadCondition::clear}}) {
        Camera camera{air(12, 0)};
        const RoadVerdict verdict = camera.look(compared(coverage));
        CHECK(verdict.prior == SnowPrior::impossible);
        CHECK(verdict.surface == condition);
    }
}

TEST_CASE("verdict: warm air takes one class away from every picture, not one more from each") {
    Camera camera{air(12, 0)};
    for (int i = 0; i < 20; ++i)
        CHECK(camera.look(compared(.9)).surface == RoadCondition::moderate);
}

TEST_CASE("verdict: snow in frost makes a nearly light road light, and nothing else") {
    for (auto [coverage, condition] : {std::pair{.07, RoadCondition::light},
                                       {.02, RoadCondition::clear},
                                       {.2, RoadCondition::light},
                                       {.29, RoadCondition::light},
                                       {.59, RoadCondition::moderate}}) {
        Camera camera{air(-5, 2)};
        const RoadVerdict verdict = camera.look(compared(coverage));
        CAPTURE(coverage);
        CHECK(verdict.prior == SnowPrior::likely);
        CHECK(verdict.surface == condition);
    }
}

TEST_CASE("verdict: what was moved is believed by half at most, what was not as much as before") {
    CHECK(Camera{air(12, 0)}.look(compared(.9)).confidence == doctest::Approx(.5));
    CHECK(Camera{air(3, 0)}.look(compared(.9)).confidence == doctest::Approx(.9));
}

TEST_CASE("verdict: without weather ice is not known, and the reason says so") {
    for (double coverage : {0., .2, .9}) {
        const RoadVerdict verdict = Camera{}.look(compared(coverage));
        CHECK(verdict.ice.answer == IceRisk::Answer::unknown);
        CHECK_FALSE(verdict.ice.reason.empty());
        CHECK(verdict.condition != RoadCondition::ice_possible);
    }
}

TEST_CASE("verdict: ice leads on a clear, a wet and a lightly covered road only") {
    RoadReading wet = compared(0);
    wet.wet = true;
    wet.condition = RoadCondition::wet;
    for (const RoadReading& reading : {compared(0), wet, compared(.2)}) {
        const RoadVerdict verdict = Camera{freezing_rain()}.look(reading);
        CHECK(verdict.condition == RoadCondition::ice_possible);
        CHECK(verdict.reason == "freezing rain");
        CHECK(verdict.surface == reading.condition);
    }
    for (double coverage : {.45, .9}) {
        const RoadVerdict verdict = Camera{freezing_rain()}.look(compared(coverage));
        CHECK(verdict.condition == snow_class(coverage, SnowCuts{}));
        CHECK(verdict.ice.answer == IceRisk::Answer::possible);
        CHECK(verdict.reason.empty());
    }
}

TEST_CASE("verdict: ice is held for 30 minutes after it was possible, and not renewed by that") {
    Camera camera{freezing_rain()};
    CHECK(camera.look(compared(0)).condition == RoadCondition::ice_possible);
    camera.weather = air(9, 0);
    for (int i = 0; i < 3; ++i) {
        const RoadVerdict held = camera.look(compared(0), minutes{9});
        CHECK(held.condition == RoadCondition::ice_possible);
        CHECK(held.ice_held);
        CHECK(held.reason == "freezing rain");
        CHECK(held.ice.confidence == IceRisk::Confidence::low);
    }
    const RoadVerdict over = camera.look(compared(0), minutes{9}); // 36 minutes
    CHECK(over.condition == RoadCondition::clear);
    CHECK_FALSE(over.ice_held);
}

TEST_CASE("verdict: a road that is wet by rain is no snow, and snow is not wet") {
    Weather rain = air(8, 0);
    rain.now = Observation{};
    rain.now->time = noon;
    rain.now->temperature = 8;
    rain.now->precipitation_last_hour = 2;
    rain.observation_source.fetched = noon;
    CHECK(Camera{rain}.look(compared(0)).condition == RoadCondition::wet);
    const RoadVerdict snow = Camera{rain}.look(compared(.9));
    CHECK(snow.surface == RoadCondition::moderate);
    CHECK_FALSE(snow.wet);
}

TEST_CASE("verdict: cuts that are set decide, and hold for the pictures before, too") {
    Camera camera;
    camera.cuts = {.2, .4, .8};
    camera.look(compared(0));
    RoadReading snow = compared(.3);
    snow.condition = snow_class(.3, camera.cuts);
    CHECK(snow.condition == RoadCondition::light);
    camera.look(snow);
    CHECK(camera.look(snow).condition == RoadCondition::light);
}

TEST_CASE("verdict: what goes to the history is what was found") {
    Camera camera{freezing_rain()};
    RoadReading wet = compared(.05);
    wet.wet = true;
    wet.condition = RoadCondition::wet;
    camera.look(wet);
    const RoadMoment& moment = camera.before.back();
    CHECK(moment.time == camera.at);
    CHECK(moment.condition == "Ice Possible");
    CHECK(moment.surface == "Clear"); // of snow
    CHECK(moment.seen == "Clear");
    CHECK(moment.wet);
    CHECK(moment.ice == "freezing rain");
    CHECK(moment.coverage == std::optional{.05});
    CHECK(moment.temperature == std::optional{-1.});
}
