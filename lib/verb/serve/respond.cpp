// What a request is answered with: a function of the request, the files and the time.

#include "verb/serve/respond.hpp"

#include "base/url.hpp"
#include "frame/media_type.hpp"
#include "verb/serve/conditional.hpp"
#include "verb/serve/page.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace img {

namespace {

constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";
constexpr std::string_view revalidate = "no-cache";
/// A year, the most that is in use (RFC 9111, 5.2.2.1), and never asked for again (RFC 8246).
constexpr std::string_view forever = "public, max-age=31536000, immutable";
/// Our page loads its own resources and pictures that its script has fetched, and nothing else.
constexpr std::string_view page_policy =
    "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'";

/// Which requests are let in at all: what is decided before anything is looked up.
std::optional<HttpResponse> refuse(const HttpRequest& request) {
    if (request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS") {
        HttpResponse response = plain_response(405);
        response.set("Allow", allowed_methods);
        return response;
    }
    if (request.is_chunked)
        return plain_response(411, "a request body is not taken");
    if (request.content_length > 0)
        return plain_response(413, "a request body is not taken");
    return std::nullopt;
}

HttpResponse with_common_fields(std::string_view type, std::string_view caching) {
    HttpResponse response;
    response.set("Content-Type", type);
    response.set("Cache-Control", caching);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "same-origin");
    return response;
}

/// What stands instead of the body when the conditions say so.
std::optional<HttpResponse> conditional_answer(const HttpRequest& request,
                                               const Validators& validators,
                                               std::string_view caching) {
    Verdict verdict = judge(request, validators);
    if (verdict == Verdict::send)
        return std::nullopt;
    if (verdict == Verdict::precondition_failed)
        return plain_response(412);
    HttpResponse response;
    response.status = 304;
    // RFC 9110, 15.4.5: what a 200 would have said and a cache needs.
    response.set("Cache-Control", caching);
    response.set("ETag", validators.etag);
    return response;
}

/// A frame that is named by its time is never replaced.
std::string_view caching_of(const std::string& path) {
    std::string_view name = std::string_view{path}.substr(path.rfind('/') + 1);
    return time_in_name(name, Zone{}) ? forever : revalidate;
}

HttpResponse file_response(const HttpRequest& request, const std::string& path,
                           const std::shared_ptr<const SiteFile>& file) {
    Validators validators{file->etag, file->modified};
    std::string_view caching = caching_of(path);
    if (std::optional<HttpResponse> answer = conditional_answer(request, validators, caching))
        return std::move(*answer);

    auto range = requested_range(request, validators, file->size);
    if (std::holds_alternative<Unsatisfiable>(range)) {
        HttpResponse response = plain_response(416);
        response.set("Content-Range", str("bytes */", file->size));
        return response;
    }
    HttpResponse response = with_common_fields(media_type(path), caching);
    response.set("Last-Modified", http_time(file->modified));
    response.set("ETag", file->etag);
    response.set("Accept-Ranges", "bytes");
    FileRange body{file, 0, file->size};
    const auto* ranges = std::get_if<std::vector<ByteRange>>(&range);
    if (ranges && ranges->size() == 1) {
        const ByteRange* part = ranges->data();
        response.status = 206;
        response.set("Content-Range", str("bytes ", part->first, "-",
                                          part->first + part->length - 1, "/", file->size));
        body.offset = part->first;
        body.length = part->length;
    }
    response.body.emplace_back(std::move(body));
    return response;
}

HttpResponse missing_response(Missing why) {
    switch (why) {
    case Missing::forbidden:
        return plain_response(403);
    case Missing::unavailable: {
        HttpResponse response = plain_response(503);
        response.set("Retry-After", "5");
        return response;
    }
    default:
        return plain_response(404);
    }
}

/// "a/b" is a directory with a page of its own: its links are relative to "a/b/".
HttpResponse directory_redirect(const std::string& path, std::string_view query) {
    HttpResponse response = plain_response(301);
    // Relative, so that it also holds behind a proxy; "./" keeps a colon from being a scheme.
    std::string location = "./" + percent_encode(path.substr(path.rfind('/') + 1)) + "/";
    response.set("Location", query.empty() ? location : str(location, "?", query));
    return response;
}

HttpResponse own_response(const HttpRequest& request, const OwnResource& resource) {
    Validators validators{std::string{resource.etag}, std::nullopt};
    if (std::optional<HttpResponse> answer = conditional_answer(request, validators, revalidate))
        return std::move(*answer);
    HttpResponse response = with_common_fields(resource.type, revalidate);
    response.set("ETag", resource.etag);
    response.body.emplace_back(std::string{resource.text});
    return response;
}

HttpResponse front_response(const Service& service, Instant now) {
    HttpResponse response = with_common_fields("text/html; charset=utf-8", revalidate);
    response.set("Content-Security-Policy", page_policy);
    response.body.emplace_back(front_page(service.site.cameras(), service.refresh, now));
    return response;
}

HttpResponse health_response(const Service& service, Instant now) {
    bool readable = service.site.readable();
    std::optional<Instant> newest;
    for (const CameraFiles& camera : service.site.cameras())
        newest = newest ? std::max(*newest, camera.picture.modified) : camera.picture.modified;
    nlohmann::ordered_json health;
    health["status"] = readable ? "ok" : "unavailable";
    health["newest"] = newest ? nlohmann::ordered_json(iso_time(*newest)) : nullptr;
    if (newest)
        health["age_seconds"] =
            std::chrono::duration_cast<std::chrono::seconds>(now - *newest).count();
    else
        health["age_seconds"] = nullptr;
    health["version"] = IMG_VERSION;
    HttpResponse response = with_common_fields("application/json", "no-store");
    response.status = readable ? 200 : 503;
    response.body.emplace_back(health.dump() + "\n");
    return response;
}

HttpResponse found_response(const HttpRequest& request, const Service& service, Instant now) {
    if (request.path == "/health")
        return health_response(service, now);
    std::variant<std::string, int> decoded = decode_path(request.path);
    if (const int* status = std::get_if<int>(&decoded))
        return plain_response(*status);
    const std::string& path = std::get<std::string>(decoded);

    bool names_directory = path.empty() || path.ends_with('/');
    std::string wanted = names_directory ? path + "index.html" : path;
    auto found = service.site.open(wanted);
    if (auto* file = std::get_if<std::shared_ptr<const SiteFile>>(&found))
        return file_response(request, wanted, *file);
    Missing why = std::get<Missing>(found);
    if (why == Missing::not_found && path.empty())
        return front_response(service, now);
    if (why == Missing::not_found)
        if (const OwnResource* resource = own_resource(path))
            return own_response(request, *resource);
    if (why == Missing::directory && !names_directory &&
        std::holds_alternative<std::shared_ptr<const SiteFile>>(
            service.site.open(path + "/index.html")))
        return directory_redirect(path, request.query);
    return missing_response(why);
}

} // namespace

HttpResponse respond(const HttpRequest& request, const Service& service, Instant now) {
    HttpResponse response;
    if (std::optional<HttpResponse> refused = refuse(request)) {
        response = std::move(*refused);
    } else if (request.method == "OPTIONS") {
        response.status = 204;
        response.set("Allow", allowed_methods);
    } else {
        response = found_response(request, service, now);
    }
    if (request.method == "HEAD")
        response.payload = HttpResponse::Payload::withheld;
    // What follows a body that is not taken cannot be told from a request.
    response.persistence = request.announces_body() ? Persistence::close : request.persistence;
    return response;
}

} // namespace img
