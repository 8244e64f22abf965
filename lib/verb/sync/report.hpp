// What imgsync says about files: lines for programs, and messages to people.
#pragma once

#include "frame/deliveries.hpp"
#include "verb/sync/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Tells of each file as it happens, and counts.
class SyncReport {
public:
    /// `line` takes what programs read; empty: nobody does.
    explicit SyncReport(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

    void sent(const SyncFile& file);
    void removed(const SyncFile& file);
    void refused(const SyncFile& file, const std::string& why);
    void given_up(const SyncFile& file);
    /// The last line.
    void sum(std::size_t backlog);

    /// Whether anything was refused or given up.
    bool is_troubled() const { return refused_ + given_up_ > 0; }
    std::size_t files_sent() const { return sent_; }

private:
    void tell(const SyncFile& file, const char* action, const std::string& why);

    std::function<void(std::string_view)> line_;
    std::size_t sent_ = 0, removed_ = 0, refused_ = 0, given_up_ = 0;
    std::uint64_t sent_bytes_ = 0;
};

/// Of a fetch: a file that has come, or would.
enum class Fetched { yes, not_yet };
std::string fetch_json(const std::string& path, std::uint64_t bytes, Fetched fetched);
std::string fetch_text(const std::string& path);
std::string fetch_sum_json(std::size_t files, std::uint64_t bytes);

/// How it stands with a remote.
struct SyncStatus {
    std::string remote;
    std::size_t backlog = 0, delivered = 0, refused = 0, given_up = 0;
    std::uint64_t backlog_bytes = 0;
    std::optional<Instant> oldest_undelivered;
    RemoteHealth health;
};

std::string sync_status_json(const SyncStatus& status);
std::vector<std::string> sync_status_text(const SyncStatus& status);

/// What would be done; nothing of it is.
std::vector<std::string> sync_plan_json(const SyncPlan& plan);
std::vector<std::string> sync_plan_text(const SyncPlan& plan);

} // namespace img
