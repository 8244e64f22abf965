#include "verb/road/nws.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "road_weather_maker.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace img;
using namespace std::chrono;

namespace {

std::string recorded(const std::string& name) {
    return std::string{text_of(read_file(str("data/weather/", name)))};
}

const WeatherHour& hour_at(const std::vector<WeatherHour>& hours, std::string_view time) {
    auto found = std::find_if(hours.begin(), hours.end(), [&](const WeatherHour& hour) {
        return hour.start == instant_of(time);
    });
    REQUIRE(found != hours.end());
    return *found;
}

/// The message of what it throws.
template <class Act>
std::string complaint_of(Act act) {
    try {
        act();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing is thrown";
}

std::string gridpoint_complaint(const std::string& text) {
    return complaint_of([&] { parse_nws_gridpoint(text); });
}

std::string layer(const std::string& name, const std::string& uom, const std::string& values) {
    return str("\"", name, "\":{", uom.empty() ? "" : "\"uom\":\"" + uom + "\",", "\"values\":[",
               values, "]}");
}

std::string grid(const std::string& layers) {
    return str("{\"properties\":{", layers, "}}");
}

} // namespace

TEST_CASE("parse_nws_gridpoint: a recorded ice storm, checked by hand against its JSON") {
    std::vector<WeatherHour> hours =
        parse_nws_gridpoint(recorded("nws_gridpoint_littlerock_icestorm.json"));
    const WeatherHour& first = hour_at(hours, "2024-01-12T11:00:00Z");
    CHECK(*first.temperature == doctest::Approx(20.0 / 9));
    CHECK(*first.dewpoint == doctest::Approx(-5.0 / 9));
    CHECK(*first.snowfall == doctest::Approx(0.8)); // 8 mm in PT1H
    CHECK(*first.ice == doctest::Approx(4));
    CHECK(*first.precipitation == doctest::Approx(13));
    CHECK(*first.probability == doctest::Approx(0));
    CHECK(*first.sky_cover == doctest::Approx(0.01));
    CHECK(first.kinds == WeatherKinds{}); // all null: nothing of the sort
    const WeatherHour& later = hour_at(hours, "2024-01-12T14:00:00Z");
    CHECK(*later.ice == doctest::Approx(1.5)); // 9 mm in PT6H
    CHECK(*later.snowfall == doctest::Approx(1.3 / 6));
    CHECK(*hour_at(hours, "2024-01-12T18:00:00Z").ice == 0);
}

TEST_CASE("parse_nws_gridpoint: what falls, with its chance") {
    std::vector<WeatherHour> hours =
        parse_nws_gridpoint(recorded("nws_gridpoint_flagstaff_snow.json"));
    const WeatherHour& snow = hour_at(hours, "2024-01-13T18:00:00Z");
    CHECK(snow.kinds == WeatherKinds{WeatherKind::snow});
    CHECK(*snow.probability == doctest::Approx(0.56));
    CHECK(hour_at(hours, "2024-01-13T21:00:00Z").kinds ==
          WeatherKinds{WeatherKind::snow, WeatherKind::rain});
    // 11.112 km/h, which is not 11 m/s.
    CHECK(*hour_at(hours, "2024-01-12T11:00:00Z").wind == doctest::Approx(3.0867).epsilon(0.001));
}

TEST_CASE("parse_nws_gridpoint: nulls are not known, zeros are") {
    std::vector<WeatherHour> hours = parse_nws_gridpoint(
        grid(layer("temperature", "wmoUnit:degC",
                   R"({"validTime":"2024-01-12T11:00:00+00:00/PT1H","value":0},
                      {"validTime":"2024-01-12T12:00:00+00:00/PT1H","value":null})") +
             "," +
             layer("snowfallAmount", "wmoUnit:mm",
                   R"({"validTime":"2024-01-12T11:00:00+00:00/PT2H","value":0})")));
    REQUIRE(hours.size() == 2);
    CHECK(hours[0].temperature == 0.0);
    CHECK_FALSE(hours[1].temperature);
    CHECK(hours[1].snowfall == 0.0);
    CHECK_FALSE(hours[0].ice);
    CHECK_FALSE(hours[0].kinds);
}

TEST_CASE(
    "parse_nws_gridpoint: a unit that is not said is the documented one, others are converted") {
    std::string at = R"({"validTime":"2024-01-12T11:00:00+00:00/PT1H","value":5})";
    auto hour = [&](const std::string& layers) {
        return parse_nws_gridpoint(
            grid(layer("temperature", "wmoUnit:degF", at) + "," + layers))[0];
    };
    CHECK(*hour(layer("iceAccumulation", "", at)).ice == doctest::Approx(5));
    CHECK(*hour(layer("iceAccumulation", "", at)).temperature == doctest::Approx(-15));
    CHECK(*hour(layer("snowfallAmount", "wmoUnit:cm", at)).snowfall == doctest::Approx(5));
    CHECK(*hour(layer("windSpeed", "wmoUnit:m_s-1", at)).wind == doctest::Approx(5));
}

TEST_CASE("parse_nws_gridpoint: a slight chance of ice is none, whatever the chance of rain") {
    std::string span = R"("validTime":"2024-01-12T11:00:00+00:00/PT1H","value":)";
    std::vector<WeatherHour> hours = parse_nws_gridpoint(
        grid(layer("temperature", "wmoUnit:degC", "{" + span + "0}") + "," +
             layer("weather", "",
                   "{" + span + R"([{"coverage":"likely","weather":"rain","intensity":"light"},
                 {"coverage":"slight_chance","weather":"freezing_rain"},
                 {"coverage":"areas","weather":"smoke"}]})")));
    CHECK(hours[0].kinds == WeatherKinds{WeatherKind::rain});
}

TEST_CASE("parse_nws_gridpoint: bad answers are refused in one line that names the product") {
    std::string good = recorded("nws_gridpoint_flagstaff_snow.json");
    CHECK(gridpoint_complaint("<!doctype html><html>") ==
          "gridpoint: the answer is HTML or XML, not JSON");
    CHECK(gridpoint_complaint("") == "gridpoint: the answer is empty");
    CHECK(gridpoint_complaint(good.substr(0, good.size() / 2)) == "gridpoint: the JSON is cut off");
    CHECK(gridpoint_complaint("[]") == "gridpoint: the JSON is not an object");
    CHECK(gridpoint_complaint("Service Unavailable") == "gridpoint: the answer is not JSON");
    CHECK(gridpoint_complaint(R"({"title":"Unexpected Problem","status":500})") ==
          "gridpoint: properties: is missing");
    CHECK(gridpoint_complaint(R"({"properties":7})") == "gridpoint: properties: is not an object");
    CHECK(gridpoint_complaint(R"({"properties":{"temperature":{"values":[]}}})") ==
          "gridpoint: there is not one value");
    auto temperature = [](const std::string& uom, const std::string& value) {
        return gridpoint_complaint(grid(
            layer("temperature", uom,
                  str(R"({"validTime":"2024-01-12T11:00:00+00:00/PT1H","value":)", value, "}"))));
    };
    CHECK(temperature("wmoUnit:mm", "3") ==
          "gridpoint: properties.temperature.values[0]: cannot be 3 wmoUnit:mm");
    CHECK(temperature("wmoUnit:degC", "451") ==
          "gridpoint: properties.temperature.values[0]: cannot be 451 wmoUnit:degC");
    CHECK(temperature("wmoUnit:degC", "\"cold\"") ==
          "gridpoint: properties.temperature.values[0].value: is not a number");
    CHECK(gridpoint_complaint(
              grid(layer("temperature", "wmoUnit:degC", R"({"validTime":"today","value":1})"))) ==
          "gridpoint: properties.temperature.values[0].validTime: is not a time and a duration");
}

TEST_CASE("parse_nws_hourly: Fahrenheit beside Celsius in one object") {
    std::vector<WeatherHour> hours =
        parse_nws_hourly(recorded("nws_hourly_littlerock_icestorm.json"));
    REQUIRE(hours.size() >= 30);
    CHECK(*hours[0].temperature == doctest::Approx((16 - 32) / 1.8)); // 16 °F
    CHECK(*hours[0].dewpoint == doctest::Approx(-12.77778));          // which is in °C
    CHECK(hours[0].probability == 0.0);
    CHECK(*hours[0].wind == doctest::Approx(10 * 0.44704));
    CHECK(hours[0].kinds == WeatherKinds{});
    CHECK(hours[0].is_day == true);
}

TEST_CASE("parse_nws_hourly: winds in words, in numbers, and of several units") {
    auto wind = [](const std::string& wind_json) {
        return parse_nws_hourly(
            R"({"properties":{"periods":[{"startTime":"2024-01-12T04:00:00-07:00",
            "endTime":"2024-01-12T05:00:00-07:00","temperature":{"unitCode":"wmoUnit:degC","value":0},
            "windSpeed":)" +
            wind_json + R"(,"shortForecast":"Slight Chance Freezing Rain"}]}})")[0];
    };
    CHECK(*wind("\"5 to 10 mph\"").wind == doctest::Approx(7.5 * 0.44704));
    CHECK(*wind("\"0 mph\"").wind == 0);
    CHECK(*wind("\"36 km/h\"").wind == doctest::Approx(10));
    CHECK(*wind(R"({"unitCode":"wmoUnit:km_h-1","value":36})").wind == doctest::Approx(10));
    CHECK(*wind(R"({"unitCode":"wmoUnit:km_h-1","minValue":18,"maxValue":36})").wind ==
          doctest::Approx(7.5));
    CHECK_FALSE(wind("null").wind);
    CHECK(wind("null").temperature == 0.0);
    CHECK(wind("null").kinds == WeatherKinds{});
    for (const char* bad : {"\"calm\"", "\"10\"", "\"10 furlongs\"", "\"1 2 3 mph\"", "10"})
        CHECK_THROWS_AS(wind(bad), Error);
}

