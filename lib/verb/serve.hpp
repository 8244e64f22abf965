// Serves a directory over HTTPS.
#pragma once

#include "base/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace img {

struct ServeOptions {
    std::string directory;

    // Where and how it listens.
    std::vector<std::string> listen;   ///< ADDRESS:PORT, PORT or unix:PATH; empty: every address
    std::vector<std::string> redirect; ///< where plain HTTP is told to come by HTTPS
    bool http = false;                 ///< without TLS
    std::vector<std::string> trusted_proxies; ///< networks, or "unix"
    bool proxy_protocol = false;              ///< a PROXY header comes first

    // Who it is.
    std::string certificate, key; ///< PEM files; both empty: one of our own
    std::string state;            ///< where that is kept; empty: the usual place
    std::vector<std::string> names;

    // What it says.
    Duration refresh{30'000};
    std::optional<Duration> interval; ///< between frames; nullopt: as the archive has it
    enum class Links { refuse, inside } links = Links::refuse;
    Duration hsts{180LL * 24 * 3600'000}; ///< 0: not sent
    std::vector<std::string> frame_ancestors;
    std::string content_policy;            ///< of the files served; empty: a strict one
    bool banner = false;                   ///< whether answers name the server
    std::uint64_t cache = 16 << 20;        ///< bytes of files that are kept in memory
    std::vector<std::string> metrics_from; ///< networks that may read /metrics

    // What it writes down.
    std::string access_log; ///< a file or "-"; empty: none
    enum class LogFormat { combined, json } log_format = LogFormat::combined;

    // What it bears.
    std::string rate = "60/min", file_rate = "0";
    int max_connections = 512, max_per_client = 64;
    std::uint64_t max_header = 16 * 1024, max_target = 4 * 1024; ///< bytes
    int max_fields = 100;
    Duration handshake_timeout{10'000}, header_timeout{10'000}, idle_timeout{60'000},
        send_timeout{30'000}, stop_timeout{5'000};
    std::uint64_t min_body_rate = 1024; ///< bytes a second

    // What it gives up.
    std::string user; ///< to become, when started as root
    enum class Sandbox { off, wanted, required } sandbox = Sandbox::wanted;
};

/// Validates everything that serve() would, says what it found on stderr, and serves nothing.
/// Throws Error as serve() would.
void check_serving(const ServeOptions& options);

/// Serves until a stop is requested; SIGHUP, or a change of its files, reloads the certificate;
/// SIGHUP reopens the log. Says on
/// stderr where, once clients are accepted. Throws Error before that when anything is wrong.
void serve(const ServeOptions& options);

} // namespace img
