// FFmpeg's libraries: packets and pictures from cameras, devices and clips.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/text.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace img {

using Deadline = std::chrono::steady_clock::time_point;

/// What to open. `url` may hold a password and is never shown; `shown` stands in errors.
struct VideoTarget {
    enum class Kind {
        camera, ///< a live stream of the network
        device, ///< a capture device of this machine (V4L2)
        clip,   ///< a file
    };
    Kind kind = Kind::camera;
    std::string url;
    std::string shown;
};

/// One compressed video packet.
class VideoPacket {
public:
    VideoPacket();
    VideoPacket(VideoPacket&&) noexcept;
    VideoPacket& operator=(VideoPacket&&) noexcept;
    ~VideoPacket();

    bool is_key() const;
    /// In seconds of the stream's own clock; nullopt where the stream does not say.
    std::optional<double> decode_time() const;
    /// The same of the picture in it: the order in which pictures are shown.
    std::optional<double> presentation_time() const;
    ByteView bytes() const;

private:
    friend class VideoStream;
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

struct VideoPicture {
    Picture picture;            ///< RGB
    std::optional<double> time; ///< presentation time, in seconds of the stream's own clock
};

/// The video of one open camera, device or clip. The libraries themselves are loaded when the first
/// one is made, so that programs which open no video start without them.
class VideoStream {
public:
    /// Connects and finds the video. Throws Error: `failed` for refused credentials, wrong paths
    /// and files without video, `unavailable` for the rest, at the latest at the deadline. A
    /// request to stop (base/stop.hpp) ends every wait at once.
    VideoStream(const VideoTarget& target, Deadline deadline);
    VideoStream(const VideoStream&) = delete;
    VideoStream& operator=(const VideoStream&) = delete;
    /// Says good-bye to the camera (RTSP TEARDOWN), for half a second at most.
    ~VideoStream();

    /// The next intact video packet; nullopt at the end of a clip. Throws Error{unavailable} when
    /// none comes before the deadline, or when the camera hangs up.
    std::optional<VideoPacket> read(Deadline deadline);
    /// Whether packets are whole JPEGs.
    bool is_mjpeg() const;
    /// When a clip says that it was recorded, in milliseconds since 1970.
    std::optional<std::chrono::milliseconds> recorded_at() const;

    /// Decodes `packets`, which begin with a key packet and follow each other. The last picture of
    /// them, or with `until` the last one not later than that. Throws Error when there is none or
    /// it is damaged. Keeps no state between calls.
    VideoPicture decode(std::span<const VideoPacket> packets,
                        std::optional<double> until = std::nullopt);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
