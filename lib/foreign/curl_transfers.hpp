// libcurl: many transfers at once, over connections that are kept.
#pragma once

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// What a request carries: text, a range of a file, and text again.
struct TransferBody {
    std::string before;
    std::shared_ptr<const Fd> file;
    std::uint64_t offset = 0, bytes = 0; ///< of the file
    std::string after;

    std::uint64_t size() const { return before.size() + bytes + after.size(); }
};

struct TransferReply {
    long status = 0; ///< 0: there is no answer, and `failure` says why
    /// By their names in lower case; of several of one name, the last.
    std::map<std::string, std::string, std::less<>> headers;
    std::string body; ///< its first 64 KiB
    std::optional<Error> failure;
    /// The file ended before the range that was to be sent.
    bool file_was_short = false;
};

struct TransferRequest {
    enum class Method { get, head, put, post, remove } method = Method::get;
    std::string url;                  ///< http or https, without user information
    std::string shown;                ///< what stands for it in errors
    std::vector<std::string> headers; ///< "Name: value"; "Name:" leaves out one of libcurl's own
    TransferBody body;                ///< of put and post
    /// Told once, unless run() throws first. What it throws leaves run().
    std::function<void(const TransferReply&)> done;
};

/// What all transfers have in common.
struct TransferOptions {
    int parallel = 4;                      ///< at most so many at once, each with its connection
    std::string user, password;            ///< for Digest or Basic, as the server wants
    std::string ca_file, certificate, key; ///< PEM files
    Duration connect_timeout{10'000};
    Duration silence{30'000}; ///< the longest without a byte moving
};

/// Keeps its connections, and what it has learned of TLS and logins, between transfers. Redirects
/// are answers: they are not followed.
class HttpTransfers {
public:
    explicit HttpTransfers(const TransferOptions& options);
    HttpTransfers(const HttpTransfers&) = delete;
    HttpTransfers& operator=(const HttpTransfers&) = delete;
    ~HttpTransfers();

    /// Another password from now on. Not while run() is at work.
    void log_in(const std::string& user, const std::string& password);

    using Next = std::function<std::optional<TransferRequest>()>;
    /// `at_stop`: the transfers end unfinished; `never`: a stop is not looked at.
    enum class Interrupt { at_stop, never };
    /// Asks `next` for a request whenever another can be sent; nullopt means none, unless one that
    /// is on its way leads to more. Returns when all have ended. Throws Error{unavailable} when a
    /// stop is requested. `sent` is told of bytes of bodies, and may be empty.
    void run(const Next& next, const std::function<void(std::uint64_t)>& sent = {},
             Interrupt interrupt = Interrupt::at_stop);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
