// imgroad - say what the road is like, and what is coming.

#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/tool.hpp"
#include "verb/road/forecast.hpp"

namespace {

using namespace std::chrono_literals;

struct Options {
    img::WeatherOptions weather;
    std::string camera;
    bool refresh = false, forecast = false, json = false;
};

/// Fetches what is old. What fails is said, and leaves what is there.
img::Exit refresh(const img::WeatherReader& weather) {
    img::catch_stop_signals();
    img::Exit status = img::Exit::ok;
    for (const img::ProductNews& news : weather.refresh(img::system_clock())) {
        bool failed = news.outcome == img::ProductNews::Outcome::failed;
        if (failed)
            img::log_error(img::line_of(news));
        else
            img::log_detail(img::line_of(news));
        status = failed ? img::Exit::unavailable : status;
    }
    return status;
}

void print_forecast(img::WeatherReader& reader, const Options& options) {
    img::Instant now = img::system_clock().now();
    img::Weather weather = reader.load(now);
    img::Outlook outlook = img::outlook_of(weather, {}, now, reader.position());
    img::Zone zone = reader.zone_for(weather);
    img::print_line(options.json ? img::json_of(outlook, weather, zone)
                                 : img::to_text(outlook, weather, options.weather.units, zone));
}

img::Exit act(const Options& options) {
    img::WeatherReader reader{options.weather};
    if (!options.refresh && !options.forecast)
        throw img::Error("say --refresh or --forecast", img::Exit::usage);
    img::Exit status = options.refresh ? refresh(reader) : img::Exit::ok;
    if (options.forecast)
        print_forecast(reader, options);
    return status;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    img::WeatherOptions& weather = options.weather;
    img::Tool tool{"imgroad", "Say what the road is like, and what is coming."};
    tool.flag("--forecast", options.forecast, "print what the next 24 hours bring");
    tool.flag("--refresh", options.refresh, "fetch the weather that is no longer fresh");
    tool.flag("--json", options.json, "print JSON instead of text");
    tool.option("--weather", "SOURCE", weather.source,
                "nws, open-meteo, none, or a file that holds the weather");
    tool.number("--lat", weather.latitude, -90, 90, "latitude, degrees north");
    tool.number("--lon", weather.longitude, -180, 180, "longitude, degrees east");
    tool.choice("--units", weather.units, {{"metric", img::Units::metric}, {"us", img::Units::us}},
                "units of the text: degrees Celsius and cm, or Fahrenheit and inches");
    tool.option("--tz", "ZONE", weather.zone, "time zone of the road, such as Europe/Athens");
    tool.option("--contact", "WHOM", weather.contact,
                "address or URL that is sent with each request; the NWS wants one");
    tool.option("--cache", "DIR", weather.cache, "where fetched weather is kept");
    tool.option("--weather-url", "URL", weather.base_url, "fetch from here instead");
    tool.duration("--timeout", weather.timeout, 100ms, 5min, "longest time for one request");
    tool.camera(options.camera, "name of the camera, and of its section of the configuration");
    return tool.run(argc, argv, [&] { return act(options); });
}
