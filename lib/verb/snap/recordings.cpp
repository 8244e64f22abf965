// Sources that were recorded before: a JPEG file, a directory, a stream on stdin, a clip.

#include "base/file.hpp"
#include "base/log.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/archive.hpp"
#include "frame/stream.hpp"
#include "verb/snap/cameras.hpp"

#include <cmath>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

/// Nobody waits for a file.
Deadline no_deadline() {
    return monotonic_now() + std::chrono::hours{24 * 365};
}

Instant file_time(const fs::path& path) {
    boost::system::error_code ignored;
    return Instant{std::chrono::seconds{fs::last_write_time(path, ignored)}};
}

Frame frame_of_file(const fs::path& path) {
    try {
        Frame frame = frame_from(read_file(path));
        check_decodes(frame);
        return frame;
    } catch (const Error& error) {
        std::string what = error.what();
        throw Error(what.starts_with(path.string()) ? what : str(path.string(), ": ", what));
    }
}

/// Thins a recording to one frame an interval of its own time.
class Pace {
public:
    explicit Pace(const SnapSeries& series) : every_(series.every), length_(series.length) {}
    bool wants(Instant time) {
        if (!start_)
            start_ = time;
        if (every_ && next_ && time < *next_)
            return false;
        if (every_)
            next_ = next_tick(time, time, *every_, std::chrono::minutes{0});
        return true;
    }
    bool is_over(Instant time) const { return length_ && start_ && time >= *start_ + *length_; }

private:
    std::optional<Duration> every_, length_;
    std::optional<Instant> start_, next_;
};

/// A JPEG file is one frame; a directory is all of its frames, oldest first.
class FilesCamera : public Camera {
public:
    enum class Kind { picture, directory };
    FilesCamera(const CameraSetup& setup, std::vector<ArchiveEntry> entries, Kind kind)
        : setup_(setup), entries_(std::move(entries)), kind_(kind), pace_(setup.series) {}

    std::optional<Shot> take(Instant) override {
        while (at_ < entries_.size()) {
            const ArchiveEntry& entry = entries_[at_++];
            if (pace_.is_over(entry.time))
                break;
            if (!pace_.wants(entry.time))
                continue;
            try {
                return recorded_shot(setup_, frame_of_file(entry.path), entry.time);
            } catch (const Error& error) {
                if (kind_ == Kind::picture)
                    throw;
                log_error(error.what());
                broken_ = true;
            }
        }
        if (broken_)
            throw Error(str(setup_.shown, ": some files are not frames"));
        return std::nullopt;
    }
    bool is_recording() const override { return true; }
    bool is_series() const override { return kind_ == Kind::directory; }

private:
    CameraSetup setup_;
    std::vector<ArchiveEntry> entries_;
    std::size_t at_ = 0;
    Kind kind_;
    Pace pace_;
    bool broken_ = false;
};

class StreamCamera : public Camera {
public:
    explicit StreamCamera(const CameraSetup& setup)
        : setup_(setup), reader_(STDIN_FILENO), pace_(setup.series) {}

    std::optional<Shot> take(Instant) override {
        while (std::optional<Frame> frame = reader_.next()) {
            Instant time = metadata_of(*frame, setup_.zone).time.value_or(setup_.clock.now());
            if (pace_.is_over(time))
                break;
            if (pace_.wants(time))
                return recorded_shot(setup_, std::move(*frame), time);
        }
        return std::nullopt;
    }
    bool is_recording() const override { return true; }
    bool is_series() const override { return true; }

private:
    CameraSetup setup_;
    FrameReader reader_;
    Pace pace_;
};

/// A video file, in its own time.
class ClipCamera : public Camera {
public:
    ClipCamera(const CameraSetup& setup, const fs::path& path)
        : setup_(setup),
          stream_({VideoTarget::Kind::clip, path.string(), setup.shown}, no_deadline()) {
        std::optional<Duration> recorded = stream_.recorded_at();
        begin_ = recorded ? Instant{*recorded} : file_time(path);
    }