TEST_CASE("parse_nws_observation: kilometres an hour, and zero is a value where null is not") {
    Observation seen = parse_nws_observation(R"({"properties":{
        "station":"https://api.weather.gov/stations/KFLG","timestamp":"2024-01-12T10:53:00+00:00",
        "textDescription":"Light Freezing Rain","presentWeather":[{"intensity":"light",
        "modifier":"freezing","weather":"rain","rawString":"-FZRA"}],
        "temperature":{"unitCode":"wmoUnit:degC","value":0,"qualityControl":"V"},
        "dewpoint":{"unitCode":"wmoUnit:degC","value":-1,"qualityControl":"X"},
        "windSpeed":{"unitCode":"wmoUnit:km_h-1","value":36},
        "visibility":{"unitCode":"wmoUnit:m","value":null},
        "precipitationLastHour":{"unitCode":"wmoUnit:mm","value":0},
        "cloudLayers":[{"base":{},"amount":"FEW"},{"amount":"BKN"}]}})");
    CHECK(seen.station == "KFLG");
    CHECK(seen.time == instant_of("2024-01-12T10:53:00Z"));
    CHECK(seen.temperature == 0.0);
    CHECK_FALSE(seen.dewpoint); // the service itself holds it to be wrong
    CHECK(*seen.wind == doctest::Approx(10));
    CHECK_FALSE(seen.visibility);
    CHECK(seen.precipitation_last_hour == 0.0);
    CHECK_FALSE(seen.snow_depth);
    CHECK(*seen.sky_cover == doctest::Approx(0.75));
    CHECK(seen.kinds == WeatherKinds{WeatherKind::freezing_rain});
    CHECK(complaint_of([] { parse_nws_observation(R"({"properties":{"timestamp":null}})"); }) ==
          "observation: properties.timestamp: is missing");
    CHECK(complaint_of([] {
              parse_nws_observation(R"({"properties":{"timestamp":"2024-01-12T10:53:00+00:00",
                  "windSpeed":{"unitCode":"wmoUnit:degC","value":3}}})");
          }) == "observation: properties.windSpeed: cannot be 3 wmoUnit:degC");
}

