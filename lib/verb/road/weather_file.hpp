// Weather that another program keeps in a file.
#pragma once

#include "base/fs.hpp"
#include "verb/road/weather.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace img {

/// Reads the shape that imgroad(1) documents, a saved answer of Open-Meteo or a saved grid-point
/// answer of the NWS; it is recognised by what it holds. `written` is when the file was changed,
/// which counts where it does not say. Throws Error that says what is wrong.
Weather parse_weather_file(std::string_view text, Instant written);
/// The documented shape.
std::string weather_file_text(const Weather& weather);

/// A file that is read again when it changes.
class WeatherFile {
public:
    explicit WeatherFile(fs::path path) : path_(std::move(path)) {}
    /// What it says and can be used at `now`. A file that is missing or wrong gives no weather; the
    /// sources say why.
    Weather load(Instant now);

private:
    struct Version {
        std::uint64_t device = 0, inode = 0;
        std::int64_t size = 0, seconds = 0, nanoseconds = 0;
        bool operator==(const Version&) const = default;
    };
    void read(const Version& version);

    fs::path path_;
    std::optional<Version> version_;
    Weather weather_;
};

} // namespace img
