// What a weather service has said of a place, kept on disk and fetched anew when it is old.
#pragma once

#include "base/fs.hpp"
#include "foreign/curl.hpp"
#include "frame/metadata.hpp"
#include "verb/road/weather.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

enum class WeatherService { nws, open_meteo };

/// How a refresh fetches.
struct WeatherFetching {
    std::string base_url;      ///< empty: the service's own
    std::string contact;       ///< in the User-Agent; the NWS wants it
    Duration timeout{10'000};  ///< of one request, all together
    Duration first_pause{500}; ///< before the first retry; each is twice as long as the last
    int retries = 4;           ///< of a request, after errors that may go away
    Duration patience{60'000}; ///< no retries after this time of a refresh
    /// Fetches; an HttpClient's in programs.
    std::function<FetchReply(const FetchRequest&)> fetch;
};

/// What became of one product in a refresh.
struct ProductNews {
    std::string product; ///< "gridpoint"
    enum class Outcome { fresh, fetched, unchanged, failed } outcome = Outcome::fresh;
    std::string trouble; ///< of what failed, one line
};

/// One directory for one place. Every file in it is whole: several programs may read it while one,
/// or several, refresh it.
class WeatherCache {
public:
    WeatherCache(const fs::path& directory, WeatherService service, const Position& position);

    /// What is there and can be used at `now`; never touches the network, never throws for what the
    /// files hold.
    Weather load(Instant now) const;

    /// Another text when a file has changed.
    std::string version() const;

    /// Fetches what is no longer fresh: points and stations of the NWS stay so for a day, forecasts
    /// for an hour, an observation for 15 minutes, alerts for 5, or longer when the server says.
    /// What fails, or is not what it should be, leaves the file that was there. Once the server is
    /// given up, what remains is tried once.
    std::vector<ProductNews> refresh(const WeatherFetching& fetching, Clock& clock) const;

    /// The place's own directory: "nws-35.1980,-111.6510" in the given one.
    const fs::path& directory() const { return directory_; }

private:
    fs::path directory_;
    WeatherService service_;
    Position position_;
};

} // namespace img
