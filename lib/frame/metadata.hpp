// What a frame says of itself, in its EXIF segment. The only place that names tags.
#pragma once

#include "base/time.hpp"
#include "frame/frame.hpp"

#include <map>
#include <optional>
#include <string>

namespace img {

/// Degrees north and east (WGS 84), metres above the sea.
struct Position {
    double latitude = 0, longitude = 0;
    std::optional<double> altitude;
};

/// The facts of a frame; imgstream(5) documents every field.
struct Metadata {
    std::optional<Instant> time;                ///< of exposure
    std::optional<std::chrono::minutes> offset; ///< of the camera's zone from UTC, east positive
    std::string camera;
    std::optional<Position> position;
    /// EXIF's, 1 to 8: how the stored picture is turned when it is shown; 1: not at all. Only read.
    int orientation = 1;
    /// The JSON object that the tools share (in UserComment); empty where there is none.
    std::string notes;

    /// A fact by its name, for templates: "camera", "time", "gps" (the position, for people),
    /// "latitude", "longitude", "altitude", or the path of a note: "source", "road.condition".
    /// nullopt when the frame does not say.
    std::optional<std::string> field(std::string_view name) const;
    /// Sets one top-level member of the notes to a text.
    void note(const std::string& name, const std::string& value);
    /// The same to what `json`, the text of a JSON value, says.
    void note_json(const std::string& name, const std::string& json);
};

/// Reads the EXIF segment only. A date without an offset is read as local time in `zone`. What a
/// frame does not say, or says in a broken way, is absent.
Metadata metadata_of(const Frame& frame, const Zone& zone = {});

/// The frame with these facts (but the orientation, which is the stored picture's) set, and nothing
/// else changed: the scan, and every tag and segment that is not ours, stay byte for byte. Facts
/// that are absent in `metadata` are left as they are. Throws Error when the EXIF segment is broken
/// or has no room left.
Frame with_metadata(const Frame& frame, const Metadata& metadata);
/// The same, but dates that the frame has stay as they stand, with their fractions of a second, and
/// so do their offsets.
Frame with_missing(const Frame& frame, const Metadata& metadata);

/// The frame with these facts and no others: of its metadata segments only the orientation and the
/// colour profile stay. What tags, thumbnails and comments say is gone.
Frame with_only(const Frame& frame, const Metadata& metadata);

} // namespace img
