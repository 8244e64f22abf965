// imgserve - serve a directory of pictures over HTTPS.

#include "base/ip_address.hpp"
#include "cli/tool.hpp"
#include "verb/serve.hpp"
#include "verb/serve/certificate.hpp"
#include "verb/serve/listener.hpp"
#include "verb/serve/policy.hpp"
#include "verb/serve/rate_limiter.hpp"

namespace {

using namespace img;
using namespace std::chrono_literals;

/// These keep the text as it was given; it is taken apart where it is used. What `read` throws says
/// what is wrong.
template <auto read>
std::optional<std::string> text_for(const std::string& text) {
    read(text);
    return text;
}

/// The same, where `read` only says whether it can be read.
template <auto read>
std::optional<std::string> text_if(const std::string& text) {
    return read(text) ? std::optional{text} : std::nullopt;
}

std::optional<std::string> proxy_text(const std::string& text) {
    return text == "unix" ? std::optional{text} : text_if<parse_ip_network>(text);
}

template <std::uint64_t least, std::uint64_t most>
std::optional<std::uint64_t> bytes_from_to(const std::string& text) {
    std::optional<std::uint64_t> bytes = parse_bytes(text);
    return bytes && *bytes >= least && *bytes <= most ? bytes : std::nullopt;
}

void bind_place(Tool& tool, ServeOptions& options) {
    tool.parsed("--listen", "ADDRESS", options.listen, text_for<parse_listen_place>, "a place",
                "ADDRESS:PORT, [IPV6]:PORT, PORT or unix:PATH (default 8443, of every address)");
    tool.parsed("--redirect", "ADDRESS", options.redirect, text_for<parse_listen_place>, "a place",
                "listen here too, and send plain HTTP to HTTPS");
    tool.flag("--http", options.http, "speak HTTP without TLS, for behind a proxy");
    tool.parsed("--trusted-proxy", "NETWORK", options.trusted_proxies, proxy_text,
                "a network or 'unix'",
                "believe what proxies in NETWORK, or on a 'unix' socket, say of their clients");
    tool.flag("--proxy-protocol", options.proxy_protocol,
              "clients come through a trusted proxy that speaks the PROXY protocol");
}

void bind_identity(Tool& tool, ServeOptions& options) {
    tool.option("--cert", "FILE", options.certificate,
                "certificate and its chain, PEM, instead of one of our own");
    tool.option("--key", "FILE", options.key, "private key of the certificate, PEM");
    tool.option("--state", "DIR", options.state, "where the certificate of our own is kept");
    tool.parsed("--name", "HOST", options.names, text_if<is_subject_name>,
                "a host name or an address",
                "another name or address that our own certificate is for");
}

void bind_answers(Tool& tool, ServeOptions& options) {
    tool.duration("--refresh", options.refresh, 1s, 1h,
                  "how often the page looks for newer pictures");
    tool.duration("--interval", options.interval, 1s, 24h * 366,
                  "time between frames, for /health (default: as the frames have it)");
    tool.choice("--follow-symlinks", options.links,
                {{"never", ServeOptions::Links::refuse}, {"inside", ServeOptions::Links::inside}},
                "whether symbolic links are followed");
    tool.duration("--hsts", options.hsts, 0s, 24h * 730,
                  "how long browsers shall insist on HTTPS; 0: not sent");
    tool.parsed("--frame-ancestors", "SOURCE", options.frame_ancestors, text_for<frame_ancestor>,
                "an origin", "who may embed the pages: an origin, 'self' or 'none' (default self)");
    tool.parsed("--content-policy", "POLICY", options.content_policy, text_for<content_policy>,
                "a policy", "",
                "Content-Security-Policy of the pages in DIR (default: nothing inline)");
    tool.flag("--banner", options.banner, "name the program in answers");
    tool.parsed("--cache", "BYTES", options.cache, parse_bytes, "a number of bytes", "16MiB",
                "keep so much of the files in memory; 0: none");
    tool.parsed("--metrics-from", "NETWORK", options.metrics_from, text_if<parse_ip_network>,
                "a network", "who may read /metrics (default nobody)");
    tool.option("--access-log", "FILE", options.access_log,
                "write a line per request to FILE; - is stdout");
    tool.choice(
        "--log-format", options.log_format,
        {{"combined", ServeOptions::LogFormat::combined}, {"json", ServeOptions::LogFormat::json}},
        "how these lines look");
}

void bind_limits(Tool& tool, ServeOptions& options) {
    tool.parsed("--rate", "N/TIME", options.rate, text_if<parse_rate>, "a rate such as 60/min",
                options.rate, "how often a client may ask for pages and /health; 0: no limit");
    tool.parsed("--file-rate", "N/TIME", options.file_rate, text_if<parse_rate>,
                "a rate such as 60/min", options.file_rate,
                "how often a client may ask for files; 0: no limit");
    tool.number("--max-connections", options.max_connections, 1, 65536,
                "connections open at the same time");
    tool.number("--max-per-client", options.max_per_client, 1, 65536,
                "connections of one client open at the same time");
    tool.parsed("--max-header", "BYTES", options.max_header, bytes_from_to<1024, 1 << 20>,
                "a number of bytes from 1KiB to 1MiB", "16KiB", "longest head of a request");
    tool.parsed("--max-target", "BYTES", options.max_target, bytes_from_to<256, 1 << 20>,
                "a number of bytes from 256 to 1MiB", "4KiB", "longest target of a request");
    tool.number("--max-fields", options.max_fields, 1, 10'000, "most header fields of a request");
    tool.duration("--handshake-timeout", options.handshake_timeout, 1s, 5min,
                  "how long a client may take for the TLS handshake");
    tool.duration("--header-timeout", options.header_timeout, 1s, 5min,
                  "how long a client may take to send a request's head");
    tool.parsed("--min-body-rate", "BYTES", options.min_body_rate, parse_bytes, "a number of bytes",
                "1KiB", "bytes a second in which a client must send a request's body");
    tool.duration("--idle-timeout", options.idle_timeout, 1s, 1h,
                  "how long a connection may wait for the next request");
    tool.duration("--send-timeout", options.send_timeout, 1s, 1h,
                  "how long a client may take no byte of an answer");
    tool.duration("--stop-timeout", options.stop_timeout, 0s, 1h,
                  "how long answers in hand may take when asked to stop");
}

void bind_privileges(Tool& tool, ServeOptions& options) {
    tool.option("--user", "USER", options.user, "become USER when started as root");
    tool.choice("--sandbox", options.sandbox,
                {{"off", ServeOptions::Sandbox::off},
                 {"wanted", ServeOptions::Sandbox::wanted},
                 {"required", ServeOptions::Sandbox::required}},
                "give up what is not needed, where the kernel can");
}

} // namespace

int main(int argc, char** argv) {
    Tool tool{"imgserve", "Serve a directory of pictures over HTTPS."};
    ServeOptions options;
    bool check = false;
    tool.operand("DIR", options.directory, "directory to serve");
    bind_place(tool, options);
    bind_identity(tool, options);
    bind_answers(tool, options);
    bind_limits(tool, options);
    bind_privileges(tool, options);
    tool.flag("--check", check, "check the configuration, the certificate and DIR, and end");
    return tool.run(argc, argv, [&] {
        check ? check_serving(options) : serve(options);
        return Exit::ok;
    });
}
