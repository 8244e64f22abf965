// Bringing an archive to a remote: what is planned is sent, what has arrived is recorded.
#pragma once

#include "base/error.hpp"
#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/deliveries.hpp"
#include "verb/sync/plan.hpp"
#include "verb/sync/pointers.hpp"
#include "verb/sync/remote.hpp"
#include "verb/sync/report.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace img {

/// What a delivery needs of the world.
struct DeliveryWorld {
    /// Opens the remote for the files of a directory.
    std::function<std::unique_ptr<Remote>(const fs::path& archive)> open;
    Clock& clock;
    std::function<double()> chance; ///< from 0 to 1, another each time
    std::function<bool()> stopped;  ///< whether a stop is requested
    /// How many of how many files are done; may be empty.
    std::function<void(std::size_t done, std::size_t total)> progress;
};

/// What the archive holds, read when called.
using SyncLister = std::function<SyncListing()>;

/// Delivers one archive to one remote. Everything it is given must outlive it; who makes one holds
/// the lock.
class DeliveryRun {
public:
    DeliveryRun(const fs::path& archive, const SyncPolicy& policy, const DeliveryWorld& world,
                Deliveries& record, PointerCopies& copies, SyncReport& report);

    /// Plans and does it: frames, then other files, then pointers as they were before the last
    /// listing, then deleting what was gone before they were. Pointers and deleting are left out
    /// while a frame is not there that was listed, and deleting while a pointer is not. Throws the
    /// remote's errors, which are on record then, as is all that has arrived.
    void attempt(const SyncLister& list);

    /// What the last attempt has left undelivered.
    std::size_t left() const { return left_; }
    /// Whether the last attempt has brought anything that is on record.
    bool has_moved() const { return moved_; }

private:
    SyncPlan gather(const SyncLister& list);
    bool copy_more(const std::vector<SyncFile>& pointers);
    bool heed_gone(std::vector<SyncFile>& files);
    void give_up(const std::vector<SyncFile>& files);
    /// In batches, of which the first may be smaller. How many are here still, but have changed.
    std::size_t send_all(Remote& remote, const std::vector<SyncFile>& files, SyncItem::Kind kind);
    std::size_t send_batch(Remote& remote, const std::vector<SyncFile>& files, SyncItem::Kind kind);
    bool send_pointers(const std::vector<SyncFile>& pointers);
    void remove_all(const std::vector<SyncFile>& files);
    void remove_batch(const std::vector<SyncFile>& files);
    /// Puts an error of the remote on record.
    void reach(const std::function<void()>& work);
    Remote& remote();
    void one_done();
    void stop_if_asked() const;

    fs::path archive_;
    SyncPolicy policy_;
    const DeliveryWorld& world_;
    Deliveries& record_;
    PointerCopies& copies_;
    SyncReport& report_;
    std::unique_ptr<Remote> remote_, pointer_remote_; ///< of the archive, of the copies
    std::set<std::string> looked_at_;                 ///< pointers of which a copy was tried
    std::optional<std::set<std::string>> gone_;       ///< to delete, by the attempt's first listing
    std::size_t left_ = 0, total_ = 0;
    bool moved_ = false;
};

/// How long to wait after so many failures in a row, 1 or more: a second, doubling to a minute, and
/// for who never ends five minutes after the fifth; each a quarter more or less, by `chance`.
enum class Endurance { one_run, endless };
Duration retry_delay(int failures, Endurance endurance, double chance);

/// Attempts, and again after `unavailable`, until so many `tries` in a row have failed that have
/// moved nothing. Throws the last error, at once when a stop is requested.
void try_often(int tries, const DeliveryWorld& world, const std::function<void()>& attempt,
               const std::function<bool()>& has_moved);

/// The same until all has arrived.
Exit deliver_once(DeliveryRun& run, const SyncLister& list, int tries, const DeliveryWorld& world,
                  const SyncReport& report);

} // namespace img
