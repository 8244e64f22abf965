// What the server tells of itself: /health for monitors, /status for programs, /metrics for
// Prometheus.

#include "verb/serve/reports.hpp"

#include "base/error.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace img {

namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

constexpr Duration certificate_must_last = 24h;
constexpr std::uint64_t least_free_share = 100; ///< one in so many bytes of the disk

/// Thousandths are noise here.
Json seconds_of(std::optional<Duration> duration) {
    return duration ? Json(std::chrono::duration_cast<std::chrono::seconds>(*duration).count())
                    : Json(nullptr);
}

/// Intervals are shorter than their age, and may be of part of a second.
Json exact_seconds_of(std::optional<Duration> duration) {
    if (!duration)
        return nullptr;
    bool whole = duration->count() % 1000 == 0;
    return whole ? seconds_of(duration) : Json(static_cast<double>(duration->count()) / 1000);
}

Json time_of(std::optional<Instant> time) {
    return time ? Json(iso_time(*time)) : Json(nullptr);
}

/// Whole days; negative when it has expired.
std::int64_t days_left(const CertificateSummary& certificate, Instant now) {
    return std::chrono::floor<std::chrono::days>(certificate.not_after - now).count();
}

bool lasts(const CertificateSummary& certificate, Instant now) {
    return certificate.not_after - now > certificate_must_last;
}

bool has_room(const DiskSpace& disk) {
    return disk.free >= disk.total / least_free_share;
}

Json camera_json(const CameraFreshness& camera, Instant now) {
    Json json;
    json["name"] = camera.name;
    json["newest"] = time_of(camera.newest);
    json["age_seconds"] = seconds_of(camera.age(now));
    json["interval_seconds"] = exact_seconds_of(camera.interval);
    return json;
}

