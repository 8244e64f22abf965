// Serves a directory over HTTPS.
#pragma once

#include "base/text.hpp"

#include <string>
#include <vector>

namespace img {

struct ServeOptions {
    std::string directory;
    std::string listen;           ///< ADDRESS:PORT, PORT or unix:PATH; empty: every address
    bool http = false;            ///< without TLS
    std::string certificate, key; ///< PEM files; both empty: one of our own
    std::string state;            ///< where that is kept; empty: the usual place
    std::vector<std::string> names;
    Duration refresh{30'000};
    std::string access_log; ///< a file or "-"; empty: none
    int max_connections = 512;
    Duration header_timeout{10'000};
};

/// Serves until a stop is requested; SIGHUP reloads the certificate and reopens the log. Says on
/// stderr where, once clients are accepted. Throws Error before that when anything is wrong.
void serve(const ServeOptions& options);

} // namespace img
