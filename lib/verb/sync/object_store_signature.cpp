// Amazon's signature of requests, version 4, as object stores want it.

#include "verb/sync/object_store_signature.hpp"

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "foreign/openssl_digest.hpp"

namespace img {

namespace {

std::string hex_sum(std::string_view text) {
    return hex_of(sha256_of(bytes_of(text)));
}

Sha256 signing_key(const StoreKeys& keys, std::string_view day, std::string_view region) {
    Sha256 key = hmac_sha256(bytes_of("AWS4" + keys.secret), bytes_of(day));
    key = hmac_sha256(key, bytes_of(region));
    key = hmac_sha256(key, bytes_of("s3"));
    return hmac_sha256(key, bytes_of("aws4_request"));
}

} // namespace

std::vector<std::string> signed_headers(const StoreRequest& request, const StoreKeys& keys,
                                        std::string_view region, Instant time) {
    std::string date = name_time(time).substr(0, 15) + "Z"; // without its milliseconds
    std::string day = date.substr(0, 8);
    std::map<std::string, std::string> headers = request.headers;
    headers["host"] = request.host;
    headers["x-amz-content-sha256"] = request.payload;
    headers["x-amz-date"] = date;
    if (!keys.token.empty())
        headers["x-amz-security-token"] = keys.token;

    std::string names, fields;
    for (const auto& [name, value] : headers) {
        names += (names.empty() ? "" : ";") + name;
        fields += str(name, ":", trim(value), "\n");
    }
    std::string canonical = str(request.method, "\n", request.path, "\n", request.query, "\n",
                                fields, "\n", names, "\n", request.payload);
    std::string scope = str(day, "/", region, "/s3/aws4_request");
    std::string text = str("AWS4-HMAC-SHA256\n", date, "\n", scope, "\n", hex_sum(canonical));
    std::string signature = hex_of(hmac_sha256(signing_key(keys, day, region), bytes_of(text)));

    std::vector<std::string> lines;
    for (const auto& [name, value] : headers)
        if (name != "host") // libcurl's own, from the URL
            lines.push_back(str(name, ": ", trim(value)));
    lines.push_back(str("Authorization: AWS4-HMAC-SHA256 Credential=", keys.id, "/", scope,
                        ",SignedHeaders=", names, ",Signature=", signature));
    return lines;
}

} // namespace img
