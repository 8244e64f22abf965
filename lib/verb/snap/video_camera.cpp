// Cameras that send a video stream (RTSP) or are a capture device (V4L2).

#include "base/log.hpp"
#include "base/stop.hpp"
#include "foreign/libjpeg.hpp"
#include "verb/snap/cameras.hpp"

#include <algorithm>
#include <cmath>

namespace img {

namespace {

using namespace std::chrono_literals;

/// More than this between two key frames is not kept; then the next key frame is waited for.
constexpr std::size_t most_kept_bytes = std::size_t{32} << 20;
/// The first pictures of a webcam are dark or green until its exposure has settled.
constexpr int device_warm_up = 10;

/// Tells when a packet was sent. One that is further behind the stream's own clock than the
/// quickest of them has waited in a buffer, as happens when this program was suspended.
class StreamClock {
public:
    /// How long a packet has waited that comes now.
    Duration waited(std::optional<double> stream_time) {
        if (!stream_time)
            return 0ms;
        double now = std::chrono::duration<double>(monotonic_now().time_since_epoch()).count();
        double behind = now - *stream_time;
        // The two clocks drift; what is behind by more than a buffer holds is a new beginning.
        quickest_ += most_drift * (now - last_);
        last_ = now;
        if (!started_ || behind < quickest_ || behind > quickest_ + most_buffered)
            quickest_ = behind;
        started_ = true;
        double seconds = behind - quickest_;
        return seconds < jitter ? 0ms : Duration{std::llround(seconds * 1000)};
    }

private:
    static constexpr double most_drift = 0.001; ///< seconds a second
    static constexpr double most_buffered = 60; ///< seconds
    static constexpr double jitter = 0.2; ///< seconds that the network and large packets may take
    double quickest_ = 0, last_ = 0;
    bool started_ = false;
};

/// A picture of the stream that is good for a frame.
struct Caught {
    Frame frame;
    Instant time;
};

/// An open connection: packets as they come, and those since the last key frame.
class Connection {
public:
    Connection(const CameraSetup& setup, const VideoTarget& target, Deadline total)
        : setup_(setup),
          stream_(target, std::min(total, monotonic_now() + setup.source.connect_timeout)) {
        int skip = setup.source.skip;
        if (skip == 0 && target.kind == VideoTarget::Kind::device)
            skip = device_warm_up;
        for (int i = 0; i < skip; ++i)
            read(total);
    }

    /// Reads and keeps what comes, until the first packet after `when`. A read is not cut short:
    /// that would lose the place in the stream.
    void keep_up(Instant when) {
        // By both clocks: that of the wall may be set, or stand still (SOURCE_DATE_EPOCH).
        Deadline until = monotonic_now() + (when - setup_.clock.now());
        while (!stop_requested() && setup_.clock.now() < when && monotonic_now() < until)
            read(Deadline::max());
    }

    /// A picture that was sent at `tick` or later: the next key frame where those come often,
    /// measured by the interval of the series; else all since the last key frame is decoded.
    Caught catch_from(Instant tick, Deadline total) {
        for (;; read(total)) {
            bool fresh = !kept_.empty() && sent_ >= tick;
            if (!fresh || (!kept_.back().is_key() && key_frames_suffice()))
                continue;
            try {
                return {frame_of(), sent_};
            } catch (const Error& error) {
                log_detail(str(error.what(), "; waiting for the next key frame"));
                kept_.clear();
            }
        }
    }

private:
    bool key_frames_suffice() const {
        if (!setup_.series.every)
            return true;
        return key_interval_ && *key_interval_ * 4 <= *setup_.series.every;
    }

    void read(Deadline total) {
        keep(stream_.read(std::min(total, monotonic_now() + setup_.source.read_timeout)));
    }

    void keep(std::optional<VideoPacket> packet) {
        if (!packet)
            throw Error(str(setup_.shown, ": the stream has ended"), Exit::unavailable);
        sent_ = setup_.clock.now() - clock_.waited(packet->presentation_time());
        if (packet->is_key()) {
            Deadline now = monotonic_now();
            if (last_key_)
                key_interval_ = std::chrono::duration_cast<Duration>(now - *last_key_);
            last_key_ = now;
            kept_.clear();
            kept_bytes_ = 0;
        } else if (kept_.empty()) {
            return; // before the first key frame nothing decodes to a true picture
        }
        kept_bytes_ += packet->bytes().size();
        kept_.push_back(std::move(*packet));
        if (kept_bytes_ > most_kept_bytes)
            kept_.clear();
    }

    Frame frame_of() {
        if (!stream_.is_mjpeg())
            return Frame{encode_jpeg(stream_.decode(kept_).picture, setup_.source.quality)};
        ByteView bytes = kept_.back().bytes();
        Frame frame = frame_from(Bytes(bytes.begin(), bytes.end()));
        refuse_torn(setup_, frame);
        return frame;
    }

    const CameraSetup& setup_;
    VideoStream stream_;
    std::vector<VideoPacket> kept_; ///< begins with a key packet
    std::size_t kept_bytes_ = 0;
    StreamClock clock_;
    Instant sent_; ///< the last packet
    std::optional<Deadline> last_key_;
    std::optional<Duration> key_interval_;
};

class VideoCamera : public Camera {
public:
    VideoCamera(const CameraSetup& setup, VideoTarget target)
        : setup_(setup), target_(std::move(target)) {}

    std::optional<Shot> take(Instant tick) override {
        Deadline total = monotonic_now() + setup_.source.timeout;
        try {
            if (!connection_)
                connection_.emplace(setup_, target_, total);
            Caught caught = connection_->catch_from(tick, total);
            if (setup_.series.is_single())
                connection_.reset();
            return live_shot(setup_, std::move(caught.frame), caught.time);
        } catch (const Error&) {
            connection_.reset();
            throw;
        }
    }

    void idle(Instant when, Clock& clock) override {
        if (connection_) {
            try {
                connection_->keep_up(when);
            } catch (const Error& error) {
                log_note(str(error.what(), "; connecting again for the next frame"));
                connection_.reset();
            }
        }
        clock.sleep_until(when);
    }

private:
    CameraSetup setup_;
    VideoTarget target_;
    std::optional<Connection> connection_;
};

} // namespace

std::unique_ptr<Camera> open_video_camera(const CameraSetup& setup, const VideoTarget& target) {
    return std::make_unique<VideoCamera>(setup, target);
}

} // namespace img
