#include "verb/road/outlook.hpp"

#include "base/file.hpp"
#include "road_weather_maker.hpp"
#include "verb/road/nws.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace img;
using namespace std::chrono;

namespace {

const Instant midnight = instant_of("2026-01-15T00:00:00Z");
const Zone utc{minutes{0}};

/// Snow of so many centimetres an hour from one hour to before another.
std::function<void(WeatherHour&, int)> snow(int from, int until, double rate,
                                            double probability = 0.9) {
    return [=](WeatherHour& hour, int i) {
        if (i < from || i >= until)
            return;
        hour.snowfall = rate;
        hour.precipitation = rate;
        hour.probability = probability;
        hour.kinds = WeatherKinds{WeatherKind::snow};
    };
}

Outlook outlook(const Weather& weather, Instant now) {
    return outlook_of(weather, {}, now, std::nullopt);
}

std::vector<std::string> lines(const Weather& weather, Instant now, const Zone& zone = utc) {
    return alert_lines(outlook(weather, now), zone);
}

using Lines = std::vector<std::string>;

Weather recorded(const std::string& name, Instant fetched) {
    Weather weather;
    weather.hours = parse_nws_gridpoint(text_of(read_file(str("data/weather/", name))));
    weather.hours_source.fetched = fetched;
    return weather;
}

} // namespace

TEST_CASE("alerts: hours of a kind are one, from the first to the end of the last") {
    CHECK(lines(weather_of(midnight, 48, snow(15, 23, 3)), midnight) ==
          Lines{"Heavy snow 15:00–23:00"});
    CHECK(lines(weather_of(midnight, 48, snow(15, 23, 2.4)), midnight) ==
          Lines{"Moderate snow 15:00–23:00"});
    CHECK(lines(weather_of(midnight, 48, snow(15, 23, 0.1)), midnight) ==
          Lines{"Light snow 15:00–23:00"});
    CHECK(lines(weather_of(midnight, 48, snow(15, 23, 0.09, 0.2)), midnight).empty());
}

TEST_CASE("alerts: 55 % is likely, 54 % is possible, and the rate alone counts below 30 %") {
    CHECK(lines(weather_of(midnight, 48, snow(5, 8, 1, 0.55)), midnight) ==
          Lines{"Moderate snow 05:00–08:00"});
    CHECK(lines(weather_of(midnight, 48, snow(5, 8, 1, 0.54)), midnight) ==
          Lines{"Moderate snow possible 05:00–08:00"});
    CHECK(lines(weather_of(midnight, 48, snow(5, 8, 1, 0.1)), midnight) ==
          Lines{"Moderate snow possible 05:00–08:00"});
    // Without an amount, snow in words counts from 30 % on.
    auto words = [](double probability) {
        return weather_of(midnight, 48, [=](WeatherHour& hour, int i) {
            hour.snowfall.reset();
            if (i == 5) {
                hour.kinds = WeatherKinds{WeatherKind::snow};
                hour.probability = probability;
            }
        });
    };
    CHECK(lines(words(0.3), midnight) == Lines{"Light snow possible 05:00–06:00"});
    CHECK(lines(words(0.29), midnight).empty());
}

TEST_CASE("alerts: gaps of 2 hours are bridged, of 3 are not") {
    auto twice = [](int gap) {
        return weather_of(midnight, 48, [=](WeatherHour& hour, int i) {
            snow(5, 8, 0.5)(hour, i);
            snow(8 + gap, 12 + gap, 0.5)(hour, i);
        });
    };
    CHECK(lines(twice(2), midnight) == Lines{"Light snow 05:00–14:00"});
    CHECK(lines(twice(3), midnight) == Lines{"Light snow 05:00–08:00", "Light snow 11:00–15:00"});
}

TEST_CASE("alerts: heavier snow stands out of lighter, and is not hidden by ice") {
    Weather weather = weather_of(midnight, 48, [](WeatherHour& hour, int i) {
        hour.temperature = -1;
        snow(5, 9, 0.5)(hour, i);
        snow(9, 12, 3)(hour, i);
        snow(12, 14, 0.5)(hour, i);
    });
    CHECK(lines(weather, midnight) == Lines{"Ice possible 05:00–09:00", "Light snow 05:00–09:00",
                                            "Heavy snow 09:00–12:00", "Ice possible 12:00–20:00",
                                            "Light snow 12:00–14:00"});
}