HttpResponse report(std::string_view type, std::string text) {
    HttpResponse response;
    response.set("Content-Type", type);
    response.set("Cache-Control", "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "same-origin");
    response.body.emplace_back(std::move(text));
    return response;
}

HttpResponse json_report(const Json& json) {
    // Names of directories need not be UTF-8.
    return report("application/json",
                  json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

/// Metrics of Prometheus, one family after another.
class Exposition {
public:
    /// Begins a family; `type` is "counter" or "gauge".
    Exposition& family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = name;
        text_ += str("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
        return *this;
    }
    template <class Number>
    Exposition& value(Number number) {
        text_ += str(name_, " ", spelled(number), "\n");
        return *this;
    }
    template <class Number>
    Exposition& value(std::string_view label, std::string_view of, Number number) {
        text_ += str(name_, "{", label, "=", quoted(of), "} ", spelled(number), "\n");
        return *this;
    }
    const std::string& text() const { return text_; }

private:
    template <class Number>
    static std::string spelled(Number number) {
        if constexpr (std::is_same_v<Number, Duration>)
            return exact_seconds_of(number).dump();
        else
            return std::to_string(number);
    }
    /// In quotes. JSON escapes what Prometheus does, and names of directories need not be UTF-8.
    static std::string quoted(std::string_view text) {
        return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
    }

    std::string text_;
    std::string name_;
};

void expose_requests(Exposition& out, const ServerStatistics& statistics) {
    out.family("imgserve_requests_total", "counter", "Answers, by the class of their status.");
    for (std::size_t digit = 1; digit < statistics.answers.size(); ++digit)
        out.value("status", str(digit, "xx"), statistics.answers[digit]);
    out.family("imgserve_sent_bytes_total", "counter", "Bytes of the bodies of answers.")
        .value(statistics.body_bytes);
    out.family("imgserve_rate_limited_total", "counter", "Answers of 429.")
        .value(statistics.rate_limited);
    out.family("imgserve_log_lines_lost_total", "counter",
               "Lines of the access log that could not be written.")
        .value(statistics.log_lines_lost);
}

void expose_connections(Exposition& out, const ServerStatistics& statistics) {
    out.family("imgserve_connections", "gauge", "Connections that are open.")
        .value(statistics.open);
    out.family("imgserve_connections_total", "counter", "Connections, by what became of them.")
        .value("event", "accepted", statistics.accepted)
        .value("event", "refused", statistics.refused)
        .value("event", "evicted", statistics.evicted)
        .value("event", "timed_out", statistics.timed_out);
    out.family("imgserve_tls_handshakes_total", "counter", "TLS handshakes, by how they ended.")
        .value("result", "full",
               statistics.handshakes - std::min(statistics.resumed, statistics.handshakes))
        .value("result", "resumed", statistics.resumed)
        .value("result", "failed", statistics.failed_handshakes);
}

void expose_certificate(Exposition& out, const ServerFacts& facts) {
    if (!facts.certificate)
        return;
    out.family("imgserve_certificate_reloads_total", "counter",
               "Attempts to read the certificate again.")
        .value("result", "done", facts.statistics.reloads)
        .value("result", "failed", facts.statistics.failed_reloads);
    out.family("imgserve_certificate_not_after_seconds", "gauge",
               "When the certificate expires, since 1970.")
        .value(facts.certificate->not_after.time_since_epoch());
    out.family("imgserve_certificate_self_signed", "gauge",
               "Whether the certificate is signed by itself.")
        .value(facts.certificate->self_signed ? 1 : 0);
}

void expose_cameras(Exposition& out, const ServerFacts& facts) {
    if (facts.cameras.empty())
        return;
    out.family("imgserve_camera_newest_seconds", "gauge",
               "Time of the camera's newest frame, since 1970.");
    for (const CameraFreshness& camera : facts.cameras)
        if (camera.newest)
            out.value("camera", camera.name, camera.newest->time_since_epoch());
    out.family("imgserve_camera_interval_seconds", "gauge", "Time between the camera's frames.");
    for (const CameraFreshness& camera : facts.cameras)
        if (camera.interval)
            out.value("camera", camera.name, *camera.interval);
    out.family("imgserve_camera_ok", "gauge", "Whether the newest frame is not too old.");
    for (const CameraFreshness& camera : facts.cameras)
        out.value("camera", camera.name, camera.is_late() ? 0 : 1);
}

void expose_disk_and_memory(Exposition& out, const ServerFacts& facts) {
    if (facts.disk) {
        out.family("imgserve_disk_free_bytes", "gauge", "What is free of the disk served from.")
            .value(facts.disk->free);
        out.family("imgserve_disk_bytes", "gauge", "The size of that disk.")
            .value(facts.disk->total);
    }
    if (facts.cache) {
        out.family("imgserve_cache_requests_total", "counter",
                   "Files that were asked for, by whether they were in memory.")
            .value("result", "hit", facts.cache->hits)
            .value("result", "miss", facts.cache->misses);
        out.family("imgserve_cache_bytes", "gauge", "Memory that holds files.")
            .value(facts.cache->bytes);
    }
    if (facts.resident)
        out.family("process_resident_memory_bytes", "gauge", "Memory of this process.")
            .value(*facts.resident);
}

std::optional<DiskSpace> space_of(int directory) {
    struct statvfs about {};
    if (::fstatvfs(directory, &about) != 0 || about.f_blocks == 0)
        return std::nullopt;
    // As df(1) counts: without what is root's own.
    std::uint64_t used = about.f_blocks - about.f_bfree;
    return DiskSpace{about.f_bavail * about.f_frsize, (used + about.f_bavail) * about.f_frsize};
}

/// proc(5): the second number of statm is the resident pages.
std::optional<std::uint64_t> resident_memory(int statm) {
    std::array<char, 128> text{};
    ssize_t length = ::pread(statm, text.data(), text.size() - 1, 0);
    if (length <= 0)
        return std::nullopt;
    std::vector<std::string_view> numbers =
        split({text.data(), static_cast<std::size_t>(length)}, ' ');
    std::optional<std::int64_t> pages = numbers.size() > 1 ? parse_int(numbers[1]) : std::nullopt;
    long page = ::sysconf(_SC_PAGESIZE);
    if (!pages || *pages < 0 || page <= 0)
        return std::nullopt;
    return static_cast<std::uint64_t>(*pages) * static_cast<std::uint64_t>(page);
}

Fd open_root(const fs::path& root) {
    Fd fd{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd)
        throw_errno(root.string(), errno);
    return fd;
}

} // namespace

HttpResponse health_report(const ServerFacts& facts) {
    bool is_well = facts.root_readable;
    Json checks;
    checks["root"]["ok"] = facts.root_readable;
    checks["cameras"] = Json::array();
    std::optional<Instant> newest;
    for (const CameraFreshness& camera : facts.cameras) {
        newest = std::max(newest, camera.newest);
        Json json = camera_json(camera, facts.now);
        json["ok"] = !camera.is_late();
        checks["cameras"].push_back(std::move(json));
        is_well = is_well && !camera.is_late();
    }
    if (facts.certificate) {
        bool ok = lasts(*facts.certificate, facts.now);
        checks["certificate"] = {{"days_left", days_left(*facts.certificate, facts.now)},
                                 {"ok", ok}};
        is_well = is_well && ok;
    }
    if (facts.disk) {
        bool ok = has_room(*facts.disk);
        double percent = facts.disk->total > 0 ? 100.0 * static_cast<double>(facts.disk->free) /
                                                     static_cast<double>(facts.disk->total)
                                               : 0.0;
        checks["disk"] = {{"free_bytes", facts.disk->free},
                          {"free_percent", std::floor(percent * 10) / 10},
                          {"ok", ok}};
        is_well = is_well && ok;
    }
    Json health;
    health["status"] = is_well ? "ok" : "failing";
    health["newest"] = time_of(newest);
    health["age_seconds"] =
        seconds_of(CameraFreshness{"", newest, std::nullopt, facts.now}.age(facts.now));
    health["version"] = IMG_VERSION;
    health["checks"] = std::move(checks);
    HttpResponse response = json_report(health);
    response.status = is_well ? 200 : 503;
    return response;
}

HttpResponse status_report(const ServerFacts& facts) {
    const ServerStatistics& statistics = facts.statistics;
    Json status;
    status["version"] = IMG_VERSION;
    status["started"] = iso_time(statistics.started);
    status["uptime_seconds"] = seconds_of(facts.uptime);
    status["cameras"] = Json::array();
    for (const CameraFreshness& camera : facts.cameras)
        status["cameras"].push_back(camera_json(camera, facts.now));
    status["certificate"] = nullptr;
    if (const auto& certificate = facts.certificate)
        status["certificate"] = {{"not_after", iso_time(certificate->not_after)},
                                 {"days_left", days_left(*certificate, facts.now)},
                                 {"self_signed", certificate->self_signed}};
    status["connections"] = {{"open", statistics.open},
                             {"accepted", statistics.accepted},
                             {"refused", statistics.refused}};
    Json requests;
    requests["total"] = 0;
    std::uint64_t total = 0;
    for (std::size_t digit = 1; digit < statistics.answers.size(); ++digit) {
        requests[str(digit, "xx")] = statistics.answers[digit];
        total += statistics.answers[digit];
    }
    requests["total"] = total;
    status["requests"] = std::move(requests);
    status["bytes_sent"] = statistics.body_bytes;
    return json_report(status);
}

HttpResponse metrics_report(const ServerFacts& facts) {
    Exposition out;
    out.family("imgserve_build_info", "gauge", "1, for the version.")
        .value("version", IMG_VERSION, 1);
    out.family("imgserve_start_time_seconds", "gauge", "When the server was started, since 1970.")
        .value(facts.statistics.started.time_since_epoch());
    out.family("imgserve_root_readable", "gauge", "Whether the served directory can be read.")
        .value(facts.root_readable ? 1 : 0);
    expose_requests(out, facts.statistics);
    expose_connections(out, facts.statistics);
    expose_certificate(out, facts);
    expose_cameras(out, facts);
    expose_disk_and_memory(out, facts);
    return report("text/plain; version=0.0.4; charset=utf-8", out.text());
}

Reports::Reports(fs::path root, const Site& site, const ServerStatistics& statistics, Terms terms)
    : root_(fs::absolute(root)), site_(site), statistics_(statistics), terms_(std::move(terms)),
      begin_(monotonic_now()), directory_(open_root(root_)),
      memory_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)),
      cameras_(open_root(root_), terms_.interval) {}

