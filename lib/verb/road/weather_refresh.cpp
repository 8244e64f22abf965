// Fetching what a weather service says of a place.

#include "verb/road/weather_refresh.hpp"

#include "base/error.hpp"
#include "base/stop.hpp"
#include "base/url.hpp"
#include "verb/road/nws.hpp"
#include "verb/road/open_meteo.hpp"
#include "verb/road/weather_product.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace img {

namespace {

using namespace std::chrono;
using Outcome = ProductNews::Outcome;

constexpr std::size_t largest_answer = std::size_t{8} << 20;
constexpr std::size_t most_stations = 3;
constexpr minutes oldest_observation{90};

/// What is asked for, how long it lasts, and what throws when it is not what it should be.
struct ProductRequest {
    std::string name, path; ///< "gridpoint", "/gridpoints/FGZ/74,89"
    Duration lifetime;
    std::function<void(std::string_view)> check;
};

std::string_view standard_base(WeatherService service) {
    return service == WeatherService::nws ? "https://api.weather.gov"
                                          : "https://api.open-meteo.com";
}

/// One refresh of one place.
class WeatherRefresh {
public:
    WeatherRefresh(const fs::path& directory, WeatherService service,
                   const WeatherFetching& fetching, Clock& clock)
        : directory_(directory), fetching_(fetching), clock_(clock), started_(clock.now()),
          base_(
              Url::parse(fetching.base_url.empty() ? standard_base(service) : fetching.base_url)) {}

    /// The product, fetched when it is not fresh; the old one when that fails. What became of it is
    /// noted.
    std::optional<WeatherProduct> product(const ProductRequest& asked) {
        std::optional<WeatherProduct> old = sound(asked);
        if (old && old->path == asked.path && old->is_fresh(clock_.now())) {
            note(asked.name, Outcome::fresh);
            return old;
        }
        try {
            return renewed(asked, old);
        } catch (const Error& error) {
            note(asked.name, Outcome::failed, error.what());
            return old;
        }
    }

    /// What is on disk, if it is what it should be.
    std::optional<WeatherProduct> sound(const ProductRequest& asked) const {
        std::optional<WeatherProduct> old = read_product(file_of(asked));
        try {
            if (old)
                asked.check(old->body);
        } catch (const Error&) {
            return std::nullopt;
        }
        return old;
    }

    /// Fetches and stores it, and notes that; throws Error.
    WeatherProduct renewed(const ProductRequest& asked, const std::optional<WeatherProduct>& old) {
        bool same = old && old->path == asked.path;
        FetchReply reply = fetched(request_for(asked, same ? &*old : nullptr));
        bool unchanged = reply.status == 304 && same;
        WeatherProduct product;
        product.path = asked.path;
        product.fetched = clock_.now();
        product.fresh_until = fresh_until(product.fetched, asked.lifetime, reply.headers);
        product.etag = header(reply, "etag", unchanged ? old->etag : "");
        product.last_modified = header(reply, "last-modified", unchanged ? old->last_modified : "");
        product.body = unchanged ? old->body : std::string{text_of(reply.body)};
        asked.check(product.body);
        write_product(file_of(asked), product);
        note(asked.name, unchanged ? Outcome::unchanged : Outcome::fetched);
        return product;
    }

    void note(const std::string& name, Outcome outcome, const std::string& trouble = "") {
        news_.push_back({name, outcome, trouble});
    }
    bool gave_up() const { return gave_up_; }
    Instant now() const { return clock_.now(); }
    std::vector<ProductNews> news() const { return news_; }

private:
    fs::path file_of(const ProductRequest& asked) const {
        return directory_ / (asked.name + ".json");
    }

    static std::string header(const FetchReply& reply, std::string_view name,
                              const std::string& otherwise) {
        auto found = reply.headers.find(name);
        return found == reply.headers.end() ? otherwise : printable(found->second);
    }

    FetchRequest request_for(const ProductRequest& asked, const WeatherProduct* old) const {
        Url url = base_;
        std::size_t question = asked.path.find('?');
        std::string prefix =
            url.path.ends_with('/') ? url.path.substr(0, url.path.size() - 1) : url.path;
        url.path = prefix + asked.path.substr(0, question);
        url.query = question == std::string::npos ? "" : asked.path.substr(question + 1);
        FetchRequest request;
        request.shown = str(asked.name, ": ", url.shown().substr(0, url.shown().find('?')));
        request.user = std::exchange(url.user, "");
        request.password = std::exchange(url.password, "");
        request.url = url.with_credentials();
        request.connect_timeout = request.read_timeout = request.timeout = fetching_.timeout;
        request.most_bytes = largest_answer;
        request.user_agent = fetching_.contact.empty() ? str("imgseq/", IMG_VERSION)
                                                       : str("imgseq/", IMG_VERSION, " (",
                                                             printable(fetching_.contact), ")");
        request.not_modified = FetchRequest::NotModified::is_answer;
        if (old && !old->etag.empty())
            request.headers.push_back("If-None-Match: " + printable(old->etag));
        if (old && !old->last_modified.empty())
            request.headers.push_back("If-Modified-Since: " + printable(old->last_modified));
        if (request.headers.empty())
            request.not_modified = FetchRequest::NotModified::is_error;
        return request;
    }

