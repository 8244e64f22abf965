// imgserve - serve a directory of pictures over HTTPS.

#include "cli/tool.hpp"
#include "verb/serve.hpp"

int main(int argc, char** argv) {
    using namespace img;
    using namespace std::chrono_literals;
    Tool tool{"imgserve", "Serve a directory of pictures over HTTPS."};
    ServeOptions options;
    tool.operand("DIR", options.directory, "directory to serve");
    tool.option("--listen", "ADDRESS", options.listen,
                "ADDRESS:PORT, [IPV6]:PORT, PORT or unix:PATH (default [::]:8443, IPv4 too)");
    tool.flag("--http", options.http, "speak HTTP without TLS, for behind a proxy");
    tool.option("--cert", "FILE", options.certificate,
                "certificate and its chain, PEM, instead of one of our own");
    tool.option("--key", "FILE", options.key, "private key of the certificate, PEM");
    tool.option("--state", "DIR", options.state, "where the certificate of our own is kept");
    tool.option("--name", "HOST", options.names,
                "another name or address that our own certificate is for");
    tool.duration("--refresh", options.refresh, 1s, 1h,
                  "how often the page looks for newer pictures");
    tool.option("--access-log", "FILE", options.access_log,
                "write a line per request to FILE; - is stdout");
    tool.number("--max-connections", options.max_connections, 1, 65536,
                "connections open at the same time");
    tool.duration("--header-timeout", options.header_timeout, 1s, 5min,
                  "how long a client may take to send a request");
    return tool.run(argc, argv, [&] {
        serve(options);
        return Exit::ok;
    });
}
