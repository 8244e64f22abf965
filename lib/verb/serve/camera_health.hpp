// Whether the cameras still deliver: their newest frames, and how often there should be one.
#pragma once

#include "base/file.hpp"
#include "base/time.hpp"
#include "verb/serve/moment.hpp"
#include "verb/serve/site.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// What is known of a camera.
struct CameraFreshness {
    std::string name;                 ///< as CameraFiles has it
    std::optional<Instant> newest;    ///< nullopt: it never had a frame
    std::optional<Duration> interval; ///< between frames; nullopt: not known yet
    Instant looked{};                 ///< when a newer frame would have been seen

    /// Never negative: clocks are set back. nullopt without a frame.
    std::optional<Duration> age(Instant now) const;
    /// Whether three intervals have passed without a frame. Who never had one, or has had too few
    /// to tell, is not judged.
    bool is_late() const;
};

/// Learns what there is to know from the names of frames and from how latest.jpg changes. What must
/// be read for it is remembered for 10 s, and so long that reading takes a hundredth of the time.
class CameraHealth {
public:
    /// `root` is what the site serves; with `interval` none is learned.
    CameraHealth(Fd root, std::optional<Duration> interval)
        : root_(std::move(root)), interval_(interval) {}

    /// To be called now and then, since changes of latest.jpg are seen in no other way. `cameras`
    /// are Site::cameras(). Where there is none, the root is one if it has dated frames.
    std::vector<CameraFreshness> look(const std::vector<CameraFiles>& cameras, Instant now,
                                      Moment moment);

private:
    struct Learned {
        std::optional<Instant> newest;    ///< of dated frames
        std::optional<Duration> interval; ///< of those
        Instant read_at{};
        Moment read_again{};
        std::vector<Instant> changes; ///< of latest.jpg, the last few, in order
    };

    void read_frames(const std::string& name, Learned& learned, Instant now, Moment moment) const;

    Fd root_;
    std::optional<Duration> interval_;
    std::map<std::string, Learned> learned_; ///< by the camera's name
};

/// The times of the newest frames at any depth below `directory`, the newest first, at most
/// `most`: files that are named by their time, in directories that are named so too. Enters the
/// newest directories only, and no symbolic link.
std::vector<Instant> newest_frames(int directory, std::size_t most);

/// The median of the gaps between the times, which are in either order; a second at least. nullopt
/// for fewer than three times.
std::optional<Duration> median_gap(const std::vector<Instant>& times);

} // namespace img
