// Bringing an archive to a remote: what is planned is sent, what has arrived is recorded.

#include "verb/sync/delivery.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <sys/stat.h>

namespace img {

namespace {

/// A transaction is worth so many files, or so much time.
constexpr std::size_t files_at_once = 500;
constexpr std::chrono::seconds time_at_once{1};
/// Of a backlog, so that the newest frames are there soon.
constexpr std::size_t first_batch = 100;
/// How often files that change while they are sent are listed anew.
constexpr int most_rounds = 3;

/// Puts on record what it is given, at the latest when it ends, and says so in `recorded`.
class Recorder {
public:
    Recorder(Deliveries& record, bool& recorded) : record_(record), recorded_(recorded) {}
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    ~Recorder() {
        try {
            flush();
        } catch (const Error&) {
            // These files are sent again, which changes nothing.
        }
    }

    void add(Delivery delivery) {
        pending_.push_back(std::move(delivery));
        if (pending_.size() >= files_at_once || monotonic_now() - flushed_ >= time_at_once)
            flush();
    }
    void flush() {
        record_.record(pending_);
        recorded_ = recorded_ || !pending_.empty();
        pending_.clear();
        flushed_ = monotonic_now();
    }

private:
    Deliveries& record_;
    bool& recorded_;
    std::vector<Delivery> pending_;
    std::chrono::steady_clock::time_point flushed_ = monotonic_now();
};

/// Work within a callback, whose errors must not fly through what calls it.
class Caught {
public:
    template <class Work>
    void run(const Work& work) noexcept {
        try {
            work();
        } catch (...) {
            thrown_ = std::current_exception();
        }
    }
    void rethrow() const {
        if (thrown_)
            std::rethrow_exception(thrown_);
    }

private:
    std::exception_ptr thrown_;
};

/// What a run may bring without living to record it.
std::vector<Delivery> begun(const std::vector<SyncFile>& frames) {
    std::vector<Delivery> deliveries;
    for (const SyncFile& frame : frames)
        deliveries.push_back({frame.path, frame.bytes, frame.changed, Delivery::Kind::begun, true});
    return deliveries;
}

/// Not only out of sight, as behind a directory that may not be read.
bool is_surely_gone(const fs::path& file) {
    struct stat status {};
    return ::lstat(file.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

} // namespace

DeliveryRun::DeliveryRun(const fs::path& archive, const SyncPolicy& policy,
                         const DeliveryWorld& world, Deliveries& record, PointerCopies& copies,
                         SyncReport& report)
    : archive_(archive), policy_(policy), world_(world), record_(record), copies_(copies),
      report_(report) {}

void DeliveryRun::attempt(const SyncLister& list) {
    moved_ = false;
    left_ = 0;
    copies_.drop_all();
    looked_at_.clear();
    gone_.reset();
    record_.attempted(world_.clock.now());
    for (int round = 1;; ++round) {
        SyncPlan plan = gather(list);
        give_up(plan.give_up);
        record_.forget(plan.forget);
        std::size_t frames = 0, others = 0;
        if (!plan.frames.empty())
            frames = send_all(remote(), plan.frames, SyncItem::Kind::frame);
        if (!plan.others.empty())
            others = send_all(remote(), plan.others, SyncItem::Kind::other);
        if (frames + others > 0 && round < most_rounds)
            continue;
        if (frames > 0)
            return;
        if (send_pointers(plan.pointers))
            remove_all(plan.remove);
        break;
    }
    if (left_ == 0)
        record_.succeeded(world_.clock.now());
}

SyncPlan DeliveryRun::gather(const SyncLister& list) {
    for (;;) {
        SyncListing listing = list();
        SyncPlanner planner{listing, policy_, world_.clock.now()};
        if (listing.scope == SyncListing::Scope::all)
            record_.each([&](const Delivery& delivery) { planner.on_record(delivery); });
        else
            for (const SyncItem& item : listing.items)
                if (std::optional<Delivery> delivery = record_.of(item.file.path))
                    planner.on_record(*delivery);
        SyncPlan plan = planner.finish();
        bool more_gone = heed_gone(plan.remove);
        // A copy must be older than the listing of what it may name, and newer than that which
        // found what is to be deleted gone.
        if (copy_more(plan.pointers) || more_gone)
            continue;
        left_ = total_ = plan.files();
        if (plan.looks_vanished && policy_.pruned == SyncPolicy::Pruned::deleted)
            log_note(archive_.string() + ": there are no frames in it; none is deleted there");
        return plan;
    }
}

/// Whether there are more copies then.
bool DeliveryRun::copy_more(const std::vector<SyncFile>& pointers) {
    bool more = false;
    for (const SyncFile& pointer : pointers) {
        if (!looked_at_.insert(pointer.path).second)
            continue;
        copies_.take(pointer.path);
        more = more || copies_.of(pointer.path);
    }
    return more;
}

/// Leaves what the first listing of an attempt has found gone; whether this was it, and had some.
bool DeliveryRun::heed_gone(std::vector<SyncFile>& files) {
    if (gone_) {
        std::erase_if(files, [&](const SyncFile& file) { return !gone_->contains(file.path); });
        return false;
    }
    gone_.emplace();
    for (const SyncFile& file : files)
        gone_->insert(file.path);
    return !files.empty();
}

void DeliveryRun::give_up(const std::vector<SyncFile>& files) {
    std::vector<Delivery> deliveries;
    for (const SyncFile& file : files) {
        deliveries.push_back({file.path, file.bytes, file.changed, Delivery::Kind::given_up, true});
        report_.given_up(file);
    }
    record_.record(deliveries);
}

std::size_t DeliveryRun::send_all(Remote& remote, const std::vector<SyncFile>& files,
                                  SyncItem::Kind kind) {
    std::size_t changed = 0, count = std::max<std::size_t>(remote.batch(), 1);
    std::size_t first = policy_.order == SyncPolicy::Order::newest ? first_batch : count;
    for (std::size_t begin = 0; begin < files.size();) {
        stop_if_asked();
        std::size_t end =
            std::min(files.size(), begin + (begin == 0 ? std::min(first, count) : count));
        auto at = [&](std::size_t index) {
            return files.begin() + static_cast<std::ptrdiff_t>(index);
        };
        changed += send_batch(remote, {at(begin), at(end)}, kind);
        begin = end;
    }
    return changed;
}

std::size_t DeliveryRun::send_batch(Remote& remote, const std::vector<SyncFile>& files,
                                    SyncItem::Kind kind) {
    std::size_t changed = 0;
    Recorder recorder{record_, moved_};
    Caught caught;
    auto settle = [&](const SyncFile& file, Delivery::Kind how) {
        one_done();
        recorder.add({file.path, file.bytes, file.changed, how, kind == SyncItem::Kind::frame});
    };
    SyncEvents events;
    events.arrived = [&](std::size_t index) {
        caught.run([&] {
            report_.sent(files[index]);
            settle(files[index], Delivery::Kind::arrived);
        });
    };
    events.refused = [&](std::size_t index, const std::string& why) {
        caught.run([&] {
            report_.refused(files[index], why);
            settle(files[index], Delivery::Kind::refused);
        });
    };
    events.gone = [&](std::size_t index) {
        caught.run([&] {
            if (look_at(archive_, files[index].path))
                ++changed;
            else
                one_done();
        });
    };
    // Only who deletes there must find what came without being recorded.
    if (kind == SyncItem::Kind::frame && policy_.pruned == SyncPolicy::Pruned::deleted)
        record_.record_begun(begun(files));
    reach([&] { remote.send(files, events); });
    caught.rethrow();
    recorder.flush();
    return changed;
}

/// Whether none of them is left as it was there.
bool DeliveryRun::send_pointers(const std::vector<SyncFile>& pointers) {
    bool all_copied = true;
    std::vector<SyncFile> copied;
    for (const SyncFile& pointer : pointers) {
        if (const SyncFile* copy = copies_.of(pointer.path)) {
            copied.push_back(*copy);
        } else if (!look_at(archive_, pointer.path)) {
            one_done();
        } else {
            log_note(printable(pointer.path) + ": cannot be read, or is being written to");
            all_copied = false;
        }
    }
    if (copied.empty())
        return all_copied;
    if (!pointer_remote_)
        reach([&] { pointer_remote_ = world_.open(copies_.directory()); });
    return send_all(*pointer_remote_, copied, SyncItem::Kind::pointer) == 0 && all_copied;
}

void DeliveryRun::remove_all(const std::vector<SyncFile>& files) {
    std::vector<SyncFile> batch;
    for (const SyncFile& file : files) {
        if (is_surely_gone(archive_ / file.path))
            batch.push_back(file);
        if (batch.size() < remote().batch())
            continue;
        remove_batch(batch);
        batch.clear();
    }
    if (!batch.empty())
        remove_batch(batch);
}

void DeliveryRun::remove_batch(const std::vector<SyncFile>& files) {
    stop_if_asked();
    std::vector<std::string> paths, removed;
    for (const SyncFile& file : files)
        paths.push_back(file.path);
    Caught caught;
    auto forget = [&] { record_.forget(removed); };
    try {
        reach([&] {
            remote().remove(paths, [&](std::size_t index) {
                caught.run([&] {
                    removed.push_back(paths[index]);
                    report_.removed(files[index]);
                });
            });
        });
    } catch (...) {
        forget();
        throw;
    }
    forget();
    caught.rethrow();
}

void DeliveryRun::reach(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        if (!world_.stopped() && error.status() != Exit::usage)
            record_.failed(world_.clock.now(), error.what());
        throw;
    }
}

Remote& DeliveryRun::remote() {
    if (!remote_)
        reach([&] { remote_ = world_.open(archive_); });
    return *remote_;
}

void DeliveryRun::one_done() {
    --left_;
    if (world_.progress)
        world_.progress(total_ - left_, total_);
}

void DeliveryRun::stop_if_asked() const {
    if (world_.stopped())
        throw Error("interrupted", Exit::unavailable);
}

Duration retry_delay(int failures, Endurance endurance, double chance) {
    using namespace std::chrono_literals;
    Duration delay = endurance == Endurance::endless && failures >= 5
                         ? Duration{5min}
                         : std::min<Duration>(1s * (1 << std::min(failures - 1, 10)), 1min);
    return std::chrono::round<Duration>(std::chrono::duration<double, std::milli>(delay) *
                                        (0.75 + chance / 2));
}

void try_often(int tries, const DeliveryWorld& world, const std::function<void()>& attempt,
               const std::function<bool()>& has_moved) {
    for (int failures = 0;;) {
        try {
            attempt();
            return;
        } catch (const Error& error) {
            failures = has_moved() ? 1 : failures + 1;
            if (error.status() != Exit::unavailable || failures >= tries || world.stopped())
                throw;
            Duration delay = retry_delay(failures, Endurance::one_run, world.chance());
            log_note(str(error.what(), "; trying again in ",
                         std::chrono::ceil<std::chrono::seconds>(delay).count(), "s"));
            world.clock.sleep_until(world.clock.now() + delay);
            if (world.stopped())
                throw;
        }
    }
}

Exit deliver_once(DeliveryRun& run, const SyncLister& list, int tries, const DeliveryWorld& world,
                  const SyncReport& report) {
    try_often(
        tries, world, [&] { run.attempt(list); }, [&] { return run.has_moved(); });
    if (run.left() > 0) {
        log_note(str(run.left(), run.left() == 1 ? " file" : " files",
                     " could not be sent whole; the next run takes them"));
        return Exit::unavailable;
    }
    return report.is_troubled() ? Exit::failed : Exit::ok;
}

} // namespace img
