#include "verb/road/hour_table.hpp"

#include "base/error.hpp"
#include "road_weather_maker.hpp"
#include "verb/road/weather_units.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono;

TEST_CASE("iso durations: P1DT6H is thirty hours") {
    CHECK(parse_iso_duration("PT6H") == hours{6});
    CHECK(parse_iso_duration("P1DT6H") == hours{30});
    CHECK(parse_iso_duration("P7DT14H") == hours{182});
    CHECK(parse_iso_duration("P1W") == hours{168});
    CHECK(parse_iso_duration("PT1H30M") == minutes{90});
    CHECK(parse_iso_duration("PT90S") == seconds{90});
}

TEST_CASE("iso durations: what is none is refused, and so is what has no length of its own") {
    for (const char* text :
         {"", "P", "PT", "6H", "PT6", "P6H", "PT6D", "P1M", "P1Y", "PT6H1D", "PT1M1H", "P1DT",
          "PTT1H", "P-1D", "P1.5D", "PT1H1H", "P101D", "PT9999999999H", "P1DT6H "})
        CHECK_MESSAGE(!parse_iso_duration(text), text);
}

TEST_CASE("iso instants: offsets are taken away, fractions dropped") {
    Instant eleven = instant_of("2024-01-12T11:00:00Z");
    for (const char* text :
         {"2024-01-12T11:00:00+00:00", "2024-01-12T05:00:00-06:00", "2024-01-12T16:30:00+05:30",
          "2024-01-12T11:00:00.123456Z", "2024-01-12T11:00:00Z"})
        CHECK_MESSAGE(parse_iso_instant(text) == eleven, text);
    for (const char* text : {"", "2024-01-12", "2024-01-12T11:00:00", "2024-01-12T11:00:00+0000",
                             "2024-02-30T11:00:00Z", "2024-01-12T25:00:00Z", "date:now +1 hour",
                             "2024-01-12T11:00:00.Z", "2024-01-12T11:00:00+99:00",
                             "2024-01-12T11:00:00+1x:00", "2024-01-12 11:00:00+00:00"})
        CHECK_MESSAGE(!parse_iso_instant(text), text);
}

TEST_CASE("iso spans: a time and a duration") {
    std::optional<TimeSpan> span = parse_iso_span("2024-01-12T11:00:00+00:00/P1DT6H");
    REQUIRE(span);
    CHECK(span->start == instant_of("2024-01-12T11:00:00Z"));
    CHECK(span->end == instant_of("2024-01-13T17:00:00Z"));
    CHECK_FALSE(parse_iso_span("2024-01-12T11:00:00+00:00"));
    CHECK_FALSE(parse_iso_span("2024-01-12T11:00:00+00:00/PT0H"));
}

TEST_CASE("HourTable: an amount is divided over the hours of its span") {
    HourTable table;
    table.share({instant_of("2024-01-12T12:00:00Z"), instant_of("2024-01-12T18:00:00Z")},
                &WeatherHour::snowfall, 6);
    std::vector<WeatherHour> rows = table.rows("test");
    REQUIRE(rows.size() == 6);
    for (const WeatherHour& row : rows)
        CHECK(*row.snowfall == doctest::Approx(1));
}

TEST_CASE("HourTable: spans that begin within an hour give it their part of the amount") {
    HourTable table;
    table.share({instant_of("2024-01-12T12:45:00Z"), instant_of("2024-01-12T13:45:00Z")},
                &WeatherHour::snowfall, 4);
    std::vector<WeatherHour> rows = table.rows("test");
    REQUIRE(rows.size() == 2);
    CHECK(*rows[0].snowfall == doctest::Approx(1));
    CHECK(*rows[1].snowfall == doctest::Approx(3));
}

TEST_CASE("HourTable: what holds, holds in hours that lie in the span for the most part") {
    HourTable table;
    table.hold({instant_of("2024-01-12T12:45:00Z"), instant_of("2024-01-12T14:45:00Z")},
               &WeatherHour::temperature, 3.0);
    std::vector<WeatherHour> rows = table.rows("test");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].start == instant_of("2024-01-12T13:00:00Z"));
    CHECK(rows[1].temperature == 3.0);
}