/// Readable, and not replaced: what was mounted there, or another directory of that name, would be
/// what people look for.
bool Reports::root_is_there() const {
    struct stat there {
    }, ours{};
    return site_.readable() && ::stat(root_.c_str(), &there) == 0 &&
           ::fstat(*directory_, &ours) == 0 && there.st_dev == ours.st_dev &&
           there.st_ino == ours.st_ino;
}

ServerFacts Reports::facts(Instant now) {
    ServerFacts facts;
    facts.now = now;
    Moment moment = monotonic_now();
    facts.uptime = std::chrono::duration_cast<Duration>(moment - begin_);
    facts.root_readable = root_is_there();
    facts.cameras = cameras_.look(site_.cameras(), now, moment);
    facts.certificate = certificate_;
    facts.disk = space_of(*directory_);
    facts.statistics = statistics_;
    const FileCache& cache = site_.cache();
    facts.cache = ServerFacts::Cache{cache.hits(), cache.misses(), cache.bytes()};
    facts.resident = resident_memory(*memory_);
    if (facts.root_readable != root_was_there_) {
        if (facts.root_readable)
            log_note(str(root_.string(), ": is back"));
        else
            log_error(str(root_.string(), ": cannot be read any more, or is another directory"));
        root_was_there_ = facts.root_readable;
    }
    return facts;
}

std::optional<HttpResponse> Reports::answer(std::string_view path, const Client& client,
                                            Instant now) {
    if (path == "/health")
        return health_report(facts(now));
    if (path == "/status")
        return status_report(facts(now));
    bool may_read =
        client.address &&
        std::any_of(terms_.metrics_from.begin(), terms_.metrics_from.end(),
                    [&](const IpNetwork& network) { return network.contains(*client.address); });
    if (path == "/metrics" && may_read)
        return metrics_report(facts(now));
    return std::nullopt;
}

void Reports::look(Instant now) {
    facts(now);
}

} // namespace img