    /// With retries, each after twice the pause of the one before.
    FetchReply fetched(const FetchRequest& request) {
        Duration pause = fetching_.first_pause;
        for (int tried = 0;; ++tried) {
            try {
                return fetching_.fetch(request);
            } catch (const Error& error) {
                if (error.status() != Exit::unavailable)
                    throw;
                bool patient = clock_.now() + pause - started_ <= fetching_.patience;
                if (gave_up_ || tried >= fetching_.retries || !patient || stop_requested()) {
                    gave_up_ = true;
                    throw;
                }
            }
            clock_.sleep_until(clock_.now() + pause);
            pause *= 2;
        }
    }

    fs::path directory_;
    const WeatherFetching& fetching_;
    Clock& clock_;
    Instant started_;
    Url base_;
    bool gave_up_ = false; ///< the server does not answer
    std::vector<ProductNews> news_;
};

void check_observation(std::string_view text, Instant now) {
    Observation seen = parse_nws_observation(text);
    if (!seen.temperature)
        throw Error(str("observation: ", seen.station, " reports no temperature"));
    if (now - seen.time > oldest_observation)
        throw Error(
            str("observation: ", seen.station, " has been silent for more than 90 minutes"));
}

/// Of the nearest station that reports a temperature.
void refresh_observation(WeatherRefresh& refresh, const std::vector<std::string>& stations) {
    ProductRequest asked{"observation", "", minutes{15},
                         [&](std::string_view text) { check_observation(text, refresh.now()); }};
    std::optional<WeatherProduct> old = refresh.sound(asked);
    if (old && old->is_fresh(refresh.now())) {
        refresh.note("observation", Outcome::fresh);
        return;
    }
    std::string trouble = "observation: there is no station";
    for (std::size_t i = 0; i < std::min(most_stations, stations.size()); ++i) {
        asked.path = str("/stations/", stations[i], "/observations/latest");
        try {
            refresh.renewed(asked, old);
            return;
        } catch (const Error& error) {
            trouble = error.what();
        }
        if (refresh.gave_up())
            break;
    }
    refresh.note("observation", Outcome::failed, trouble);
}

void refresh_nws(WeatherRefresh& refresh, const Position& position) {
    std::string place = place_in_path(position);
    std::optional<WeatherProduct> points =
        refresh.product({"points", "/points/" + place, hours{24},
                         [](std::string_view text) { parse_nws_point(text); }});
    if (points) {
        NwsPoint point = parse_nws_point(points->body);
        refresh.product({"gridpoint", point.gridpoint, hours{1},
                         [](std::string_view text) { parse_nws_gridpoint(text); }});
        refresh.product({"hourly", point.hourly, hours{1},
                         [](std::string_view text) { parse_nws_hourly(text); }});
        if (auto stations =
                refresh.product({"stations", point.stations, hours{24},
                                 [](std::string_view text) { parse_nws_stations(text); }}))
            refresh_observation(refresh, parse_nws_stations(stations->body));
    }
    refresh.product({"alerts", "/alerts/active?point=" + place, minutes{5},
                     [](std::string_view text) { parse_nws_alerts(text); }});
}

} // namespace

std::string place_in_path(const Position& position) {
    auto degrees = [](double value) {
        std::array<char, 32> text{};
        // Zero has no sign.
        std::snprintf(text.data(), text.size(), "%.4f", std::round(value * 1e4) / 1e4 + 0.0);
        std::string out = text.data();
        out.erase(out.find_last_not_of('0') + 1);
        return out.ends_with('.') ? out.substr(0, out.size() - 1) : out;
    };
    return str(degrees(position.latitude), ",", degrees(position.longitude));
}

std::vector<ProductNews> refresh_products(const fs::path& directory, WeatherService service,
                                          const Position& position, const WeatherFetching& fetching,
                                          Clock& clock) {
    WeatherRefresh refresh{directory, service, fetching, clock};
    if (service == WeatherService::nws)
        refresh_nws(refresh, position);
    else
        refresh.product({"forecast", open_meteo_query(position), hours{1},
                         [](std::string_view text) { parse_open_meteo(text); }});
    return refresh.news();
}

} // namespace img