TEST_CASE("HourTable: hours of which nothing is known stand between, but not for forty days") {
    HourTable table;
    table.at(instant_of("2024-01-12T12:00:00Z")).temperature = 1;
    table.at(instant_of("2024-01-12T15:00:00Z")).temperature = 2;
    std::vector<WeatherHour> rows = table.rows("test");
    REQUIRE(rows.size() == 4);
    CHECK_FALSE(rows[1].temperature);
    CHECK(rows[2].start == instant_of("2024-01-12T14:00:00Z"));
    table.at(instant_of("2025-01-12T15:00:00Z")).temperature = 2;
    CHECK_THROWS_WITH_AS(table.rows("test"), "test: its times are more than 40 days apart", Error);
}

TEST_CASE("merged: the second fills what the first does not know, and nothing else") {
    Weather first = weather_of(instant_of("2024-01-12T12:00:00Z"), 2,
                               [](WeatherHour& hour, int) { hour.dewpoint.reset(); });
    Weather second = weather_of(instant_of("2024-01-12T13:00:00Z"), 2, [](WeatherHour& hour, int) {
        hour.temperature = 9;
        hour.dewpoint = -9;
    });
    std::vector<WeatherHour> rows = merged(first.hours, second.hours);
    REQUIRE(rows.size() == 3);
    CHECK_FALSE(rows[0].dewpoint);
    CHECK(rows[1].temperature == 5.0);
    CHECK(rows[1].dewpoint == -9.0);
    CHECK(rows[2].temperature == 9.0);
}

TEST_CASE("converted: every unit that services give becomes ours") {
    auto is = [](double value, const char* unit, Quantity quantity, double expected) {
        std::optional<double> ours = converted(value, unit, quantity);
        CHECK_MESSAGE((ours && *ours == doctest::Approx(expected)), unit);
    };
    is(0, "wmoUnit:degC", Quantity::temperature, 0);
    is(32, "wmoUnit:degF", Quantity::temperature, 0);
    is(14, "°F", Quantity::temperature, -10);
    is(273.15, "wmoUnit:K", Quantity::temperature, 0);
    is(36, "wmoUnit:km_h-1", Quantity::speed, 10);
    is(36, "km/h", Quantity::speed, 10);
    is(10, "unit:m_s-1", Quantity::speed, 10);
    is(10, "mp/h", Quantity::speed, 4.4704);
    is(10, "mph", Quantity::speed, 4.4704);
    is(10, "kn", Quantity::speed, 5.14444);
    is(1, "inch", Quantity::water, 25.4);
    is(0.001, "wmoUnit:m", Quantity::water, 1);
    is(1, "inch", Quantity::snowfall, 2.54);
    is(25, "wmoUnit:mm", Quantity::snowfall, 2.5);
    is(1, "ft", Quantity::depth, 0.3048);
    is(55, "wmoUnit:percent", Quantity::fraction, 0.55);
    is(55, "%", Quantity::fraction, 0.55);
    is(1, "mi", Quantity::distance, 1609.344);
}

TEST_CASE("converted: units of other quantities, and values that cannot be, are refused") {
    CHECK_FALSE(converted(5, "wmoUnit:mm", Quantity::temperature));
    CHECK_FALSE(converted(5, "wmoUnit:degC", Quantity::water));
    CHECK_FALSE(converted(5, "", Quantity::temperature));
    CHECK_FALSE(converted(5, "furlong", Quantity::distance));
    CHECK_FALSE(converted(-9999, "wmoUnit:degC", Quantity::temperature));
    CHECK_FALSE(converted(212, "wmoUnit:degC", Quantity::temperature));
    CHECK_FALSE(converted(-1, "wmoUnit:mm", Quantity::water));
    CHECK_FALSE(converted(101, "%", Quantity::fraction));
    CHECK_FALSE(converted(std::numeric_limits<double>::infinity(), "m", Quantity::distance));
}
