// Amazon's signature of requests, version 4, as object stores want it.
#pragma once

#include "base/time.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// The keys to a store. The token belongs to temporary ones, and is empty for others.
struct StoreKeys {
    std::string id, secret, token;
};

/// What is signed of a request.
struct StoreRequest {
    std::string method; ///< PUT
    std::string host;   ///< with its port, unless that is the scheme's own
    std::string path;   ///< percent-encoded, as it is sent
    std::string query;  ///< percent-encoded, sorted, each with its "="
    /// Further ones, by their names in lower case.
    std::map<std::string, std::string> headers;
    std::string payload; ///< SHA-256 of the body, in hexadecimal digits
};

/// The lines of the request's head: `headers`, and those of the signature. (AWS General Reference,
/// "Signature Version 4"; for S3, paths are encoded once only.)
std::vector<std::string> signed_headers(const StoreRequest& request, const StoreKeys& keys,
                                        std::string_view region, Instant time);

} // namespace img
