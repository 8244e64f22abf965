// imgsync - publish an archive of frames.

#include "cli/progress.hpp"
#include "cli/selection.hpp"
#include "cli/tool.hpp"
#include "verb/sync.hpp"

using namespace img;

namespace {

struct Request {
    std::string first, second, zone;
    SelectionOptions selection;
    SyncOptions sync;
    bool watch = false, delete_pruned = false, status = false, dry_run = false, json = false;
};

void refuse(bool is_given, const char* option, const char* why) {
    if (is_given)
        throw Error(str(option, " ", why), Exit::usage);
}

void check_fetch(const Request& request) {
    const char* why = "is not for fetching";
    const SyncOptions& sync = request.sync;
    refuse(request.watch, "--watch", why);
    refuse(request.delete_pruned, "--delete-pruned", why);
    refuse(request.status, "--status", why);
    refuse(!sync.patterns.empty(), "--pattern", why);
    refuse(sync.policy.max_age.has_value(), "--max-age", why);
    refuse(!sync.selection(Instant{}).empty(), "a choice of frames", why);
}

Exit run(Request& request) {
    SyncOptions& sync = request.sync;
    bool fetch = is_ssh_address(request.first);
    sync.archive = fetch ? request.second : request.first;
    sync.remote = fetch ? request.first : request.second;
    if (sync.archive.empty() || (sync.remote.empty() && !request.status))
        throw Error("DIR and REMOTE are needed, or user@host:path and DIR", Exit::usage);
    refuse(request.status && (request.watch || request.dry_run), "--status",
           "goes with neither --watch nor --dry-run");
    refuse(request.dry_run && request.watch, "--dry-run", "does not go with --watch");
    if (!request.zone.empty())
        sync.zone = Zone{request.zone};
    sync.selection = [&](Instant now) { return request.selection.at(now, sync.zone); };
    if (request.delete_pruned)
        sync.policy.pruned = SyncPolicy::Pruned::deleted;

    Progress progress;
    SyncOutput output{print_line, request.json ? SyncOutput::As::json : SyncOutput::As::text,
                      [&](std::size_t done, std::size_t total) {
                          progress.update("imgsync: file", done, total);
                      }};
    if (fetch) {
        check_fetch(request);
        return sync_fetch(sync, request.dry_run ? FetchMode::dry_run : FetchMode::fetch, output);
    }
    if (request.status)
        return sync_status(sync, output);
    if (request.dry_run)
        return sync_dry_run(sync, output);
    return request.watch ? sync_watch(sync, output) : sync_once(sync, output);
}

void bind_reach(Tool& tool, RemoteOptions& reach) {
    using namespace std::chrono_literals;
    tool.duration("--connect-timeout", reach.connect_timeout, 100ms, 10min,
                  "longest time until the remote answers");
    tool.duration("--read-timeout", reach.silence, 100ms, 1h,
                  "longest time in which nothing moves");
    tool.option("--identity", "FILE", reach.identity, "private key for ssh");
    tool.option("--known-hosts", "FILE", reach.known_hosts, "keys of hosts for ssh");
    tool.number("--port", reach.port, 1, 65535, "port of ssh");
    tool.parsed("--bandwidth", "BYTES", reach.bandwidth, parse_bytes, "a size such as 200kB", "",
                "at most so many bytes a second, such as 200kB");
    tool.choice<RemoteOptions::Method>(
        "--method", reach.method,
        {{"post", RemoteOptions::Method::post}, {"put", RemoteOptions::Method::put}},
        "how an https remote is given files");
    tool.number("--parallel", reach.parallel, 1, 64, "so many uploads at the same time");
    tool.option("--token-file", "FILE", reach.token_file, "its first line is the bearer token");
    tool.option("--login-file", "FILE", reach.login_file, "its first line is USER:PASSWORD");
    tool.option("--cacert", "FILE", reach.ca_file, "certificates to trust for https");
    tool.option("--cert", "FILE", reach.certificate, "our own certificate, PEM");
    tool.option("--key", "FILE", reach.key, "private key of our certificate, PEM");
    tool.option("--endpoint", "URL", reach.endpoint, "where an S3-compatible store is");
    tool.option("--region", "NAME", reach.region, "region of the store");
    tool.option("--credentials-file", "FILE", reach.credentials_file,
                "keys to the store, instead of ~/.aws/credentials");
    tool.parsed(
        "--cache-control", "TEXT", reach.cache_control,
        [](const std::string& text) {
            return printable(text, text.size()) == text ? std::optional{text} : std::nullopt;
        },
        "a text on one line", "", "Cache-Control of objects in a store");
}

} // namespace

int main(int argc, char** argv) {
    using namespace std::chrono_literals;
    using Order = SyncPolicy::Order;
    Tool tool{"imgsync", "Publish an archive of frames."};
    Request request;
    SyncOptions& sync = request.sync;
    tool.operand("DIR", request.first, "the archive: a directory of frames named by time");
    tool.operand("REMOTE", request.second,
                 "[user@]host:path, sftp://, https://, s3://, file:// or a directory");
    tool.flag("-w,--watch", request.watch, "go on, and send files as they appear");
    tool.choice<Order>("--order", sync.policy.order,
                       {{"newest", Order::newest}, {"oldest", Order::oldest}},
                       "which frames go first");
    tool.duration("--max-age", sync.policy.max_age, 0s, 24h * 36525,
                  "give up frames older than this");
    tool.flag("--delete-pruned", request.delete_pruned,
              "delete there what was sent and is gone here");
    tool.number("--tries", sync.tries, 1, 1000, "how often a run tries to reach the remote");
    tool.duration("--timeout", sync.timeout, 1s, 24h * 366,
                  "end after this time, whatever is left");
    bind_reach(tool, sync.reach);
    tool.camera(sync.camera, "only frames of this camera; and its configuration");
    request.selection.bind(tool, "only the newest N frames", SelectionOptions::Thinning::every);
    tool.option("--pattern", "GLOB", sync.patterns,
                "only files whose path below DIR matches; repeatable");
    tool.option("--tz", "ZONE", request.zone, "time zone of names and dates without one");
    tool.flag("--status", request.status, "reach nothing, print how it stands");
    tool.flag("--dry-run", request.dry_run, "reach nothing, print what would be sent and deleted");
    tool.option("--state", "DIR", sync.state, "where the record and the locks are");
    tool.flag("--json", request.json, "print objects, one a line");
    return tool.run(argc, argv, [&] { return run(request); });
}
