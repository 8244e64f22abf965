// Whether the cameras still deliver: their newest frames, and how often there should be one.

#include "verb/serve/camera_health.hpp"

#include "frame/time_directory.hpp"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <set>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t frames_to_learn_from = 11; // ten gaps
/// The first gap may be the time for which a camera was switched off.
constexpr std::size_t changes_to_learn_from = 4;
constexpr Duration shortest_interval = 1s;
constexpr int late_after = 3; ///< intervals
constexpr auto remembered = 10s;
constexpr int reading_share = 100; ///< one in so many seconds may be spent on reading

bool names_picture(std::string_view name) {
    std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || name.front() == '.')
        return false;
    std::string end = lower(name.substr(dot));
    return end == ".jpg" || end == ".jpeg";
}

Fd open_directory(int above, const std::string& name) {
    return Fd{::openat(above, name.empty() ? "." : name.c_str(),
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
}

/// One pass over the directories that matter.
class NewestFrames {
public:
    explicit NewestFrames(std::size_t most) : most_(most) {}

    void read(int directory, const std::optional<DirectoryTime>& above) {
        std::vector<std::pair<DirectoryTime, std::string>> deeper;
        for_each_entry(directory, [&](const dirent& entry) {
            std::string_view name = entry.d_name;
            if (entry.d_type == DT_DIR || entry.d_type == DT_UNKNOWN)
                if (std::optional<DirectoryTime> time = directory_time(name, above))
                    deeper.emplace_back(*time, name);
            if (entry.d_type != DT_DIR && !is_surely_older(name) && names_picture(name))
                if (std::optional<NamedTime> time = find_time(name, zone_))
                    keep(*time, name);
        });
        std::sort(deeper.begin(), deeper.end(),
                  [](const auto& a, const auto& b) { return a.first.begin > b.first.begin; });
        for (const auto& [time, name] : deeper) {
            if (frames_.size() >= most_)
                break;
            if (Fd below = open_directory(directory, name))
                read(*below, time);
        }
    }
    std::vector<Instant> times() const {
        std::vector<Instant> times;
        for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
            times.push_back(frame->first);
        return times;
    }

private:
    template <class Act>
    static void for_each_entry(int directory, Act act) {
        int fd = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
            return;
        auto close = [](DIR* stream) { ::closedir(stream); };
        std::unique_ptr<DIR, decltype(close)> stream{::fdopendir(fd), close};
        if (!stream) {
            ::close(fd);
            return;
        }
        while (const dirent* entry = ::readdir(stream.get()))
            act(*entry);
    }
    /// Names that are alike are in the order of their times, so most need not be read: that takes
    /// ten times as long as comparing.
    bool is_surely_older(std::string_view name) const {
        if (frames_.size() < most_)
            return false;
        const std::string& oldest = frames_.begin()->second;
        return name.size() == oldest.size() && name < oldest &&
               name.substr(0, oldest_at_) == std::string_view{oldest}.substr(0, oldest_at_);
    }
    void keep(const NamedTime& time, std::string_view name) {
        frames_.emplace(time.time, name);
        if (frames_.size() > most_)
            frames_.erase(frames_.begin());
        oldest_at_ = find_time(frames_.begin()->second, zone_)->at;
    }

    std::size_t most_;
    LocalTimes zone_{Zone{}};
    std::set<std::pair<Instant, std::string>> frames_; ///< their times and names
    std::size_t oldest_at_ = 0; ///< where in the oldest one's name its time begins
};

} // namespace

std::vector<Instant> newest_frames(int directory, std::size_t most) {
    NewestFrames newest{most};
    newest.read(directory, std::nullopt);
    return newest.times();
}

std::optional<Duration> median_gap(const std::vector<Instant>& times) {
    if (times.size() < 3)
        return std::nullopt;
    std::vector<Duration> gaps;
    for (std::size_t i = 1; i < times.size(); ++i)
        gaps.push_back(std::chrono::abs(times[i] - times[i - 1]));
    auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return std::max(*middle, shortest_interval);
}

std::optional<Duration> CameraFreshness::age(Instant now) const {
    if (!newest)
        return std::nullopt;
    return std::max(now - *newest, Duration{0});
}

bool CameraFreshness::is_late() const {
    return newest && interval && *age(looked) > *interval * late_after;
}

void CameraHealth::read_frames(const std::string& name, Learned& learned, Instant now,
                               Moment moment) const {
    Moment begin = monotonic_now();
    std::vector<Instant> times;
    if (Fd directory = open_directory(*root_, name))
        times = newest_frames(*directory, frames_to_learn_from);
    learned.newest = times.empty() ? std::nullopt : std::optional{times.front()};
    learned.interval = median_gap(times);
    learned.read_at = now;
    auto took = monotonic_now() - begin;
    learned.read_again = moment + std::max<Moment::duration>(remembered, took * reading_share);
}

std::vector<CameraFreshness> CameraHealth::look(const std::vector<CameraFiles>& cameras,
                                                Instant now, Moment moment) {
    std::map<std::string, std::optional<Instant>> latest;
    for (const CameraFiles& camera : cameras)
        latest[camera.name] = camera.picture.modified;
    if (latest.empty())
        latest[""] = std::nullopt;
    std::erase_if(learned_, [&](const auto& each) { return !latest.contains(each.first); });

    std::vector<CameraFreshness> states;
    for (const auto& [name, modified] : latest) {
        Learned& learned = learned_[name];
        if (learned.read_again <= moment)
            read_frames(name, learned, now, moment);
        std::vector<Instant>& changes = learned.changes;
        if (modified && (changes.empty() || changes.back() != *modified))
            changes.push_back(*modified);
        if (changes.size() > frames_to_learn_from)
            changes.erase(changes.begin());

        CameraFreshness state{name, learned.newest, interval_, learned.read_at};
        if (modified && (!state.newest || *modified >= *state.newest)) {
            state.newest = modified;
            state.looked = now;
        }
        if (!state.interval)
            state.interval = learned.interval;
        if (!state.interval && changes.size() >= changes_to_learn_from)
            state.interval = median_gap(changes);
        if (state.newest)
            states.push_back(std::move(state));
    }
    return states;
}

} // namespace img