TEST_CASE("parse_nws_alerts: ends before expires, and what cannot be read hides nothing else") {
    std::vector<OfficialAlert> alerts = parse_nws_alerts(recorded("nws_alerts_winter.json"));
    REQUIRE(alerts.size() == 7); // of 8; the Blizzard Warning has no time that is one
    CHECK(alerts[0].event == "Winter Storm Watch");
    CHECK(alerts[0].onset == instant_of("2024-01-12T10:00:00Z"));
    CHECK(alerts[0].ends == instant_of("2024-01-12T12:00:00Z"));
    CHECK(alerts[6].onset == instant_of("2024-01-12T12:19:05Z"));
    CHECK(alerts[6].ends == instant_of("2024-01-13T18:19:05Z")); // expires at 16:19 the day before
}

TEST_CASE("parse_nws_alerts: tests, exercises and cancellations are left out") {
    auto count = [](const std::string& status, const std::string& type, const std::string& end) {
        return parse_nws_alerts(str(R"({"features":[{"properties":{"event":"Ice Storm Warning",
            "status":")",
                                    status, R"(","messageType":")", type,
                                    R"(","onset":"2024-01-12T04:00:00-06:00",)", end, "}}]}"));
    };
    std::string no_ends = R"("ends":null,"expires":"2024-01-12T06:00:00-06:00")";
    REQUIRE(count("Actual", "Update", no_ends).size() == 1);
    CHECK(count("Actual", "Alert", no_ends)[0].ends == instant_of("2024-01-12T12:00:00Z"));
    CHECK_FALSE(count("Actual", "Alert", R"("ends":null)")[0].ends);
    CHECK(count("Test", "Alert", no_ends).empty());
    CHECK(count("Exercise", "Alert", no_ends).empty());
    CHECK(count("Actual", "Cancel", no_ends).empty());
    CHECK_THROWS_AS(count("Actual", "Alert", R"("ends":"soon")"), Error);
    CHECK(parse_nws_alerts(R"({"features":[]})").empty());
    CHECK_THROWS_AS(parse_nws_alerts(R"({"status":500})"), Error);
}

