// What weather services, other programs and our own files say, over any bytes; the first chooses.

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "verb/road/history.hpp"
#include "verb/road/hour_table.hpp"
#include "verb/road/nws.hpp"
#include "verb/road/open_meteo.hpp"
#include "verb/road/outlook.hpp"
#include "verb/road/weather_file.hpp"
#include "verb/road/weather_product.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// Hours without gaps, and every figure in its range.
void check(const std::vector<img::WeatherHour>& hours) {
    for (std::size_t i = 0; i < hours.size(); ++i) {
        require(i == 0 || hours[i].start - hours[i - 1].start == std::chrono::hours{1});
        require(hours[i].probability.value_or(0) >= 0 && hours[i].probability.value_or(0) <= 1);
        require(hours[i].snowfall.value_or(0) >= 0);
        require(hours[i].temperature.value_or(0) >= -100 && hours[i].temperature.value_or(0) <= 70);
    }
}

/// What an outlook says of it, wherever in it one is.
void look_ahead(img::Weather weather) {
    static const img::Zone zone{std::chrono::minutes{345}};
    if (weather.hours.empty())
        return;
    img::Instant now = weather.hours[weather.hours.size() / 2].start + std::chrono::minutes{20};
    weather.hours_source.fetched = weather.observation_source.fetched = now;
    weather.alerts_source.fetched = now;
    weather = img::usable_at(std::move(weather), now);
    img::Outlook outlook = img::outlook_of(weather, {}, now, img::Position{60, 20, {}});
    for (const img::RoadAlert& alert : outlook.alerts) {
        require(alert.start < now + std::chrono::hours{24});
        require(!alert.end ||
                (*alert.end > alert.start && *alert.end <= now + std::chrono::hours{24}));
    }
    img::to_text(outlook, weather, img::Units::us, zone);
    img::json_of(outlook, weather, zone);
}

void forecast(const std::vector<img::WeatherHour>& hours) {
    check(hours);
    img::Weather weather;
    weather.hours = hours;
    look_ahead(std::move(weather));
}

void parse(unsigned choice, std::string_view text) {
    switch (choice % 10) {
    case 0:
        return forecast(img::parse_nws_gridpoint(text));
    case 1:
        return forecast(img::parse_nws_hourly(text));
    case 2:
        img::parse_nws_observation(text);
        return;
    case 3:
        img::parse_nws_alerts(text);
        return;
    case 4:
        require(img::parse_nws_point(text).gridpoint.starts_with('/'));
        return;
    case 5:
        require(!img::parse_nws_stations(text).empty());
        return;
    case 6:
        return forecast(img::parse_open_meteo(text));
    case 7: {
        img::Weather weather = img::parse_weather_file(text, img::Instant{});
        check(weather.hours);
        look_ahead(std::move(weather));
        return;
    }
    case 8: {
        std::vector<img::RoadMoment> moments = img::parse_history(text);
        require(img::parse_history(img::history_text(moments)) == moments);
        return;
    }
    default:
        if (std::optional<img::WeatherProduct> product = img::parse_product(text))
            require(img::parse_product(img::product_text(*product))->body == product->body);
        img::parse_iso_span(text);
        return;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    try {
        parse(data[0], img::text_of({data + 1, size - 1}));
    } catch (const img::Error&) {
        // What is not what it should be.
    }
    return 0;
}
