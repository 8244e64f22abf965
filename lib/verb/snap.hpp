// Taking frames: from network cameras, devices, files and the built-in test camera.
#pragma once

#include "base/time.hpp"
#include "frame/metadata.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace img {

/// Where frames come from and how; imgsnap(1) documents each member.
struct SnapSource {
    std::string source;
    std::string camera; ///< its name, for the metadata; may be empty
    std::string user, password_file;
    std::string ca_file;
    bool insecure = false;
    Duration connect_timeout{10'000}; ///< until the camera has answered
    Duration read_timeout{10'000};    ///< the longest silence of a connected camera
    Duration timeout{30'000};         ///< until a frame is there, all together
    int quality = 90;                 ///< of pictures that must be encoded, 1 to 100
    int skip = 0;                     ///< pictures to throw away after connecting
    std::string truth_file; ///< where the test camera says what is in its pictures; may be empty
};

/// When frames are taken.
struct SnapSeries {
    std::optional<Duration> every; ///< on the grid of the wall clock
    std::optional<int> count;
    std::optional<Duration> length; ///< from the start
    bool is_single() const { return !every && !count && !length; }
};

/// A frame with its facts.
struct Shot {
    Frame frame;
    Metadata metadata;
};

/// Something that frames are taken from. A seam: tests put their own here.
class Camera {
public:
    virtual ~Camera() = default;
    /// The first frame exposed at `tick` or later; of a recording, the next one. nullopt at the
    /// end of a recording. Throws Error; after `unavailable` it may be asked again.
    virtual std::optional<Shot> take(Instant tick) = 0;
    /// Waits until `when`, or until a stop is requested. A camera with an open connection uses the
    /// time to keep up with it.
    virtual void idle(Instant when, Clock& clock) { clock.sleep_until(when); }
    /// A recording gives its frames at once, and has an end.
    virtual bool is_recording() const { return false; }
    /// A recording that is a series by its nature: a directory, a stream.
    virtual bool is_series() const { return false; }
};

/// Opens what `source.source` names. Throws Error{usage} when it names nothing we know. Network
/// cameras connect at the first take().
std::unique_ptr<Camera> open_camera(const SnapSource& source, const SnapSeries& series,
                                    const Zone& zone, Clock& clock);

/// The first instant of the grid at or after `now` that is later than `previous`. The grid is the
/// multiples of `every` since midnight of 1970-01-01, with `offset` the zone's distance from UTC:
/// those since each midnight, where `every` divides a day.
Instant next_tick(Instant now, std::optional<Instant> previous, Duration every,
                  std::chrono::minutes offset);

/// How long to wait after the n-th failure in a row (1, 2, ...): a second, doubling, at most a
/// minute; five minutes from the fifth on.
Duration retry_delay(int failures);

/// Takes frames until the series, the recording, or the user's patience is at its end, and hands
/// each to `deliver`. A single frame is one attempt. In a series a camera that fails is tried again
/// with a growing delay, unless it has refused us from the start. Throws the last Error when not
/// one frame was taken.
void take_series(Camera& camera, const SnapSeries& series, const Zone& zone, Clock& clock,
                 const std::function<void(const Shot&)>& deliver);

} // namespace img
