// What is to be sent to a remote, and what deleted there: decided from plain values.
#pragma once

#include "base/time.hpp"
#include "frame/deliveries.hpp"
#include "verb/sync/remote.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A file of the archive, as a plan sees it.
struct SyncItem {
    SyncFile file;
    enum class Kind : std::uint8_t {
        frame,
        other,
        pointer ///< says what else is there, and is sent last
    } kind = Kind::frame;
    /// Whether it is to be there; what is not is passed over, whatever is on record of it.
    enum class Choice : std::uint8_t { wanted, passed_over } choice = Choice::wanted;
};

/// What the archive holds.
struct SyncListing {
    std::vector<SyncItem> items; ///< in the order of their paths, by bytes; each path once
    /// Whether a file that is not among them is not there at all.
    enum class Scope { all, some } scope = Scope::all;
};

struct SyncPolicy {
    enum class Order { newest, oldest } order = Order::newest; ///< which frames go first
    std::optional<Duration> max_age; ///< frames that are older are given up; absent: never
    enum class Pruned { kept, deleted } pruned = Pruned::kept; ///< frames that are gone here
};

struct SyncPlan {
    std::vector<SyncFile> frames;           ///< to send, in this order
    std::vector<SyncFile> others, pointers; ///< to send after them, in this order
    std::vector<SyncFile> give_up;          ///< frames, the oldest first
    std::vector<SyncFile> remove;           ///< frames to delete there, as they were sent
    std::vector<std::string> forget;        ///< paths that need be on record no longer
    /// There are frames on record, but none in the archive: rather its disk is away than that all
    /// were pruned. Nothing is removed or forgotten then.
    bool looks_vanished = false;
    /// Of the archive's files that are wanted, so many are on record as this.
    std::size_t arrived = 0, refused = 0, given_up = 0;

    std::size_t files() const { return frames.size() + others.size() + pointers.size(); }
    std::uint64_t bytes() const;
};

/// Makes a plan of a listing and of what is on record, which it is told one by one, so that neither
/// a million of these nor the database is its business. A file whose size or time is not that on
/// record has not been sent, nor has one that was given up, but is not too old, as where the clock
/// was wrong. Of those that are wanted, each is in exactly one of frames, others,
/// pointers and give_up, or is on record.
class SyncPlanner {
public:
    /// `listing` must outlive it.
    SyncPlanner(const SyncListing& listing, const SyncPolicy& policy, Instant now);
    /// In the order of the paths.
    void on_record(const Delivery& delivery);
    /// To be called once.
    SyncPlan finish();

private:
    void undelivered(const SyncItem& item);
    void not_here(const Delivery& delivery);
    bool is_too_old(const SyncFile& frame) const;

    const SyncListing& listing_;
    SyncPolicy policy_;
    Instant now_;
    std::size_t at_ = 0; ///< the first item that no delivery was compared with
    bool frames_here_ = false, frames_on_record_ = false;
    SyncPlan plan_;
};

} // namespace img
