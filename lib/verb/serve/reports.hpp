// What the server tells of itself: /health for monitors, /status for programs, /metrics for
// Prometheus.
#pragma once

#include "base/ip_address.hpp"
#include "verb/serve/camera_health.hpp"
#include "verb/serve/client.hpp"
#include "verb/serve/http_response.hpp"
#include "verb/serve/site.hpp"
#include "verb/serve/statistics.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// What is told of the certificate in use.
struct CertificateSummary {
    Instant not_after{};
    bool self_signed = false;
};

/// What is told of the file system that the served directory lies on.
struct DiskSpace {
    std::uint64_t free = 0, total = 0; ///< bytes, of those that are not root's own
};

/// All that the reports are made of, at one moment. Nothing in it is secret.
struct ServerFacts {
    Instant now{};
    Duration uptime{};
    bool root_readable = false; ///< and still in its place
    std::vector<CameraFreshness> cameras;
    std::optional<CertificateSummary> certificate; ///< nullopt without TLS
    std::optional<DiskSpace> disk;                 ///< nullopt where it cannot be told
    ServerStatistics statistics;
    /// Of the files that are kept open; nullopt where nobody counts.
    struct Cache {
        std::uint64_t hits = 0, misses = 0, bytes = 0;
    };
    std::optional<Cache> cache;
    std::optional<std::uint64_t> resident; ///< bytes of memory of this process
};

/// JSON, 200 when all is well, else 503: see imgserve(1). What is not known is null, and passes.
HttpResponse health_report(const ServerFacts& facts);
/// JSON with a fixed set of members.
HttpResponse status_report(const ServerFacts& facts);
/// The text format of Prometheus, version 0.0.4.
HttpResponse metrics_report(const ServerFacts& facts);

/// Gathers the facts, and answers who asks for them.
class Reports {
public:
    /// What is to be known of the options.
    struct Terms {
        std::optional<Duration> interval;    ///< between frames of a camera
        std::vector<IpNetwork> metrics_from; ///< who may read /metrics
    };

    /// `site` serves `root`; it and `statistics` must outlive this. Opens what it reads later, so
    /// that it works also when the file system is out of reach then. Throws Error when `root`
    /// cannot be read.
    Reports(fs::path root, const Site& site, const ServerStatistics& statistics, Terms terms);

    /// The certificate that is in use from now on.
    void use(const CertificateSummary& certificate) { certificate_ = certificate; }
    /// The report of that path, "/health" or the like, for the client; nullopt for other paths, and
    /// for clients who may not read it: for them it does not exist.
    std::optional<HttpResponse> answer(std::string_view path, const Client& client, Instant now);
    /// Looks at the cameras and the directory, and says on stderr when that is gone or back; to be
    /// called every 10 s or so.
    void look(Instant now);

private:
    ServerFacts facts(Instant now);
    bool root_is_there() const;

    fs::path root_;
    const Site& site_;
    const ServerStatistics& statistics_;
    Terms terms_;
    Moment begin_;
    Fd directory_, memory_; ///< the root, and /proc/self/statm
    CameraHealth cameras_;
    std::optional<CertificateSummary> certificate_;
    bool root_was_there_ = true;
};

} // namespace img
