// libcurl: fetching over HTTP and HTTPS.
#pragma once

#include "base/bytes.hpp"
#include "base/text.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace img {

struct FetchRequest {
    std::string url;   ///< http or https, without user information
    std::string shown; ///< what stands for it in errors
    std::string user, password;
    Duration connect_timeout{10'000};
    Duration read_timeout{10'000}; ///< the longest silence
    Duration timeout{30'000};      ///< all together
    std::size_t most_bytes = std::size_t{64} << 20;
    std::string ca_file; ///< certificates to trust instead of the system's
    enum class Peer { verified, any } peer = Peer::verified;
    std::string user_agent;           ///< empty: "imgseq/VERSION"
    std::vector<std::string> headers; ///< further ones: "If-None-Match: \"abc\""
    /// What becomes of "304 Not Modified", which only conditional requests should get.
    enum class NotModified { is_error, is_answer } not_modified = NotModified::is_error;
    /// Asked after each piece of the body; true ends the transfer with what has come. What it
    /// throws ends the transfer too, and leaves fetch().
    std::function<bool(ByteView body, const std::string& content_type)> enough;
};

struct FetchReply {
    Bytes body;
    std::string content_type; ///< lower case, with its parameters
    long status = 0;          ///< 200 to 299, or 304 where that is an answer
    /// Of the last response, by their names in lower case; of several of one name, the last.
    std::map<std::string, std::string, std::less<>> headers;
    /// The password crossed the network readable: Basic authentication over plain HTTP.
    bool password_was_readable = false;
    bool had_enough = false; ///< `enough` has said so
};

/// Keeps its connection between fetches.
class HttpClient {
public:
    HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    /// The body of a 2xx answer, or a 304 where that is an answer; Digest (MD5, SHA-256) is
    /// preferred over Basic where both are offered. Throws Error: `failed` for 4xx answers and
    /// certificates that do not verify, `unavailable` for servers that cannot be reached, are slow,
    /// or answer 408, 429 or 5xx.
    FetchReply fetch(const FetchRequest& request);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
