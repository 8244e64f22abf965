// Decides which frames stay and which go, from plain values.

#include "verb/prune.hpp"

#include "verb/prune/calendar.hpp"

#include <algorithm>
#include <set>

namespace img {

namespace {

/// The last periods of one kind in which a camera took frames.
class Periods {
public:
    /// Told of frames from the newest to the oldest: whether this one is the newest of its period
    /// and that is among the last `most`.
    bool begins_with(std::int64_t period, int most) {
        if (period == last_ || seen_.size() >= static_cast<std::size_t>(most))
            return false;
        last_ = period;
        // Where clocks are set back over midnight, a day comes again.
        return seen_.insert(period).second;
    }

private:
    std::optional<std::int64_t> last_;
    std::set<std::int64_t> seen_;
};

/// What is known of a camera when its frames are gone through from the newest.
struct CameraPass {
    std::optional<Instant> newest;
    int frames = 0;
    Periods hours, days, weeks, months;
};

/// Names the rule that keeps each frame, from the newest to the oldest.
class Keeper {
public:
    Keeper(const PrunePolicy& policy, Instant now, const Zone& zone)
        : policy_(policy), now_(now), calendar_(zone),
          by_calendar_(policy.keep_hourly || policy.keep_daily || policy.keep_weekly ||
                       policy.keep_monthly) {}

    PruneReason reason(const PruneItem& item) {
        if (item.time > now_ + longest_lead)
            return PruneReason::future;
        if (item.camera >= cameras_.size())
            cameras_.resize(item.camera + std::size_t{1});
        CameraPass& camera = cameras_[item.camera];
        // Each rule counts this frame, whichever of them is named.
        PruneReason reason = by_time(item, camera);
        if (item.undelivered && policy_.keep_undelivered)
            reason = PruneReason::undelivered;
        if (item.linked)
            reason = PruneReason::linked;
        if (!camera.newest) {
            camera.newest = item.time;
            reason = PruneReason::newest;
        }
        return reason;
    }

private:
    PruneReason by_time(const PruneItem& item, CameraPass& camera) {
        PruneReason reason = PruneReason::not_kept;
        auto keep = [&](bool kept, PruneReason why) {
            if (kept && reason == PruneReason::not_kept)
                reason = why;
        };
        if (policy_.keep_last && camera.frames < *policy_.keep_last) {
            ++camera.frames;
            keep(true, PruneReason::last);
        }
        if (policy_.keep_within) {
            const Instant from = std::min(now_, camera.newest.value_or(item.time));
            keep(item.time >= from - *policy_.keep_within, PruneReason::within);
        }
        if (!by_calendar_)
            return reason;
        const CalendarPlace at = calendar_.at(item.time);
        auto keep_first = [&](const std::optional<int>& most, Periods& periods, std::int64_t period,
                              PruneReason why) {
            keep(most && periods.begins_with(period, *most), why);
        };
        keep_first(policy_.keep_hourly, camera.hours, at.hour, PruneReason::hourly);
        keep_first(policy_.keep_daily, camera.days, at.day, PruneReason::daily);
        keep_first(policy_.keep_weekly, camera.weeks, at.week, PruneReason::weekly);
        keep_first(policy_.keep_monthly, camera.months, at.month, PruneReason::monthly);
        return reason;
    }

    const PrunePolicy& policy_;
    Instant now_;
    Calendar calendar_;
    bool by_calendar_;
    std::vector<CameraPass> cameras_;
};

std::uint64_t bytes_of(const Room& room, const DiskRoom& disk) {
    return room.share > 0 ? static_cast<std::uint64_t>(room.share * static_cast<double>(disk.size))
                          : room.bytes;
}

/// What the limits are about, while frames go one after another.
class Limits {
public:
    Limits(const PrunePolicy& policy, Instant now, const DiskRoom& disk,
           const std::vector<PruneItem>& items)
        : max_files_(policy.max_files), max_bytes_(policy.max_bytes), available_(disk.available),
          files_(items.size()) {
        if (policy.max_age)
            oldest_ = now - *policy.max_age;
        if (policy.min_free)
            required_ = bytes_of(*policy.min_free, disk);
        for (const PruneItem& item : items)
            bytes_ += item.bytes;
    }

