// What a weather service has said of a place, kept on disk and fetched anew when it is old.

#include "verb/road/weather_cache.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "verb/road/hour_table.hpp"
#include "verb/road/nws.hpp"
#include "verb/road/open_meteo.hpp"
#include "verb/road/weather_file.hpp"
#include "verb/road/weather_product.hpp"
#include "verb/road/weather_refresh.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace img {

namespace {

using namespace std::chrono;

constexpr hours past_kept{36};

/// What a product holds, or what is wrong with it.
template <class Value>
struct Held {
    std::optional<Value> value;
    WeatherSource source;
};

template <class Parse>
auto held(const fs::path& file, Parse parse) -> Held<decltype(parse(std::string_view{}))> {
    std::optional<WeatherProduct> product = read_product(file);
    if (!product)
        return {std::nullopt, {std::nullopt, "never fetched"}};
    try {
        return {parse(std::string_view{product->body}), {product->fetched, ""}};
    } catch (const Error& error) {
        return {std::nullopt, {product->fetched, error.what()}};
    }
}

/// As merged; the first alone when the times of the two have nothing to do with each other.
std::vector<WeatherHour> together(const std::vector<WeatherHour>& first,
                                  const std::vector<WeatherHour>& second) {
    try {
        return merged(first, second);
    } catch (const Error&) {
        return first;
    }
}

/// The hours that can be used, of the grid and then of the hourly forecast.
void take_hours(Weather& weather, Instant now, Held<std::vector<WeatherHour>> grid,
                Held<std::vector<WeatherHour>> hourly) {
    for (auto* one : {&grid, &hourly})
        one->source.trouble = trouble_of(one->source, now);
    bool has_grid = grid.source.available(), has_hourly = hourly.source.available();
    weather.hours_source = has_grid || !has_hourly ? grid.source : hourly.source;
    const std::vector<WeatherHour> none;
    weather.hours = together(has_grid ? *grid.value : none, has_hourly ? *hourly.value : none);
}

void load_nws(const fs::path& directory, Instant now, Weather& weather) {
    if (auto point = held(directory / "points.json", parse_nws_point).value) {
        weather.place = point->place;
        weather.zone = point->zone;
    }
    take_hours(weather, now, held(directory / "gridpoint.json", parse_nws_gridpoint),
               held(directory / "hourly.json", parse_nws_hourly));
    auto observation = held(directory / "observation.json", parse_nws_observation);
    weather.now = observation.value;
    weather.observation_source = observation.source;
    auto alerts = held(directory / "alerts.json", parse_nws_alerts);
    weather.alerts = alerts.value.value_or(std::vector<OfficialAlert>{});
    weather.alerts_source = alerts.source;
}

void load_open_meteo(const fs::path& directory, Weather& weather) {
    auto forecast = held(directory / "forecast.json", parse_open_meteo);
    weather.hours = forecast.value.value_or(std::vector<WeatherHour>{});
    weather.hours_source = forecast.source;
    weather.observation_source.trouble = "Open-Meteo gives none";
    weather.alerts_source.trouble = "Open-Meteo gives none";
}

/// Hours that forecasts no longer hold.
std::vector<WeatherHour> past_hours(const fs::path& file, Instant now) {
    boost::system::error_code ignored;
    if (!fs::exists(file, ignored))
        return {};
    try {
        std::vector<WeatherHour> hours = parse_weather_file(text_of(read_file(file)), now).hours;
        std::erase_if(hours, [&](const WeatherHour& hour) {
            return hour.start > now || hour.start < now - past_kept;
        });
        return hours;
    } catch (const Error&) {
        return {}; // damaged: what it held is not known
    }
}

} // namespace

WeatherCache::WeatherCache(const fs::path& directory, WeatherService service,
                           const Position& position)
    : service_(service), position_(position) {
    directory_ = directory / str(service == WeatherService::nws ? "nws-" : "open-meteo-",
                                 place_in_path(position));
}

Weather WeatherCache::load(Instant now) const {
    Weather weather;
    weather.provider = service_ == WeatherService::nws ? "nws" : "open-meteo";
    if (service_ == WeatherService::nws)
        load_nws(directory_, now, weather);
    else
        load_open_meteo(directory_, weather);
    Weather usable = usable_at(std::move(weather), now);
    if (!usable.hours.empty())
        usable.hours = together(usable.hours, past_hours(directory_ / "past.json", now));
    return usable;
}

std::string WeatherCache::version() const {
    std::string version;
    boost::system::error_code trouble;
    for (fs::directory_iterator entry{directory_, trouble}, end; !trouble && entry != end;
         entry.increment(trouble)) {
        struct stat about {};
        if (::stat(entry->path().c_str(), &about) == 0)
            version += str(about.st_ino, " ", about.st_size, " ", about.st_mtim.tv_sec, " ",
                           about.st_mtim.tv_nsec, "\n");
    }
    return version;
}

std::vector<ProductNews> WeatherCache::refresh(const WeatherFetching& fetching,
                                               Clock& clock) const {
    boost::system::error_code trouble;
    fs::create_directories(directory_, trouble);
    if (trouble)
        throw_errno(directory_.string(), trouble.value());
    Instant now = clock.now();
    Weather before = load(now);
    std::vector<ProductNews> news =
        refresh_products(directory_, service_, position_, fetching, clock);
    // Rules ask for hours that the next forecast does not hold any more.
    std::erase_if(before.hours, [&](const WeatherHour& hour) {
        return hour.start > now || hour.start < now - past_kept;
    });
    Weather past;
    past.hours = before.hours;
    past.hours_source.fetched = now;
    if (!past.hours.empty())
        write_file(directory_ / "past.json", bytes_of(weather_file_text(past)));
    return news;
}

} // namespace img
