// imgprune - keep an archive of frames in bounds.

#include "base/directories.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/progress.hpp"
#include "cli/selection.hpp"
#include "cli/tool.hpp"
#include "verb/prune.hpp"
#include "verb/prune/report.hpp"
#include "verb/prune/statistics.hpp"

using namespace img;

namespace {

struct Request {
    std::string directory, zone, state;
    MomentOption since, until;
    PruneScope scope;
    PrunePolicy policy;
    std::optional<PruneBound> bound;
    std::optional<Duration> gap;
    bool gif = false, trust_mtime = false, dry_run = false, stats = false, json = false;

    PruneFormat format() const { return json ? PruneFormat::json : PruneFormat::text; }
};

constexpr int newest_animations = 3;

Exit show_statistics(Request& request, Instant now) {
    request.scope.undated = PruneScope::Undated::by_mtime;
    const Archive archive = archive_in_scope(request.directory, request.scope);
    const ArchiveStatistics statistics =
        statistics_of(archive, disk_room(request.directory), request.gap, now);
    print_statistics(statistics, request.format(), request.scope.query.zone, print_line);
    return Exit::ok;
}

Exit carry_out(const Request& request, const Archive& archive, const PrunePlan& plan, Instant now) {
    catch_stop_signals();
    RemovalWatch watch;
    if (request.json)
        watch.removed = [&](std::size_t i) {
            print_line(frame_json(archive, archive.frames[i], plan.reasons[i]));
        };
    Progress progress;
    watch.progress = [&](std::size_t done, std::size_t all) {
        progress.update("imgprune: file", done, all);
    };
    const Removal removal = remove_planned(archive, plan, now, watch);
    if (request.json)
        print_line(removal_json(plan, removal));
    if (removal.is_interrupted)
        throw Error(str(request.directory, ": interrupted: ", removal.files, " of ",
                        plan.remove_files, " deleted"),
                    Exit::unavailable);
    return removal.failures == 0 ? Exit::ok : Exit::failed;
}

Exit prune(const Request& request, Instant now) {
    std::optional<PruneLock> lock;
    if (!request.dry_run)
        lock.emplace(request.directory);
    const Archive archive = archive_in_scope(request.directory, request.scope);
    std::vector<PruneItem> items = prune_items(archive);
    if (request.policy.keep_undelivered)
        hold_undelivered(items, archive, state_directory(request.state));
    const PrunePlan plan = plan_prune(items, request.policy, now, disk_room(request.directory),
                                      request.scope.query.zone);
    for (const std::string& remark : plan_remarks(plan))
        log_note(str(request.directory, ": ", remark));
    if (request.dry_run)
        print_plan(archive, plan, request.format(), request.scope.query.zone, print_line);
    if (const std::string why = refusal(plan, request.bound.value_or(PruneBound{})); !why.empty()) {
        log_error(str(request.directory, ": ", why));
        return Exit::failed;
    }
    return request.dry_run ? Exit::ok : carry_out(request, archive, plan, now);
}

Exit run(Request& request) {
    if (request.directory.empty())
        throw Error("which directory? see imgprune --help", Exit::usage);
    PrunePolicy& policy = request.policy;
    if (request.gif && policy.empty() && !request.stats) {
        policy.keep_last = newest_animations;
        // They can be made again, and each new one makes an old one go.
        if (!request.bound)
            request.bound = parse_prune_bound("100%");
    }
    const Instant now = system_clock().now();
    ArchiveQuery& query = request.scope.query;
    if (!request.zone.empty())
        query.zone = Zone{request.zone};
    query.since = request.since.at(now, query.zone);
    query.until = request.until.at(now, query.zone);
    if (request.gif)
        query.kind = ArchiveQuery::Kind::animations;
    if (request.trust_mtime)
        request.scope.undated = PruneScope::Undated::by_mtime;
    const bool statistics = request.stats || policy.empty();
    if (statistics || request.json || request.dry_run || policy.needs_sizes())
        query.details = ArchiveQuery::Details::sizes;
    return statistics ? show_statistics(request, now) : prune(request, now);
}

} // namespace

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    constexpr int most = 1'000'000'000;
    constexpr Duration century = 24h * 36525;
    Tool tool{"imgprune", "Keep an archive of frames in bounds."};
    Request request;
    PrunePolicy& policy = request.policy;
    tool.operand("DIR", request.directory, "the archive: a directory of frames named by time");
    tool.number("--keep-last", policy.keep_last, 1, most, "keep the newest N of each camera");
    tool.duration("--keep-within", policy.keep_within, 0s, century, "keep those of the last TIME");
    tool.number("--keep-hourly", policy.keep_hourly, 1, most, "keep one of each of N hours");
    tool.number("--keep-daily", policy.keep_daily, 1, most, "keep one of each of N days");
    tool.number("--keep-weekly", policy.keep_weekly, 1, most, "keep one of each of N weeks");
    tool.number("--keep-monthly", policy.keep_monthly, 1, most, "keep one of each of N months");
    tool.flag("--keep-undelivered", policy.keep_undelivered, "keep what imgsync has not sent yet");
    tool.duration("--max-age", policy.max_age, 0s, century, "no frame may be older than this");
    tool.parsed("--max-files", "N", policy.max_files, parse_count, "a number of frames", "",
                "so many frames at most");
    tool.parsed("--max-bytes", "BYTES", policy.max_bytes, parse_bytes, "a size such as 10GB", "",
                "so many bytes at most, such as 500MB or 1GiB");
    tool.parsed("--min-free", "ROOM", policy.min_free, parse_room, "a part such as 10%, or a size",
                "", "so much of the disk must be free: 10% or 5GiB");
    tool.parsed("--max-delete", "SHARE", request.bound, parse_prune_bound,
                "a share such as 50%, or a number of frames", "50%",
                "delete nothing when more would go: a share, or a number of frames");
    tool.flag("--gif", request.gif, "prune animations; 3 are kept if nothing else is said");
    request.since.bind(tool, "--since", "only frames not older: 7d, or 2026-11-21T13:43");
    request.until.bind(tool, "--until", "only frames not newer");
    tool.camera(request.scope.query.camera, "only frames of this camera; and its configuration");
    tool.option("--pattern", "GLOB", request.scope.patterns,
                "only frames whose path below DIR matches; repeatable");
    tool.option("--tz", "ZONE", request.zone, "time zone of names, dates, days and weeks");
    tool.flag("--trust-mtime", request.trust_mtime, "prune files without any other time by that");
    tool.flag("--dry-run", request.dry_run, "print what would go and what would stay, and why");
    tool.flag("--stats", request.stats, "print what is there, and delete nothing");
    tool.duration("--gap", request.gap, 0s, century, "with --stats: what is longer is a gap");
    tool.option("--state", "DIR", request.state, "where imgsync keeps its record");
    tool.flag("--json", request.json, "print objects, one a line");
    return tool.run(argc, argv, [&] { return run(request); });
}
