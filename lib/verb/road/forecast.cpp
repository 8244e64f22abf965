// The weather side of imgroad: options to weather, to an outlook, to words.

#include "verb/road/forecast.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/url.hpp"

#include <array>
#include <cstdlib>

namespace img {

namespace {

std::optional<WeatherService> service_of(const std::string& source) {
    if (source == "nws")
        return WeatherService::nws;
    return source == "open-meteo" ? std::optional{WeatherService::open_meteo} : std::nullopt;
}

std::optional<Position> position_of(const WeatherOptions& options) {
    if (options.latitude.has_value() != options.longitude.has_value())
        throw Error("--lat and --lon are given together", Exit::usage);
    if (!options.latitude)
        return std::nullopt;
    return Position{*options.latitude, *options.longitude, std::nullopt};
}

} // namespace

WeatherReader::WeatherReader(const WeatherOptions& options)
    : options_(options), position_(position_of(options)) {
    std::optional<WeatherService> service = service_of(options.source);
    if (!options.base_url.empty())
        Url::parse(options.base_url);
    if (!options.zone.empty())
        Zone{options.zone};
    if (service && !position_)
        throw Error(str("--weather ", options.source, " needs --lat and --lon"), Exit::usage);
    if (service)
        cache_.emplace(options.cache.empty() ? cache_directory("") / "weather"
                                             : fs::path{options.cache},
                       *service, *position_);
    else if (options.source != "none")
        file_.emplace(options.source);
}

Weather WeatherReader::load(Instant now) {
    if (cache_) {
        constexpr std::chrono::minutes longest{10};
        std::string version = cache_->version();
        if (!loaded_at_ || version != version_ || now < *loaded_at_ ||
            now - *loaded_at_ > longest) {
            loaded_ = cache_->load(now);
            loaded_at_ = now;
            version_ = version;
        }
        return usable_at(loaded_, now);
    }
    if (file_)
        return file_->load(now);
    Weather none;
    none.provider = "none";
    for (WeatherSource* source :
         {&none.observation_source, &none.hours_source, &none.alerts_source})
        source->trouble = "not asked for";
    return none;
}

Zone WeatherReader::zone_for(const Weather& weather) const {
    if (!options_.zone.empty())
        return Zone{options_.zone};
    if (weather.zone.empty())
        return {};
    try {
        return Zone{weather.zone};
    } catch (const Error&) {
        return {}; // one that this system's database lacks
    }
}

std::vector<ProductNews> WeatherReader::refresh(Clock& clock) const {
    if (!cache_)
        throw Error("--refresh needs --weather nws or open-meteo", Exit::usage);
    if (options_.source == "nws" && options_.contact.empty())
        throw Error("the NWS wants to know whom to write to: --contact with an address or a URL",
                    Exit::usage);
    HttpClient client;
    WeatherFetching fetching;
    fetching.base_url = options_.base_url;
    fetching.contact = options_.contact;
    fetching.timeout = options_.timeout;
    fetching.fetch = [&](const FetchRequest& request) { return client.fetch(request); };
    return cache_->refresh(fetching, clock);
}

bool refresh_aloud(const WeatherReader& reader, Clock& clock) {
    bool all = true;
    for (const ProductNews& news : reader.refresh(clock)) {
        const bool failed = news.outcome == ProductNews::Outcome::failed;
        failed ? log_error(line_of(news)) : log_detail(line_of(news));
        all = all && !failed;
    }
    return all;
}

std::string line_of(const ProductNews& news) {
    static constexpr std::array<std::string_view, 4> words{"fresh", "fetched", "unchanged",
                                                           "failed"};
    if (news.outcome == ProductNews::Outcome::failed)
        return news.trouble;
    return str(news.product, ": ", words[static_cast<std::size_t>(news.outcome)]);
}

} // namespace img
