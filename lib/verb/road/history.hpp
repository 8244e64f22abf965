// What a camera's road was like in the last 24 hours, kept on disk.
#pragma once

#include "base/fs.hpp"
#include "base/time.hpp"
#include "verb/road/ice.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// What was found at one time.
struct RoadMoment {
    Instant time;
    std::string condition; ///< as it was shown: "Ice Possible"
    std::string surface;   ///< the same before ice was thought of: "Light"; empty when not known
    std::string ice;       ///< why ice was possible; empty when it was not
    std::optional<double> coverage; ///< by snow, 0 to 1
    bool wet = false;
    std::optional<double> temperature; ///< of the air, °C
    std::optional<double> snow_rate;   ///< cm/h
    std::string seen; ///< what the picture alone said: "Light"; empty when not known
    bool operator==(const RoadMoment&) const = default;
};

/// A line of JSON for each, oldest first.
std::string history_text(const std::vector<RoadMoment>& moments);
/// Lines that are damaged are skipped; the result is in the order of time.
std::vector<RoadMoment> parse_history(std::string_view text);
/// Without what is older than 24 hours or lies more than 10 minutes in the future at `now`.
std::vector<RoadMoment> trimmed(std::vector<RoadMoment> moments, Instant now);

/// The file's; none when there is no file. Throws Error when it cannot be read.
std::vector<RoadMoment> read_history(const fs::path& file, Instant now);
/// Adds one and replaces the file, whole or not at all. Makes its directory.
void add_to_history(const fs::path& file, const RoadMoment& moment, Instant now);

/// What the camera saw, for the ice rules.
std::vector<RoadSighting> sightings_of(const std::vector<RoadMoment>& moments);

} // namespace img
