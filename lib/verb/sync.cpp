// Publishes an archive of frames, and fetches one.

#include "verb/sync.hpp"

#include "base/directories.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "frame/deliveries.hpp"
#include "verb/sync/deadline.hpp"
#include "verb/sync/delivery.hpp"
#include "verb/sync/listing.hpp"
#include "verb/sync/pointers.hpp"
#include "verb/sync/pull.hpp"
#include "verb/sync/report.hpp"
#include "verb/sync/ssh.hpp"
#include "verb/sync/watch.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <random>

namespace img {

namespace {

std::function<double()> by_chance() {
    return [engine = std::mt19937{std::random_device{}()}]() mutable {
        return std::uniform_real_distribution<double>{}(engine);
    };
}

void print_all(const std::vector<std::string>& lines, const SyncOutput& output) {
    for (const std::string& line : lines)
        output.line(line);
}

SyncReport report_for(const SyncOutput& output) {
    return SyncReport{output.as == SyncOutput::As::json ? output.line : nullptr};
}

std::string shown(const SyncOptions& options) {
    return shown_remote(options.remote, options.reach);
}

void require_archive(const std::string& archive) {
    Fd directory{::open(archive.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory)
        throw_errno(archive, errno);
}

/// The record would be published else.
fs::path state_outside(const SyncOptions& options) {
    fs::path state = fs::weakly_canonical(fs::absolute(state_directory(options.state)));
    fs::path archive = fs::weakly_canonical(fs::absolute(options.archive));
    fs::path inside = state.lexically_relative(archive);
    // What is hidden, as below somebody's home, is not published.
    bool is_hidden = std::any_of(inside.begin(), inside.end(), [](const fs::path& part) {
        return part.string().starts_with('.') && part != ".";
    });
    if (!inside.empty() && !is_hidden)
        throw Error(
            str(state.string(), ": the record is not to lie in ", options.archive, "; use --state"),
            Exit::usage);
    return state;
}

SyncChoice choice_at(const SyncOptions& options, Instant now, const Remote* remote) {
    SyncChoice choice;
    choice.zone = options.zone;
    choice.camera = options.camera;
    choice.patterns = options.patterns;
    if (options.selection)
        choice.selection = options.selection(now);
    if (remote)
        choice.takes = [remote](const SyncFile& file) { return remote->takes(file); };
    return choice;
}

SyncPlan plan_from(const SyncListing& listing, const Deliveries& record, const SyncPolicy& policy) {
    SyncPlanner planner{listing, policy, system_clock().now()};
    record.each([&](const Delivery& delivery) { planner.on_record(delivery); });
    return planner.finish();
}

/// How a remote is reached when runs of ssh share one connection, which ends with this.
class SharedReach {
public:
    SharedReach(const RemoteOptions& reach, const DeliveryLock& lock) : reach_(reach) {
        reach_.ssh_socket = ssh_socket_at(lock.directory().string() + ".ssh");
    }
    SharedReach(const SharedReach&) = delete;
    SharedReach& operator=(const SharedReach&) = delete;
    ~SharedReach() { end_ssh_connection(reach_); }
    const RemoteOptions& options() const { return reach_; }

private:
    RemoteOptions reach_;
};

/// All that a delivery needs, while its lock is held.
class Delivering {
public:
    Delivering(const SyncOptions& options, const SyncOutput& output)
        : options_(options), remote_(open_remote(options.remote, options.archive, options.reach)),
          name_(shown(options)), state_(state_outside(options)),
          lock_(state_, options.archive, name_), reach_(options.reach, lock_),
          record_(state_, options.archive, name_, Deliveries::Access::write),
          copies_(options.archive, lock_.directory()),
          report_(report_for(output)), world_{[this](const fs::path& archive) {
                                                  return open_remote(options_.remote, archive,
                                                                     reach_.options());
                                              },
                                              system_clock(), by_chance(), stop_requested,
                                              output.progress},
          run_(options.archive, options.policy, world_, record_, copies_, report_) {}

    Exit once() {
        StopAfter deadline{options_.timeout};
        return finish(deadline,
                      [&] { return deliver_once(run_, all(), options_.tries, world_, report_); });
    }

    Exit watch() {
        StopAfter deadline{options_.timeout};
        TreeWatch tree{options_.archive};
        SyncListers listers{all(), [this](const std::set<std::string>& paths) {
                                return list_for_sync(options_.archive, choice(), paths);
                            }};
        return finish(deadline, [&] {
            return keep_delivering(run_, listers, tree, options_.policy.pruned, world_);
        });
    }

private:
    SyncChoice choice() const { return choice_at(options_, system_clock().now(), remote_.get()); }
    SyncLister all() const {
        return [this] { return list_for_sync(options_.archive, choice()); };
    }

    template <class Work>
    Exit finish(const StopAfter& deadline, const Work& work) {
        try {
            Exit status = work();
            report_.sum(run_.left());
            return status;
        } catch (const Error& error) {
            report_.sum(run_.left());
            if (!stop_requested() || error.status() != Exit::unavailable)
                throw;
            throw Error(str(name_, deadline.is_over() ? ": the time is over" : ": interrupted",
                            ", undelivered are ", run_.left()),
                        Exit::unavailable);
        }
    }

    const SyncOptions& options_;
    std::unique_ptr<Remote> remote_; ///< says what it takes
    std::string name_;
    fs::path state_;
    DeliveryLock lock_;
    SharedReach reach_;
    Deliveries record_;
    PointerCopies copies_;
    SyncReport report_;
    DeliveryWorld world_;
    DeliveryRun run_;
};

/// Whether it is for such a file is known of a remote that can be opened; of others on record,
/// which may need options, it is not.
std::unique_ptr<Remote> open_if_possible(const std::string& address, const SyncOptions& options) {
    try {
        return open_remote(address, options.archive, options.reach);
    } catch (const Error&) {
        return nullptr;
    }
}

SyncStatus status_of(const std::string& name, const Remote* remote, const SyncOptions& options,
                     const fs::path& state) {
    SyncListing listing =
        list_for_sync(options.archive, choice_at(options, system_clock().now(), remote));
    Deliveries record{state, options.archive, name, Deliveries::Access::read};
    SyncPlan plan = plan_from(listing, record, options.policy);
    SyncStatus status;
    status.remote = name;
    status.health = record.health();
    status.delivered = plan.arrived;
    status.refused = plan.refused;
    status.given_up = plan.given_up;
    // What is to be given up is undelivered until a run says that it is.
    plan.frames.insert(plan.frames.end(), plan.give_up.begin(), plan.give_up.end());
    status.backlog = plan.files();
    status.backlog_bytes = plan.bytes();
    for (const SyncFile& frame : plan.frames)
        if (!status.oldest_undelivered || frame.time < status.oldest_undelivered)
            status.oldest_undelivered = frame.time;
    return status;
}

} // namespace

Exit sync_once(const SyncOptions& options, const SyncOutput& output) {
    require_archive(options.archive);
    catch_stop_signals();
    return Delivering{options, output}.once();
}

Exit sync_watch(const SyncOptions& options, const SyncOutput& output) {
    require_archive(options.archive);
    catch_stop_signals();
    return Delivering{options, output}.watch();
}

Exit sync_dry_run(const SyncOptions& options, const SyncOutput& output) {
    require_archive(options.archive);
    std::unique_ptr<Remote> remote = open_remote(options.remote, options.archive, options.reach);
    Deliveries record{state_outside(options), options.archive, shown(options),
                      Deliveries::Access::read};
    SyncPlan plan = plan_from(
        list_for_sync(options.archive, choice_at(options, system_clock().now(), remote.get())),
        record, options.policy);
    print_all(output.as == SyncOutput::As::json ? sync_plan_json(plan) : sync_plan_text(plan),
              output);
    report_for(output).sum(plan.files());
    return Exit::ok;
}

Exit sync_status(const SyncOptions& options, const SyncOutput& output) {
    require_archive(options.archive);
    const fs::path state = state_directory(options.state);
    std::vector<SyncStatus> all;
    if (!options.remote.empty()) {
        std::unique_ptr<Remote> remote = open_if_possible(options.remote, options);
        all.push_back(status_of(shown(options), remote.get(), options, state));
    } else {
        for (const std::string& name : remotes_on_record(state, options.archive)) {
            std::unique_ptr<Remote> remote = open_if_possible(name, options);
            all.push_back(status_of(name, remote.get(), options, state));
        }
    }
    if (all.empty() && output.as == SyncOutput::As::text)
        output.line(options.archive + ": no remote is on record");
    for (const SyncStatus& status : all) {
        if (output.as == SyncOutput::As::json)
            output.line(sync_status_json(status));
        else
            print_all(sync_status_text(status), output);
    }
    return Exit::ok;
}

Exit sync_fetch(const SyncOptions& options, FetchMode mode, const SyncOutput& output) {
    catch_stop_signals();
    const bool fetches = mode == FetchMode::fetch, as_json = output.as == SyncOutput::As::json;
    std::optional<DeliveryLock> lock;
    std::optional<SharedReach> shared;
    if (fetches) {
        lock.emplace(state_outside(options), options.archive, shown(options));
        shared.emplace(options.reach, *lock);
    }
    StopAfter deadline{options.timeout};
    DeliveryWorld world{{}, system_clock(), by_chance(), stop_requested, {}};
    std::size_t files = 0, before = 0;
    std::uint64_t all_bytes = 0;
    auto on_file = [&](const std::string& path, std::uint64_t bytes) {
        ++files;
        all_bytes += bytes;
        if (fetches)
            log_detail(printable(path));
        if (as_json)
            output.line(fetch_json(path, bytes, fetches ? Fetched::yes : Fetched::not_yet));
        else if (!fetches)
            output.line(fetch_text(path));
    };
    try_often(
        options.tries, world,
        [&] {
            before = files;
            pull(options.remote, options.archive, shared ? shared->options() : options.reach,
                 fetches ? PullMode::fetch : PullMode::list, on_file);
        },
        [&] { return files > before; });
    if (as_json)
        output.line(fetch_sum_json(files, all_bytes));
    return Exit::ok;
}

} // namespace img
