// What imgsync says about files: lines for programs, and messages to people.

#include "verb/sync/report.hpp"

#include "base/log.hpp"

#include <nlohmann/json.hpp>

namespace img {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string file_line(const SyncFile& file, const char* action, const std::string& why = "") {
    Json json{{"path", file.path}, {"bytes", file.bytes}, {"action", action}};
    if (!why.empty())
        json["why"] = why;
    return line_of(json);
}

Json time_or_null(const std::optional<Instant>& time) {
    return time ? Json(iso_time(*time)) : Json(nullptr);
}

std::string time_or_never(const std::optional<Instant>& time) {
    return time ? iso_time(*time) : "never";
}

std::string files(std::size_t count) {
    return str(count, count == 1 ? " file" : " files");
}

/// Paths are one line, whatever they hold.
std::string shown_path(const std::string& path) {
    return printable(path, 4096);
}

/// Calls `use` for each file that is to be sent, in the order in which they are.
template <class Use>
void each_to_send(const SyncPlan& plan, const Use& use) {
    for (const std::vector<SyncFile>* some : {&plan.frames, &plan.others, &plan.pointers})
        for (const SyncFile& file : *some)
            use(file);
}

constexpr const char* too_old = "older than --max-age";

} // namespace

void SyncReport::tell(const SyncFile& file, const char* action, const std::string& why) {
    if (line_)
        line_(file_line(file, action, why));
}

void SyncReport::sent(const SyncFile& file) {
    ++sent_;
    sent_bytes_ += file.bytes;
    log_detail(shown_path(file.path));
    tell(file, "sent", "");
}

void SyncReport::removed(const SyncFile& file) {
    ++removed_;
    log_detail(shown_path(file.path) + ": deleted");
    tell(file, "removed", "");
}

void SyncReport::refused(const SyncFile& file, const std::string& why) {
    ++refused_;
    log_error(str(shown_path(file.path), ": refused: ", why));
    tell(file, "refused", why);
}

void SyncReport::given_up(const SyncFile& file) {
    ++given_up_;
    log_error(str(shown_path(file.path), ": given up, as it is ", too_old));
    tell(file, "given_up", too_old);
}

void SyncReport::sum(std::size_t backlog) {
    if (line_)
        line_(line_of({{"sent", sent_},
                       {"sent_bytes", sent_bytes_},
                       {"removed", removed_},
                       {"refused", refused_},
                       {"given_up", given_up_},
                       {"backlog", backlog}}));
}

std::string fetch_json(const std::string& path, std::uint64_t bytes, Fetched fetched) {
    return file_line({path, bytes}, fetched == Fetched::yes ? "fetched" : "fetch");
}

std::string fetch_text(const std::string& path) {
    return "fetch " + shown_path(path);
}

std::string fetch_sum_json(std::size_t files, std::uint64_t bytes) {
    return line_of({{"fetched", files}, {"fetched_bytes", bytes}});
}

std::string sync_status_json(const SyncStatus& status) {
    const RemoteHealth& health = status.health;
    return line_of(
        {{"remote", status.remote},
         {"backlog", status.backlog},
         {"backlog_bytes", status.backlog_bytes},
         {"oldest_undelivered", time_or_null(status.oldest_undelivered)},
         {"delivered", status.delivered},
         {"refused", status.refused},
         {"given_up", status.given_up},
         {"last_attempt", time_or_null(health.last_attempt)},
         {"last_success", time_or_null(health.last_success)},
         {"last_error_at", time_or_null(health.last_error_at)},
         {"last_error", health.last_error.empty() ? Json(nullptr) : Json(health.last_error)},
         {"failures", health.failures}});
}

std::vector<std::string> sync_status_text(const SyncStatus& status) {
    const RemoteHealth& health = status.health;
    std::string backlog = status.backlog == 0 ? "nothing is undelivered"
                                              : str(files(status.backlog), " undelivered, ",
                                                    status.backlog_bytes, " bytes");
    if (status.oldest_undelivered)
        backlog += str(", the oldest frame of ", iso_time(*status.oldest_undelivered));
    std::vector<std::string> lines{str(status.remote, ": ", backlog),
                                   str("  delivered ", status.delivered, ", refused ",
                                       status.refused, ", given up ", status.given_up),
                                   str("  last attempt ", time_or_never(health.last_attempt),
                                       ", last success ", time_or_never(health.last_success))};
    if (!health.last_error.empty())
        lines.push_back(str("  failed ", health.failures, health.failures == 1 ? " time" : " times",
                            ", last ", time_or_never(health.last_error_at), ": ",
                            printable(health.last_error, 1000)));
    return lines;
}

std::vector<std::string> sync_plan_json(const SyncPlan& plan) {
    std::vector<std::string> lines;
    for (const SyncFile& file : plan.give_up)
        lines.push_back(file_line(file, "give_up", too_old));
    each_to_send(plan, [&](const SyncFile& file) { lines.push_back(file_line(file, "send")); });
    for (const SyncFile& file : plan.remove)
        lines.push_back(file_line(file, "remove"));
    return lines;
}

std::vector<std::string> sync_plan_text(const SyncPlan& plan) {
    std::vector<std::string> lines;
    for (const SyncFile& file : plan.give_up)
        lines.push_back(str("give up ", shown_path(file.path)));
    each_to_send(
        plan, [&](const SyncFile& file) { lines.push_back(str("send ", shown_path(file.path))); });
    for (const SyncFile& file : plan.remove)
        lines.push_back(str("remove ", shown_path(file.path)));
    lines.push_back(str(files(plan.files()), " to send, ", plan.bytes(), " bytes; ",
                        plan.remove.size(), " to delete"));
    return lines;
}

} // namespace img
