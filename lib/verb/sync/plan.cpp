// What is to be sent to a remote, and what deleted there: decided from plain values.

#include "verb/sync/plan.hpp"

#include <algorithm>
#include <tuple>

namespace img {

namespace {

bool older(const SyncFile& a, const SyncFile& b) {
    return std::tie(a.time, a.path) < std::tie(b.time, b.path);
}

bool same(const SyncFile& file, const Delivery& delivery) {
    return delivery.kind != Delivery::Kind::begun && file.bytes == delivery.bytes &&
           file.changed == delivery.changed;
}

} // namespace

std::uint64_t SyncPlan::bytes() const {
    std::uint64_t sum = 0;
    for (const std::vector<SyncFile>* files : {&frames, &others, &pointers})
        for (const SyncFile& file : *files)
            sum += file.bytes;
    return sum;
}

SyncPlanner::SyncPlanner(const SyncListing& listing, const SyncPolicy& policy, Instant now)
    : listing_(listing), policy_(policy), now_(now) {
    for (const SyncItem& item : listing.items)
        frames_here_ = frames_here_ || item.kind == SyncItem::Kind::frame;
}

void SyncPlanner::on_record(const Delivery& delivery) {
    const std::vector<SyncItem>& items = listing_.items;
    while (at_ < items.size() && items[at_].file.path < delivery.path)
        undelivered(items[at_++]);
    if (at_ == items.size() || items[at_].file.path != delivery.path) {
        not_here(delivery);
        return;
    }
    const SyncItem& item = items[at_++];
    if (item.choice == SyncItem::Choice::passed_over)
        return;
    bool given_up_too_early = delivery.kind == Delivery::Kind::given_up && policy_.max_age &&
                              item.kind == SyncItem::Kind::frame && !is_too_old(item.file);
    if (!same(item.file, delivery) || given_up_too_early)
        undelivered(item);
    else if (delivery.kind == Delivery::Kind::arrived)
        ++plan_.arrived;
    else
        ++(delivery.kind == Delivery::Kind::refused ? plan_.refused : plan_.given_up);
}

SyncPlan SyncPlanner::finish() {
    while (at_ < listing_.items.size())
        undelivered(listing_.items[at_++]);
    std::sort(plan_.frames.begin(), plan_.frames.end(), older);
    if (policy_.order == SyncPolicy::Order::newest)
        std::reverse(plan_.frames.begin(), plan_.frames.end());
    std::sort(plan_.give_up.begin(), plan_.give_up.end(), older);
    plan_.looks_vanished =
        listing_.scope == SyncListing::Scope::all && frames_on_record_ && !frames_here_;
    if (plan_.looks_vanished) {
        plan_.remove.clear();
        plan_.forget.clear();
    }
    return std::move(plan_);
}

void SyncPlanner::undelivered(const SyncItem& item) {
    if (item.choice == SyncItem::Choice::passed_over)
        return;
    switch (item.kind) {
    case SyncItem::Kind::frame:
        if (is_too_old(item.file))
            plan_.give_up.push_back(item.file);
        else
            plan_.frames.push_back(item.file);
        break;
    case SyncItem::Kind::other:
        plan_.others.push_back(item.file);
        break;
    case SyncItem::Kind::pointer:
        plan_.pointers.push_back(item.file);
        break;
    }
}

bool SyncPlanner::is_too_old(const SyncFile& frame) const {
    return policy_.max_age && frame.time && *frame.time < now_ - *policy_.max_age;
}

void SyncPlanner::not_here(const Delivery& delivery) {
    if (listing_.scope == SyncListing::Scope::some)
        return;
    bool may_be_there = delivery.is_frame && (delivery.kind == Delivery::Kind::arrived ||
                                              delivery.kind == Delivery::Kind::begun);
    frames_on_record_ = frames_on_record_ || may_be_there;
    if (may_be_there && policy_.pruned == SyncPolicy::Pruned::deleted)
        plan_.remove.push_back({delivery.path, delivery.bytes, delivery.changed});
    else
        plan_.forget.push_back(delivery.path);
}

} // namespace img
