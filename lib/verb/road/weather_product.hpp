// One answer of a weather service, as it is kept on disk.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace img {

/// The answer as it came, and what the next request for it must know.
struct WeatherProduct {
    std::string path; ///< what was asked for: "/gridpoints/FGZ/74,89"
    Instant fetched, fresh_until;
    std::string etag, last_modified; ///< empty: none
    std::string body;

    /// Not when its times are in the future, or further than a day: then some clock was wrong.
    bool is_fresh(Instant now) const;
};

/// A line of JSON with all but the body, then the body.
std::string product_text(const WeatherProduct& product);
/// nullopt when the text is none.
std::optional<WeatherProduct> parse_product(std::string_view text);

/// nullopt when there is none, or none that can be read.
std::optional<WeatherProduct> read_product(const fs::path& file);
/// Whole or not at all. Throws Error.
void write_product(const fs::path& file, const WeatherProduct& product);

/// Until when an answer may be used without asking: `standard` after `now`, or longer when
/// Cache-Control (max-age) or Expires says so (RFC 9111, section 4.2.1), but at most a day.
/// `headers` have names in lower case.
Instant fresh_until(Instant now, Duration standard,
                    const std::map<std::string, std::string, std::less<>>& headers);

} // namespace img
