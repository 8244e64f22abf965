// The weather side of imgroad: options to weather, to an outlook, to words.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"
#include "verb/road/history.hpp"
#include "verb/road/outlook.hpp"
#include "verb/road/weather.hpp"
#include "verb/road/weather_cache.hpp"
#include "verb/road/weather_file.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// Where weather comes from; imgroad(1) documents each member.
struct WeatherOptions {
    std::string source = "none"; ///< nws, open-meteo, none, or a file
    std::optional<double> latitude, longitude;
    std::string contact;  ///< an address or a URL
    std::string base_url; ///< empty: the service's own
    Duration timeout{10'000};
    std::string cache; ///< a directory; empty: the cache_directory()
    Units units = Units::metric;
    std::string zone; ///< IANA; empty: what the weather says, else the system's
};

/// Weather for frames: read from disk, never from the network.
class WeatherReader {
public:
    /// Throws Error{usage} when a service is asked for without a position, and for a time zone or a
    /// URL that is none.
    explicit WeatherReader(const WeatherOptions& options);

    /// What is known and can be used at `now`. Files are read again when they change, and every ten
    /// minutes.
    Weather load(Instant now);
    /// The position, when it is known.
    const std::optional<Position>& position() const { return position_; }
    /// The zone to show times in.
    Zone zone_for(const Weather& weather) const;
    /// Fetches what is old, with retries and limits. Throws Error{usage} when the source is no
    /// service, or the NWS is asked without a contact.
    std::vector<ProductNews> refresh(Clock& clock) const;

private:
    WeatherOptions options_;
    std::optional<Position> position_;
    std::optional<WeatherCache> cache_;
    std::optional<WeatherFile> file_;
    std::optional<Instant> loaded_at_; ///< from the cache
    std::string version_;              ///< of the cache then
    Weather loaded_;
};

/// refresh(), and a line on the log for each product. Whether none failed.
bool refresh_aloud(const WeatherReader& reader, Clock& clock);
/// The line for people about what became of a product: "gridpoint: fetched".
std::string line_of(const ProductNews& news);

} // namespace img