    std::optional<Shot> take(Instant) override {
        if (setup_.series.length && wanted_ >= seconds(*setup_.series.length))
            return std::nullopt;
        // Packets up to the wanted time; those before the last key frame are not needed.
        while (!ended_ && (group_.empty() || !passed())) {
            std::optional<VideoPacket> packet = stream_.read(no_deadline());
            if (!packet) {
                ended_ = true;
                break;
            }
            if (packet->is_key() && !starts_later(*packet))
                group_.clear();
            else if (group_.empty())
                continue;
            first_time_ = first_time_ ? first_time_ : packet->presentation_time();
            group_.push_back(std::move(*packet));
        }
        if (group_.empty())
            throw Error(str(setup_.shown, ": there is no picture in it"));
        if (ended_ && wanted_ > last_shown() + rounding)
            return std::nullopt;
        VideoPicture decoded = stream_.decode(group_, first_time_.value_or(0) + wanted_ + rounding);
        double at = decoded.time ? *decoded.time - first_time_.value_or(0) : wanted_;
        Instant time = begin_ + Duration{std::llround(std::max(at, 0.0) * 1000)};
        wanted_ += seconds(setup_.series.every.value_or(1s));
        return recorded_shot(setup_, Frame{encode_jpeg(decoded.picture, setup_.source.quality)},
                             time);
    }
    bool is_recording() const override { return true; }

private:
    /// Times of a clip are counted in its own unit; seconds that are added up miss them by less.
    static constexpr double rounding = 0.0005;

    static double seconds(Duration duration) {
        return std::chrono::duration<double>(duration).count();
    }
    double since_first(std::optional<double> time) const {
        return time.value_or(0) - first_time_.value_or(0);
    }
    double last_shown() const {
        double last = 0;
        for (const VideoPacket& packet : group_)
            last = std::max(last, since_first(packet.presentation_time()));
        return last;
    }
    /// Nothing that is still to come is shown up to the wanted time: it is decoded before it is
    /// shown.
    bool passed() const { return since_first(group_.back().decode_time()) > wanted_ + rounding; }
    /// Whether a key packet is behind the wanted time, so that the group before it is still needed.
    bool starts_later(const VideoPacket& packet) const {
        return first_time_ && since_first(packet.presentation_time()) > wanted_ + rounding;
    }

    CameraSetup setup_;
    VideoStream stream_;
    Instant begin_;
    std::vector<VideoPacket> group_;
    std::optional<double> first_time_;
    double wanted_ = 0;
    bool ended_ = false;
};

} // namespace

std::unique_ptr<Camera> open_clip(const CameraSetup& setup, const fs::path& path) {
    return std::make_unique<ClipCamera>(setup, path);
}

std::unique_ptr<Camera> open_picture(const CameraSetup& setup, const fs::path& path) {
    Instant time = time_in_name(path.filename().string(), setup.zone).value_or(file_time(path));
    return std::make_unique<FilesCamera>(
        setup, std::vector<ArchiveEntry>{{path, time, ArchiveEntry::TimeFrom::name}},
        FilesCamera::Kind::picture);
}

std::unique_ptr<Camera> open_directory(const CameraSetup& setup, const fs::path& path) {
    std::vector<ArchiveEntry> entries = list_archive(path, setup.zone);
    if (entries.empty())
        throw Error(str(path.string(), ": there are no frames in it"));
    return std::make_unique<FilesCamera>(setup, std::move(entries), FilesCamera::Kind::directory);
}

std::unique_ptr<Camera> open_stream(const CameraSetup& setup) {
    if (::isatty(STDIN_FILENO))
        throw Error("the source is stdin, and that is a terminal", Exit::usage);
    return std::make_unique<StreamCamera>(setup);
}

} // namespace img
