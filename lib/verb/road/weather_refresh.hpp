// Fetching what a weather service says of a place.
#pragma once

#include "verb/road/weather_cache.hpp"

#include <string>
#include <vector>

namespace img {

/// "35.198,-111.651": degrees with up to 4 decimals, which is what the NWS answers without a
/// redirection.
std::string place_in_path(const Position& position);

/// See WeatherCache::refresh. `directory` is there.
std::vector<ProductNews> refresh_products(const fs::path& directory, WeatherService service,
                                          const Position& position, const WeatherFetching& fetching,
                                          Clock& clock);

} // namespace img
