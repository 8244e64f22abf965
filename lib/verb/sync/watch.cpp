// Delivering files as they appear, until a stop is requested.

#include "verb/sync/watch.hpp"

#include "base/log.hpp"
#include "base/stop.hpp"

#include <algorithm>
#include <optional>

namespace img {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock::time_point;

constexpr Duration list_each{1h};
constexpr Duration list_blind_each{10s};
/// From the first file that is gone; pruning deletes many.
constexpr Duration list_after_pruning{1min};
/// Until a file that changes while it is sent is tried again, unless it is closed before.
constexpr Duration list_after_change{5s};

class Following {
public:
    Following(DeliveryRun& run, const SyncListers& listers, TreeWatch& watch,
              SyncPolicy::Pruned pruned, const DeliveryWorld& world)
        : run_(run), listers_(listers), watch_(watch), pruned_(pruned), world_(world) {}

    Exit follow() {
        due_.some_unknown = true;
        while (!world_.stopped()) {
            if (deliver_due())
                wait_for_changes();
        }
        due_.add(watch_.take());
        return due_.paths.empty() && !due_.some_unknown && run_.left() == 0 ? Exit::ok
                                                                            : Exit::unavailable;
    }

private:
    /// False when it failed; it has waited then, and all is due.
    bool deliver_due() {
        try {
            if (due_.some_unknown)
                deliver_all();
            else if (!due_.paths.empty())
                deliver_some();
            failures_ = 0;
            return true;
        } catch (const Error& error) {
            if (error.status() != Exit::unavailable)
                throw;
            due_.some_unknown = true;
            if (!world_.stopped())
                wait_after(error);
            return false;
        }
    }

    void deliver_all() {
        watch_.take(); // is in the listing
        due_ = {};
        due_.some_unknown = true; // until all is done
        run_.attempt(listers_.all);
        due_ = {};
        list_at(list_each);
    }

    void deliver_some() {
        std::set<std::string> later;
        bool is_first = true;
        run_.attempt([&] {
            // What came until a pointer was copied is what it may name.
            TreeChanges more = watch_.take();
            if (!is_first)
                std::copy_if(more.paths.begin(), more.paths.end(),
                             std::inserter(later, later.end()), is_pointer);
            is_first = false;
            due_.add(std::move(more));
            return due_.some_unknown ? listers_.all() : listers_.some(due_.paths);
        });
        if (due_.some_gone)
            heed_gone();
        due_ = {};
        due_.paths = std::move(later);
    }

    void wait_for_changes() {
        if (run_.left() > 0)
            list_at(list_after_change);
        if (!watch_.is_complete()) {
            if (!std::exchange(blind_, true))
                log_note("the system watches no more directories (fs.inotify.max_user_watches); "
                         "they are read every 10 seconds");
            list_at(list_blind_each);
        }
        if (!due_.empty())
            return;
        auto left = std::chrono::ceil<Duration>(list_at_ - monotonic_now());
        due_.add(watch_.wait(std::max(left, Duration{0})));
        if (due_.some_gone)
            heed_gone();
        due_.some_gone = false;
        if (monotonic_now() >= list_at_)
            due_.some_unknown = true;
    }

    void wait_after(const Error& error) {
        failures_ = run_.has_moved() ? 1 : failures_ + 1;
        Duration delay = retry_delay(failures_, Endurance::endless, world_.chance());
        log_note(str(error.what(), "; trying again in ",
                     std::chrono::ceil<std::chrono::seconds>(delay).count(), "s"));
        wait_for_stop(delay);
    }

    void heed_gone() {
        if (pruned_ == SyncPolicy::Pruned::deleted)
            list_at_ = std::min(list_at_, monotonic_now() + list_after_pruning);
    }

    void list_at(Duration from_now) {
        Steady at = monotonic_now() + from_now;
        list_at_ = from_now == list_each ? at : std::min(list_at_, at);
    }

    DeliveryRun& run_;
    const SyncListers& listers_;
    TreeWatch& watch_;
    SyncPolicy::Pruned pruned_;
    const DeliveryWorld& world_;
    TreeChanges due_;
    Steady list_at_ = monotonic_now();
    int failures_ = 0;
    bool blind_ = false;
};

} // namespace

Exit keep_delivering(DeliveryRun& run, const SyncListers& listers, TreeWatch& watch,
                     SyncPolicy::Pruned pruned, const DeliveryWorld& world) {
    return Following{run, listers, watch, pruned, world}.follow();
}

} // namespace img
