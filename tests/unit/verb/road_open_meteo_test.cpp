#include "verb/road/open_meteo.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "road_weather_maker.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

namespace {

std::string answer(const std::string& units, const std::string& values,
                   const std::string& more = R"("utc_offset_seconds":0)") {
    return str("{", more, R"(,"hourly_units":{"time":"iso8601",)", units,
               R"(},"hourly":{"time":["2026-01-15T03:00","2026-01-15T04:00"],)", values, "}}");
}

} // namespace

TEST_CASE("parse_open_meteo: amounts fell in the hour before, states hold from then on") {
    std::vector<WeatherHour> hours =
        parse_open_meteo(std::string{text_of(read_file("data/weather/open_meteo_metric.json"))});
    REQUIRE(hours.size() == 6);
    CHECK(hours[0].start == instant_of("2026-01-15T02:00:00Z"));
    CHECK_FALSE(hours[0].temperature);
    CHECK(hours[0].snowfall == 0.7);
    CHECK(hours[1].temperature == -2.0);
    CHECK(hours[1].snowfall == 2.8);
    CHECK(*hours[1].probability == doctest::Approx(0.9));
    CHECK(*hours[1].wind == doctest::Approx(5));
    CHECK(hours[1].kinds == WeatherKinds{WeatherKind::snow});
    CHECK(hours[1].is_day == false);
    CHECK(hours[2].temperature == 0.0);
    CHECK_FALSE(hours[2].snowfall); // null
    CHECK(hours[1].road_temperature == -3.5);
}

TEST_CASE("parse_open_meteo: American units and old names say the same") {
    std::vector<WeatherHour> metric =
        parse_open_meteo(std::string{text_of(read_file("data/weather/open_meteo_metric.json"))});
    std::vector<WeatherHour> us =
        parse_open_meteo(std::string{text_of(read_file("data/weather/open_meteo_us.json"))});
    REQUIRE(us.size() == metric.size());
    for (std::size_t i = 0; i < us.size(); ++i) {
        auto same = [&](auto field) {
            REQUIRE((us[i].*field).has_value() == (metric[i].*field).has_value());
            if (us[i].*field)
                CHECK(*(us[i].*field) == doctest::Approx(*(metric[i].*field)).epsilon(0.01));
        };
        CHECK(us[i].start == metric[i].start);
        same(&WeatherHour::temperature);
        same(&WeatherHour::dewpoint);
        same(&WeatherHour::snowfall);
        same(&WeatherHour::precipitation);
        same(&WeatherHour::wind);
        same(&WeatherHour::snow_depth);
        CHECK(us[i].kinds == metric[i].kinds);
    }
}

TEST_CASE("parse_open_meteo: times without an offset are those of the place") {
    std::string text = answer(R"("temperature_2m":"°C")", R"("temperature_2m":[1,2])",
                              R"("utc_offset_seconds":-18000,"timezone":"America/New_York")");
    CHECK(parse_open_meteo(text)[0].start == instant_of("2026-01-15T08:00:00Z"));
}

TEST_CASE("parse_open_meteo: the dew point comes from the humidity where it is not given") {
    std::vector<WeatherHour> hours =
        parse_open_meteo(answer(R"("temperature_2m":"°C","relativehumidity_2m":"%")",
                                R"("temperature_2m":[20,-5],"relativehumidity_2m":[50,100])"));
    CHECK(*hours[0].dewpoint == doctest::Approx(9.26).epsilon(0.005)); // by psychrometric tables
    CHECK(*hours[1].dewpoint == doctest::Approx(-5));
}

TEST_CASE("parse_open_meteo: bad answers are refused in one line that names the product") {
    auto complaint = [](const std::string& text) -> std::string {
        try {
            parse_open_meteo(text);
        } catch (const Error& error) {
            return error.what();
        }
        return "nothing is thrown";
    };
    CHECK(complaint("<html>") == "open-meteo: the answer is HTML or XML, not JSON");
    CHECK(complaint(R"({"hourly":{"time":["2026-)") == "open-meteo: the JSON is cut off");
    CHECK(complaint(R"({"error":true,"reason":"Latitude must be in range"})") ==
          "open-meteo: Latitude must be in range");
    CHECK(complaint("{}") == "open-meteo: hourly.time: is missing");
    CHECK(complaint(answer(R"("temperature_2m":"mm")", R"("temperature_2m":[1,2])")) ==
          "open-meteo: hourly.temperature_2m[0]: cannot be 1 mm");
    CHECK(complaint(answer(R"("rain":"mm")", R"("temperature_2m":[1,2])")) ==
          "open-meteo: hourly_units.temperature_2m: is missing");
    CHECK(complaint(answer(R"("temperature_2m":"°C")", R"("temperature_2m":[1])")) ==
          "open-meteo: hourly.temperature_2m: has 1 values for 2 times");
    CHECK(complaint(answer(R"("temperature_2m":"°C")", R"("temperature_2m":["1",2])")) ==
          "open-meteo: hourly.temperature_2m[0]: is not a number");
    CHECK(complaint(answer(R"("x":"")", R"("weather_code":[1,400])")) ==
          "open-meteo: hourly.weather_code[1]: is not a WMO code");
    CHECK(complaint(R"({"hourly":{"time":["yesterday"]}})") ==
          "open-meteo: hourly.time[0]: is not a time like 2026-01-15T03:00");
    CHECK(complaint(R"({"hourly":{"time":[]}})") == "open-meteo: there is not one value");
}

TEST_CASE("open_meteo_query: four decimals, and units that need no guess") {
    std::string query = open_meteo_query({44.977753, -93.265, std::nullopt});
    CHECK(query.starts_with("/v1/forecast?latitude=44.9778&longitude=-93.2650&hourly="));
    CHECK(query.find("timezone=UTC") != std::string::npos);
}

TEST_CASE("recorded answers of Open-Meteo are all read") {
    const fs::path samples{"../../shared/data/weather/open-meteo"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: there are no samples in shared/data/weather");
        return;
    }
    for (const auto& entry : fs::directory_iterator(samples))
        CHECK(parse_open_meteo(text_of(read_file(entry.path()))).size() >= 30);
}