TEST_CASE("parse_nws_point: paths of the service, and no way out of it") {
    NwsPoint point = parse_nws_point(recorded("nws_points_flagstaff.json"));
    CHECK(point.gridpoint == "/gridpoints/FGZ/74,89");
    CHECK(point.hourly == "/gridpoints/FGZ/74,89/forecast/hourly");
    CHECK(point.stations == "/gridpoints/FGZ/74,89/stations");
    CHECK(point.zone == "America/Phoenix");
    CHECK(point.place == "Flagstaff, AZ");
    for (const char* bad :
         {"\"gridpoints\"", "\"/a/../b\"", "\"/a b\"", "\"/a?b\"", "7", "null", "\"https://\""})
        CHECK_THROWS_AS(parse_nws_point(str(R"({"properties":{"forecastHourly":"/b",
            "observationStations":"/c","forecastGridData":)",
                                            bad, "}}")),
                        Error);
}

TEST_CASE("parse_nws_stations: identifiers in their order, and nothing else") {
    CHECK(parse_nws_stations(R"({"features":[{"properties":{"stationIdentifier":"KFLG"}},
        {"properties":{"stationIdentifier":"COOP1"}}]})") ==
          std::vector<std::string>{"KFLG", "COOP1"});
    CHECK_THROWS_AS(parse_nws_stations(R"({"features":[]})"), Error);
    CHECK_THROWS_AS(
        parse_nws_stations(R"({"features":[{"properties":{"stationIdentifier":"../x"}}]})"), Error);
}

TEST_CASE("recorded answers of the NWS are all read") {
    const fs::path samples{"../../shared/data/weather/nws"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: there are no samples in shared/data/weather");
        return;
    }
    int read = 0;
    for (const auto& entry : fs::directory_iterator(samples)) {
        std::string name = entry.path().filename().string();
        std::string text{text_of(read_file(entry.path()))};
        bool relative = name.find("pynws_gridpoints") == 0; // of one period
        if (name.find("gridpoint.json") != std::string::npos)
            CHECK_MESSAGE(parse_nws_gridpoint(text).size() > 100, name);
        else if (name.find("hourly") != std::string::npos)
            CHECK_MESSAGE(parse_nws_hourly(text).size() > (relative ? 0 : 100), name);
        else if (name.find("alerts") != std::string::npos)
            CHECK_MESSAGE(!parse_nws_alerts(text).empty(), name);
        else if (name.find("points") != std::string::npos)
            CHECK_MESSAGE(!parse_nws_point(text).zone.empty(), name);
        else if (name.find("observations") != std::string::npos)
            CHECK_MESSAGE(parse_nws_observation(text).temperature, name);
        else
            continue;
        ++read;
    }
    CHECK(read >= 15);
}