TEST_CASE("alerts: rain that freezes in the night") {
    Weather weather = weather_of(midnight, 48, [](WeatherHour& hour, int i) {
        hour.temperature = i >= 5 && i < 8 ? -0.5 : 3;
        if (i == 3)
            hour.precipitation = 2;
    });
    CHECK(lines(weather, midnight) == Lines{"Ice possible 05:00–08:00"});
    CHECK(outlook(weather, midnight).alerts[0].reason == "wet and freezing");
}

TEST_CASE("alerts: freezing rain is one wherever it is forecast, sleet only where it lasts") {
    auto falling = [](WeatherKind kind, double celsius) {
        return weather_of(midnight, 48, [=](WeatherHour& hour, int i) {
            hour.temperature = celsius;
            if (i >= 5 && i < 8) {
                hour.kinds = WeatherKinds{kind};
                hour.probability = 0.6;
            }
        });
    };
    CHECK(lines(falling(WeatherKind::freezing_rain, 2), midnight) ==
          Lines{"Freezing rain 05:00–08:00"});
    CHECK(lines(falling(WeatherKind::sleet, 1), midnight) ==
          Lines{"Freezing rain 05:00–08:00", "Ice possible 08:00–14:00"});
    CHECK(lines(falling(WeatherKind::sleet, 2), midnight).empty());
}

TEST_CASE("alerts: nothing beyond 24 hours appears, and no end that lies there") {
    CHECK(lines(weather_of(midnight, 60, snow(24, 30, 3)), midnight).empty());
    CHECK(lines(weather_of(midnight, 60, snow(23, 30, 3)), midnight) ==
          Lines{"Heavy snow from 23:00"});
    CHECK(lines(weather_of(midnight, 60, snow(20, 24, 3)), midnight) ==
          Lines{"Heavy snow 20:00–00:00"});
    CHECK(lines(weather_of(midnight, 60, snow(5, 60, 0.5)), midnight) ==
          Lines{"Light snow from 05:00"});
    // Snow 2 hours later still belongs to it.
    Weather again = weather_of(midnight, 60, [](WeatherHour& hour, int i) {
        snow(20, 24, 3)(hour, i);
        snow(26, 28, 3)(hour, i);
    });
    CHECK(lines(again, midnight) == Lines{"Heavy snow from 20:00"});
}

TEST_CASE("alerts: an end that the forecast does not reach is not said") {
    CHECK(lines(weather_of(midnight, 10, snow(5, 10, 3)), midnight) ==
          Lines{"Heavy snow from 05:00"});
}

TEST_CASE("alerts: tomorrow is named, and the end's day where its clock would mislead") {
    Instant evening = midnight + hours{20};
    CHECK(lines(weather_of(midnight, 60, snow(29, 32, 3)), evening) ==
          Lines{"Heavy snow tomorrow 05:00–08:00"});
    CHECK(lines(weather_of(midnight, 60, snow(22, 29, 3)), evening) ==
          Lines{"Heavy snow 22:00–05:00"});
    CHECK(lines(weather_of(midnight, 60, snow(20, 44, 3)), evening) ==
          Lines{"Heavy snow 20:00–tomorrow 20:00"});
}

TEST_CASE("alerts: times are those of the site's clocks, across summer time") {
    Zone new_york{"America/New_York"};
    // 8 March 2026: 02:00 EST becomes 03:00 EDT at 07:00 UTC.
    Instant spring = instant_of("2026-03-08T00:00:00Z");
    CHECK(lines(weather_of(spring, 48, snow(6, 9, 3)), spring, new_york) ==
          Lines{"Heavy snow tomorrow 01:00–05:00"});
    // 23:30 on the 7th and 24 hours: the 9th is a quarter of an hour away.
    Instant late = instant_of("2026-03-08T04:30:00Z");
    CHECK(lines(weather_of(spring, 72, snow(28, 40, 3)), late, new_york) ==
          Lines{"Heavy snow from 2026-03-09 00:00"});
    // 1 November 2026: 02:00 EDT becomes 01:00 EST at 06:00 UTC.
    Instant autumn = instant_of("2026-11-01T00:00:00Z");
    CHECK(lines(weather_of(autumn, 48, snow(5, 6, 3)), autumn, new_york) ==
          Lines{"Heavy snow tomorrow 01:00 EDT–01:00 EST"});
    CHECK(lines(weather_of(autumn, 48, snow(7, 9, 3)), autumn, new_york) ==
          Lines{"Heavy snow tomorrow 02:00–04:00"});
}