    bool too_old(const PruneItem& item) const { return oldest_ && item.time < *oldest_; }
    bool too_many() const { return max_files_ && files_ > *max_files_; }
    bool too_large() const { return max_bytes_ && bytes_ > *max_bytes_; }
    bool too_full() const { return required_ > available_; }

    /// Why this one must go, if it must.
    PruneReason reason(const PruneItem& item) const {
        return too_old(item) ? PruneReason::over_age
               : too_many()  ? PruneReason::over_files
               : too_large() ? PruneReason::over_bytes
               : too_full()  ? PruneReason::too_little_free
                             : PruneReason::below_limits;
    }
    void without(const PruneItem& item) {
        --files_;
        bytes_ -= item.bytes;
        available_ += item.bytes;
    }

private:
    std::optional<Instant> oldest_;
    std::optional<std::uint64_t> max_files_, max_bytes_;
    std::uint64_t required_ = 0, available_, bytes_ = 0;
    std::size_t files_;
};

bool kept_by_rule(PruneReason reason) {
    switch (reason) {
    case PruneReason::undelivered:
    case PruneReason::last:
    case PruneReason::within:
    case PruneReason::hourly:
    case PruneReason::daily:
    case PruneReason::weekly:
    case PruneReason::monthly:
        return true;
    default:
        return false;
    }
}

std::vector<std::string> unmet_limits(const Limits& limits, const std::vector<PruneItem>& items,
                                      const std::vector<PruneReason>& reasons) {
    std::vector<std::string> unmet;
    bool is_old = false;
    for (std::size_t i = 0; i < items.size() && limits.too_old(items[i]); ++i)
        is_old = is_old || kept_by_rule(reasons[i]);
    if (is_old)
        unmet.emplace_back("max-age");
    if (limits.too_many())
        unmet.emplace_back("max-files");
    if (limits.too_large())
        unmet.emplace_back("max-bytes");
    if (limits.too_full())
        unmet.emplace_back("min-free");
    return unmet;
}

} // namespace

bool PrunePolicy::keeps() const {
    return keep_last || keep_within || keep_hourly || keep_daily || keep_weekly || keep_monthly ||
           keep_undelivered;
}

bool PrunePolicy::limits() const {
    return max_age || max_files || max_bytes || min_free;
}

bool goes(PruneReason reason) {
    return reason >= PruneReason::not_kept;
}

std::string_view reason_text(PruneReason reason) {
    switch (reason) {
    case PruneReason::newest:
        return "newest of its camera";
    case PruneReason::linked:
        return "a link leads to it";
    case PruneReason::undelivered:
        return "not delivered yet";
    case PruneReason::future:
        return "ahead of the clock";
    case PruneReason::last:
        return "--keep-last";
    case PruneReason::within:
        return "--keep-within";
    case PruneReason::hourly:
        return "--keep-hourly";
    case PruneReason::daily:
        return "--keep-daily";
    case PruneReason::weekly:
        return "--keep-weekly";
    case PruneReason::monthly:
        return "--keep-monthly";
    case PruneReason::below_limits:
        return "within the limits";
    case PruneReason::not_kept:
        return "no rule keeps it";
    case PruneReason::over_age:
        return "over --max-age";
    case PruneReason::over_files:
        return "over --max-files";
    case PruneReason::over_bytes:
        return "over --max-bytes";
    case PruneReason::too_little_free:
        return "under --min-free";
    }
    return "";
}

PrunePlan plan_prune(const std::vector<PruneItem>& items, const PrunePolicy& policy, Instant now,
                     const DiskRoom& disk, const Zone& zone) {
    PrunePlan plan;
    if (policy.empty()) {
        plan.reasons.assign(items.size(), PruneReason::below_limits);
        return plan;
    }
    plan.reasons.resize(items.size());
    Keeper keeper{policy, now, zone};
    for (std::size_t i = items.size(); i-- > 0;)
        plan.reasons[i] = keeper.reason(items[i]);

    Limits limits{policy, now, disk, items};
    for (std::size_t i = 0; i < items.size(); ++i) {
        PruneReason& reason = plan.reasons[i];
        if (reason == PruneReason::not_kept && policy.limits())
            reason = limits.reason(items[i]);
        plan.future += reason == PruneReason::future;
        if (!goes(reason))
            continue;
        limits.without(items[i]);
        ++plan.remove_files;
        plan.remove_bytes += items[i].bytes;
    }
    plan.unmet = unmet_limits(limits, items, plan.reasons);
    return plan;
}

} // namespace img
