// What object stores are told and tell: places, keys, lifetimes, errors.

#include "verb/sync/object_store_words.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "verb/sync/upload_file.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

constexpr std::uint64_t usual_part = 16 << 20, most_parts = 10'000;

struct XmlEntity {
    std::string_view name;
    char letter;
};
constexpr std::array<XmlEntity, 5> entities{
    {{"&quot;", '"'}, {"&apos;", '\''}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}}};

Url parse_endpoint(const std::string& endpoint) {
    Url url = Url::parse(endpoint);
    if (url.scheme != "https" && url.scheme != "http")
        throw Error(str(url.shown(), ": an endpoint is an https or http address"), Exit::usage);
    if (!url.user.empty() || !url.password.empty() || !url.query.empty())
        throw Error(str(url.shown(), ": an endpoint has no user, password or query"), Exit::usage);
    while (url.path.ends_with('/'))
        url.path.pop_back();
    return url;
}

/// Amazon's own: buckets are hosts, except where a dot in their name fits no certificate.
Url amazon_endpoint(const std::string& bucket, const std::string& region) {
    Url url;
    url.scheme = "https";
    bool host_style = bucket.find('.') == std::string::npos;
    url.host = str(host_style ? bucket + "." : "", "s3.", region, ".amazonaws.com",
                   region.starts_with("cn-") ? ".cn" : "");
    if (!host_style)
        url.path = "/" + bucket;
    return url;
}

template <std::size_t Count>
bool is_one_of(std::string_view code, const std::array<std::string_view, Count>& codes) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

} // namespace

StorePlace store_place(const std::string& address, const std::string& endpoint,
                       const std::string& region) {
    Url url = Url::parse(address);
    if (!url.user.empty() || !url.password.empty() || !url.port.empty() || !url.query.empty())
        throw Error(str(url.shown(), ": it is s3://bucket/prefix; keys stand in a file, the host "
                                     "in --endpoint"),
                    Exit::usage);
    std::optional<std::string> prefix = percent_decode(url.path);
    if (!prefix)
        throw Error(str(url.shown(), ": a '%' in the prefix must be written %25"), Exit::usage);
    bool plain = !region.empty() && std::all_of(region.begin(), region.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
    if (!plain)
        throw Error(str("'", printable(region), "' is not a region"), Exit::usage);

    Url store;
    if (endpoint.empty()) {
        store = amazon_endpoint(url.host, region);
    } else {
        store = parse_endpoint(endpoint);
        store.path += "/" + percent_encode(url.host);
    }
    StorePlace place;
    place.region = region;
    place.path = store.path + "/";
    for (std::string_view part : split(*prefix, '/'))
        if (!part.empty())
            place.path += percent_encode(part) + "/";
    bool usual_port = store.port.empty() || store.port == (store.scheme == "https" ? "443" : "80");
    place.host = usual_port ? store.host : store.host + ":" + store.port;
    place.base = store.scheme + "://" + place.host;
    return place;
}

std::optional<StoreKeys> parse_store_keys(std::string_view text, std::string_view profile) {
    StoreKeys keys;
    bool inside = false;
    for (std::string_view line : split(text, '\n')) {
        line = trim(line);
        if (line.starts_with('['))
            inside = trim(line.substr(1, line.find(']') - 1)) == profile;
        std::size_t equals = line.find('=');
        if (!inside || line.starts_with('#') || line.starts_with(';') ||
            equals == std::string_view::npos)
            continue;
        std::string name = lower(trim(line.substr(0, equals)));
        std::string value{trim(line.substr(equals + 1))};
        if (name == "aws_access_key_id")
            keys.id = value;
        else if (name == "aws_secret_access_key")
            keys.secret = value;
        else if (name == "aws_session_token")
            keys.token = value;
    }
    return keys.id.empty() || keys.secret.empty() ? std::nullopt : std::optional{keys};
}

std::string_view store_cache_control(const SyncFile& file) {
    const std::string path = lower(file.path);
    if (is_pointer(path) || path.ends_with(".html"))
        return "no-cache";
    return file.time ? "public, max-age=31536000, immutable" : "max-age=3600";
}

std::string xml_text(std::string_view xml, std::string_view element) {
    std::string begin = str("<", element, ">"), end = str("</", element, ">");
    std::size_t start = xml.find(begin);
    if (start == std::string_view::npos)
        return {};
    xml.remove_prefix(start + begin.size());
    std::size_t length = xml.find(end);
    if (length == std::string_view::npos)
        return {};
    std::string out;
    for (std::string_view rest = xml.substr(0, length); !rest.empty();) {
        const auto* entity =
            std::find_if(entities.begin(), entities.end(),
                         [&](const XmlEntity& each) { return rest.starts_with(each.name); });
        out += entity == entities.end() ? rest[0] : entity->letter;
        rest.remove_prefix(entity == entities.end() ? 1 : entity->name.size());
    }
    return out;
}

UploadOutcome store_outcome(long status, std::string_view code) {
    static constexpr std::array<std::string_view, 3> of_object{"EntityTooLarge", "KeyTooLongError",
                                                               "InvalidURI"};
    // The two of sums: what arrived was not what was sent.
    static constexpr std::array<std::string_view, 8> passing{
        "SlowDown",         "RequestTimeout",       "InternalError", "ServiceUnavailable",
        "OperationAborted", "RequestTimeTooSkewed", "BadDigest",     "XAmzContentSHA256Mismatch"};
    if (is_one_of(code, of_object) || (status == 413 && code.empty()))
        return UploadOutcome::refused;
    if (is_one_of(code, passing))
        return UploadOutcome::unavailable;
    if (status / 100 == 2 && code.empty())
        return UploadOutcome::arrived;
    bool again = status == 408 || status == 425 || status == 429 ||
                 (status >= 500 && status != 501 && status != 505);
    return again ? UploadOutcome::unavailable : UploadOutcome::failed;
}

std::string store_completion(const std::vector<std::string>& tags) {
    std::string out = "<CompleteMultipartUpload>";
    int number = 0;
    for (const std::string& tag : tags) {
        out += str("<Part><PartNumber>", ++number, "</PartNumber><ETag>");
        for (char c : tag) {
            const auto* entity = std::find_if(entities.begin(), entities.end(),
                                              [&](const XmlEntity& e) { return e.letter == c; });
            out += entity == entities.end() ? std::string{c} : std::string{entity->name};
        }
        out += "</ETag></Part>";
    }
    return out + "</CompleteMultipartUpload>";
}

std::uint64_t store_part_bytes(std::uint64_t file_bytes) {
    return std::max(usual_part, (file_bytes + most_parts - 1) / most_parts);
}

} // namespace img