TEST_CASE("alerts: half hours of zones are kept") {
    Zone kolkata{"Asia/Kolkata"};
    CHECK(lines(weather_of(midnight, 48, snow(3, 5, 3)), midnight, kolkata) ==
          Lines{"Heavy snow 08:30–10:30"});
}

TEST_CASE("no_snow_line: only when each hour is known") {
    auto line = [](const Weather& weather, Instant now) {
        return no_snow_line(outlook(weather, now), utc);
    };
    CHECK(line(weather_of(midnight, 30), midnight) == "No snow expected in the next 24 hours");
    CHECK(line(weather_of(midnight, 24), midnight + minutes{1}) ==
          "No snow expected until tomorrow 00:00, not known after that");
    CHECK(line(weather_of(midnight, 12), midnight) ==
          "No snow expected until 12:00, not known after that");
    CHECK(line(weather_of(midnight, 30,
                          [](WeatherHour& hour, int i) {
                              if (i == 7) {
                                  hour.snowfall.reset();
                                  hour.kinds.reset();
                              }
                          }),
               midnight) == "No snow expected until 07:00, not known after that");
    CHECK(line({}, midnight) == "Forecast unavailable");
    CHECK(line(weather_of(midnight, 30, snow(3, 4, 1)), midnight).empty());
}

TEST_CASE("totals: parts of hours count as parts, and what is not known is not a sum") {
    Outlook ahead = outlook(weather_of(midnight, 20, snow(0, 20, 1.5)), midnight + minutes{30});
    CHECK(*ahead.totals[0].snowfall == doctest::Approx(1.5));
    CHECK(*ahead.totals[1].snowfall == doctest::Approx(4.5));
    CHECK(*ahead.totals[3].snowfall == doctest::Approx(18));
    CHECK_FALSE(ahead.totals[4].snowfall);
    CHECK(*ahead.snow_rate == 1.5);
    Outlook soon = outlook(weather_of(midnight, 20, snow(1, 2, 4)), midnight + minutes{15});
    CHECK(*soon.totals[0].snowfall == doctest::Approx(1)); // 15 minutes of it
    CHECK(soon.totals[0].hours == 1);
}

TEST_CASE("trend: the next 3 hours against this one") {
    auto trend = [](double first, double then) {
        return outlook(weather_of(midnight, 20,
                                  [=](WeatherHour& hour, int i) {
                                      hour.snowfall = i == 0 ? first : then;
                                  }),
                       midnight)
            .trend;
    };
    CHECK(trend(0, 0) == SnowTrend::steady);
    CHECK(trend(1, 1.3) == SnowTrend::rising);
    CHECK(trend(1, 0.7) == SnowTrend::falling);
    CHECK(trend(1, 1.1) == SnowTrend::steady);
    CHECK(outlook(weather_of(midnight, 3), midnight).trend == SnowTrend::unknown);
}

TEST_CASE("steps: temperature and rate then, the heaviest snow until then") {
    Outlook ahead = outlook(weather_of(midnight, 48,
                                       [](WeatherHour& hour, int i) {
                                           hour.temperature = i;
                                           snow(2, 3, 3)(hour, i);
                                       }),
                            midnight);
    CHECK(ahead.steps[0].temperature == 1.0);
    CHECK_FALSE(ahead.steps[0].snow);
    CHECK(ahead.steps[1].snow == RoadAlertKind::heavy_snow);
    CHECK(ahead.steps[1].rate == 0.0);
    CHECK(ahead.steps[2].hours == 6);
    CHECK(ahead.chart.size() == 24);
}

TEST_CASE("official alerts: those of the next 24 hours, without an end that lies beyond") {
    Weather weather = weather_of(midnight, 48);
    auto add = [&](const char* event, int from, std::optional<int> until) {
        OfficialAlert alert;
        alert.event = event;
        alert.onset = midnight + hours{from};
        if (until)
            alert.ends = midnight + hours{*until};
        weather.alerts.push_back(alert);
    };
    add("A", -3, 6);
    add("B", -3, 30);
    add("C", 5, 8);
    add("D", 5, 30);
    add("E", 25, 30);
    add("F", -5, -1);
    add("G", -5, std::nullopt);
    CHECK(lines(weather, midnight) ==
          Lines{"A until 06:00", "B", "C 05:00–08:00", "D from 05:00", "G"});
}

