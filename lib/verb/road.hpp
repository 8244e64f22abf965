// What the road is like: frames to what is said of their road.
#pragma once

#include "base/error.hpp"
#include "frame/frame_list.hpp"
#include "frame/metadata.hpp"
#include "verb/road/camera_state.hpp"
#include "verb/road/forecast.hpp"
#include "verb/road/judge.hpp"
#include "verb/road/region.hpp"
#include "verb/road/verdict.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace img {

/// How a road is looked at; imgroad(1) documents each member.
struct RoadOptions {
    std::string camera;            ///< whose memory is used; empty: that each frame names
    std::vector<Polygon> polygons; ///< where the road is; empty: as learned, else as seen
    bool compat_region = false;    ///< the trapezoid of the predecessor instead
    SnowCuts cuts;
    std::string state; ///< directory of what is learned; empty: the program's own
    WeatherOptions weather;
};

/// All that is said of one frame.
struct RoadReport {
    std::string camera;          ///< may be empty
    std::optional<Instant> time; ///< of exposure
    Instant at;                  ///< that the weather is for: of exposure, else now
    Size full;                   ///< of the upright picture, in pixels
    Region region;
    RoadReading reading;
    RoadVerdict verdict;
    Weather weather;
    Outlook outlook;
    Zone zone; ///< of the road
    Units units = Units::metric;
};

/// A line of JSON: the frame's `place` among the input, and all of the report.
std::string json_of(const RoadReport& report, const std::string& place);
/// The same for people: "a.jpg: Light, 22 % covered, ice possible: refreezing melt".
std::string line_of(const RoadReport& report, const std::string& place);
/// Puts it among the notes of the frame: "road", and "weather" where there is a source of it.
void note_in(Metadata& metadata, const RoadReport& report);
/// The frame with these notes, and with the camera's name where it has none; nothing else of it
/// changes. Throws Error when its EXIF segment is broken or has no room left.
Frame with_report(const Frame& frame, const Metadata& metadata, const RoadReport& report);
/// The boundary picture, upright, with the facts of the frame and of the report. Throws Error when
/// the frame does not decode.
Frame view_of(const Frame& frame, const Metadata& metadata, const RoadReport& report);
/// The same to stdout ("-"), or to a file, or where a name template says, with the report as JSON
/// beside it.
void write_view(const std::string& target, const Frame& frame, const Metadata& metadata,
                const RoadReport& report, const std::string& place);

/// Looks at frames, one after another. Never waits for a network.
class RoadWatch {
public:
    /// Throws Error{usage} for options that contradict one another.
    explicit RoadWatch(RoadOptions options);

    /// `now` is for frames without a time. What is learned of a camera and cannot be used, and
    /// weather that is asked for and not there, are noted on the log, once. Throws Error when the
    /// frame does not decode.
    RoadReport look(const Frame& frame, const Metadata& metadata, Instant now);

private:
    /// What is remembered of one camera.
    struct Memory {
        Size sight;
        std::optional<CameraState> state;
        std::optional<Region> region;    ///< as learned
        std::vector<RoadMoment> moments; ///< in the order of time
    };

    void note_once(const std::string& about, const std::string& line);
    Memory& memory_of(const std::string& camera, const Sight& sight, Instant at);
    Region region_for(const Sight& sight, Light light, const Memory* memory) const;
    RoadReading read(const Sight& sight, Light light, const Memory* memory, Region& region) const;
    void remember(Memory& memory, const RoadReport& report);

    RoadOptions options_;
    WeatherReader weather_;
    std::map<std::string, Memory> memories_; ///< by the camera's name
    std::set<std::string> noted_;            ///< what the log has been told about
};

/// What the next 24 hours bring, as text for people or as a JSON object.
enum class Wording { text, json };
std::string forecast_of(const RoadOptions& options, Instant now, Wording wording);

/// Whether the road is bare in the frames that are learned from.
enum class Bareness { judged, assured };

/// What is learned from frames of one fixed camera, oldest first. `progress` is told of each of the
/// steps. Frames that do not decode, or have another shape than the newest, are handed to
/// `complain` and passed over. Throws Error when no frame is left.
CameraState learned_camera(const FrameList& frames, const std::string& camera, Bareness bareness,
                           const std::function<void(std::size_t done, std::size_t all)>& progress,
                           const std::function<void(const Error&)>& complain);
/// The same from an archive or a directory of frames; frames that are passed over are named on the
/// log. Names of files without a zone are in that of the weather's options.
struct Lesson {
    CameraState state;
    bool is_whole = true; ///< no frame was passed over
};
Lesson learn_directory(const std::string& directory, const RoadOptions& options, Bareness bareness,
                       const std::function<void(std::size_t done, std::size_t all)>& progress);
/// Of what was learned: a line for people, and one of JSON.
std::string line_of(const CameraState& state);
std::string json_of(const CameraState& state);

/// Where imgroad keeps what it knows of `camera` below the program's state directory.
fs::path road_state_path(const std::string& state_option, const std::string& camera);

} // namespace img