TEST_CASE("what was measured says nothing about later hours") {
    Weather weather = weather_of(midnight, 48, [](WeatherHour& hour, int i) {
        hour.temperature = 4;
        if (i < 3)
            hour.precipitation = 1;
    });
    weather.now = Observation{};
    weather.now->time = midnight;
    weather.now->temperature = 0;
    CHECK(lines(weather, midnight) == Lines{"Ice possible 00:00–01:00"});
}

TEST_CASE("recorded: the ice storm of Little Rock, whose chance of precipitation is 0") {
    Instant now = instant_of("2024-01-12T11:00:00Z");
    Zone chicago{"America/Chicago"};
    CHECK(lines(recorded("nws_gridpoint_littlerock_icestorm.json", now), now, chicago) ==
          Lines{"Freezing rain possible 05:00–12:00", "Light snow possible from 05:00"});
}

TEST_CASE("recorded: snow showers in Flagstaff a day ahead") {
    Instant now = instant_of("2024-01-13T11:00:00Z");
    Zone phoenix{"America/Phoenix"};
    Weather weather = recorded("nws_gridpoint_flagstaff_snow.json", now);
    CHECK(lines(weather, now, phoenix) ==
          Lines{"Light snow 11:00–17:00", "Ice possible from 19:00"});
    CHECK(lines(weather, now - hours{11}, phoenix) == Lines{"Light snow tomorrow 11:00–17:00"});
    // Its end is more than 24 hours away.
    CHECK(lines(weather, now - hours{12}, phoenix) == Lines{"Light snow from tomorrow 11:00"});
}

TEST_CASE("to_text: short, aligned, in both units") {
    Weather weather = weather_of(midnight, 3, snow(1, 3, 2.54));
    weather.place = "Flagstaff, AZ";
    std::string text = to_text(outlook(weather, midnight), weather, Units::us, utc);
    CHECK(text.find("Flagstaff, AZ: 41 °F (forecast)\n") == 0);
    CHECK(text.find("Ice unlikely: air above 2 °C\n") != std::string::npos);
    CHECK(text.find("\nHeavy snow from 01:00\n") != std::string::npos);
    CHECK(text.find("\n01:00        90 %   1.00   41 °F\n") != std::string::npos);
    CHECK(text.find("Next          1 h    3 h    6 h   12 h   24 h\n"
                    "Snow, in     0.00   2.00      –      –      –\n") != std::string::npos);
    CHECK(to_text(outlook(weather, midnight), weather, Units::metric, utc)
              .find("\n01:00        90 %    2.5    5 °C\n") != std::string::npos);
    Weather none;
    none.provider = "none";
    std::string nothing = to_text(outlook(none, midnight), none, Units::metric, utc);
    CHECK(nothing.find("Now: weather unavailable\nIce risk unknown: no weather data\n\n"
                       "Forecast unavailable\n") == 0);
}

TEST_CASE("json_of: one object, null where nothing is known") {
    Weather weather = weather_of(midnight, 30, snow(5, 8, 3));
    auto said = nlohmann::json::parse(json_of(outlook(weather, midnight), weather, utc));
    CHECK(said["alerts"] == nlohmann::json{"Heavy snow 05:00–08:00"});
    CHECK(said["events"][0]["kind"] == "heavy snow");
    CHECK(said["events"][0]["likelihood"] == "likely");
    CHECK(said["events"][0]["end"] == "2026-01-15T08:00:00.000Z");
    CHECK(said["temperature"] == 5);
    CHECK(said["snow"]["totals"]["12h"] == 9);
    CHECK(said["ice"]["possible"] == false);
    CHECK(said["chart"].size() == 24);
    CHECK(said["sources"]["observation"]["available"] == false);
    auto nothing = nlohmann::json::parse(json_of(outlook({}, midnight), {}, utc));
    CHECK(nothing["ice"]["possible"].is_null());
    CHECK(nothing["temperature"].is_null());
    CHECK(nothing["no_snow"] == "Forecast unavailable");
    CHECK(nothing["snow"]["totals"]["1h"].is_null());
    CHECK(nothing["chart"].empty());
}
