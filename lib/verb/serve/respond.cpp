// What a request is answered with: a function of the request, the files and the time.

#include "verb/serve/respond.hpp"

#include "base/url.hpp"
#include "frame/media_type.hpp"
#include "verb/serve/coding.hpp"
#include "verb/serve/conditional.hpp"
#include "verb/serve/page.hpp"

#include <algorithm>
#include <array>

namespace img {

namespace {

constexpr std::string_view allowed_methods = "GET, HEAD, OPTIONS";
constexpr std::string_view revalidate = "no-cache";
/// A year, the most that is in use (RFC 9111, 5.2.2.1), and never asked for again (RFC 8246).
constexpr std::string_view forever = "public, max-age=31536000, immutable";

/// 501 for methods that nobody knows, 405 for those that nothing here takes (RFC 9110, 9.1).
HttpResponse refuse_method(std::string_view method) {
    constexpr std::array<std::string_view, 6> known{"POST",  "PUT",     "DELETE",
                                                    "TRACE", "CONNECT", "PATCH"};
    bool is_known = std::find(known.begin(), known.end(), method) != known.end();
    HttpResponse response = plain_response(is_known ? 405 : 501);
    response.set("Allow", allowed_methods);
    return response;
}

HttpResponse with_caching(std::string_view type, std::string_view caching) {
    HttpResponse response;
    response.set("Content-Type", type);
    response.set("Cache-Control", caching);
    return response;
}

/// RFC 9110, 15.4.5: what a 200 would have said and a cache needs.
HttpResponse not_modified(const HttpResponse& whole) {
    HttpResponse response;
    response.status = 304;
    for (std::string_view name : {"Cache-Control", "ETag", "Vary"})
        if (std::optional<std::string_view> value = whole.field(name))
            response.set(name, *value);
    return response;
}

/// What stands instead of the body when the conditions say so.
std::optional<HttpResponse> conditional_answer(const HttpRequest& request,
                                               const Validators& validators,
                                               const HttpResponse& whole) {
    switch (judge(request, validators)) {
    case Verdict::precondition_failed:
        return plain_response(412);
    case Verdict::not_modified:
        return not_modified(whole);
    case Verdict::send:
        break;
    }
    return std::nullopt;
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
    return str("bytes ", range.first, "-", range.first + range.length - 1, "/", size);
}

/// RFC 9110, 14.6. The file's own tag makes a boundary that it does not contain but by design.
void send_parts(HttpResponse& response, const std::shared_ptr<const SiteFile>& file,
                const std::vector<ByteRange>& ranges) {
    constexpr std::string_view type_name = "Content-Type: ";
    std::string type_line = response.fields.substr(0, response.fields.find("\r\n") + 2);
    std::string boundary = "part-" + file->etag.substr(1, file->etag.size() - 2);
    response.fields.erase(0, type_line.size());
    response.fields.insert(0, str(type_name, "multipart/byteranges; boundary=", boundary, "\r\n"));
    for (const ByteRange& range : ranges) {
        response.body.emplace_back(
            str(response.body.empty() ? "--" : "\r\n--", boundary, "\r\n", type_line,
                "Content-Range: ", content_range(range, file->size), "\r\n\r\n"));
        response.body.emplace_back(FileRange{file, range.first, range.length});
    }
    response.body.emplace_back(str("\r\n--", boundary, "--\r\n"));
}

/// The answer, once the conditions hold: the whole, or what is asked for of it.
HttpResponse ranged_answer(const HttpRequest& request, const Validators& validators,
                           HttpResponse whole, const std::shared_ptr<const SiteFile>& file) {
    auto wanted = requested_range(request, validators, file->size);
    if (std::holds_alternative<Unsatisfiable>(wanted)) {
        HttpResponse response = plain_response(416);
        response.set("Content-Range", str("bytes */", file->size));
        return response;
    }
    const auto* ranges = std::get_if<std::vector<ByteRange>>(&wanted);
    if (!ranges) {
        whole.body.emplace_back(FileRange{file, 0, file->size});
        return whole;
    }
    whole.status = 206;
    if (ranges->size() == 1) {
        whole.set("Content-Range", content_range(ranges->front(), file->size));
        whole.body.emplace_back(FileRange{file, ranges->front().first, ranges->front().length});
    } else {
        send_parts(whole, file, *ranges);
    }
    return whole;
}

/// What is sent of a file: itself, or the same, compressed.
struct Representation {
    std::shared_ptr<const SiteFile> file;
    std::string_view coding; ///< empty: none
    bool varies = false;     ///< whether another client would get another one
};

/// RFC 9110, 12.5.3. Siblings that are older than the original were forgotten.
Representation represent(const HttpRequest& request, const Site& site, const std::string& path,
                         const std::shared_ptr<const SiteFile>& file) {
    Siblings siblings = site.siblings(path);
    for (auto* sibling : {&siblings.br, &siblings.gzip})
        if (*sibling && (*sibling)->modified < file->modified)
            sibling->reset();
    if (!siblings.br && !siblings.gzip)
        return {file, ""};
    CodingTastes tastes = coding_tastes(request.field("accept-encoding"));
    int br = siblings.br ? tastes.br : 0, gzip = siblings.gzip ? tastes.gzip : 0;
    if (std::max(br, gzip) < std::max(tastes.identity, 1))
        return {file, "", true};
    return br >= gzip ? Representation{siblings.br, "br", true}
                      : Representation{siblings.gzip, "gzip", true};
}

/// Bytes of the fields that are added to a file's own.
constexpr std::size_t usual_fields = 256;

HttpResponse file_response(const HttpRequest& request, const Site& site, const std::string& path,
                           const std::shared_ptr<const SiteFile>& file, Instant now) {
    HttpResponse whole;
    whole.fields.reserve(file->fields.size() + usual_fields);
    whole.fields = file->fields;
    Representation chosen{file, ""};
    if (is_compressible(whole.field("Content-Type").value_or("")))
        chosen = represent(request, site, path, file);
    // RFC 9110, 8.8.2.1: never later than the answer.
    Validators validators{chosen.file->etag, std::min(chosen.file->modified, now)};
    const std::string& ready = chosen.file->modified_text;
    whole.set("Last-Modified", ready.empty() ? http_time(*validators.modified) : ready);
    whole.set("ETag", validators.etag);
    if (chosen.varies)
        whole.set("Vary", "Accept-Encoding");
    if (!chosen.coding.empty())
        whole.set("Content-Encoding", chosen.coding);
    if (std::optional<HttpResponse> answer = conditional_answer(request, validators, whole))
        return std::move(*answer);
    return ranged_answer(request, validators, std::move(whole), chosen.file);
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

HttpResponse own_response(const HttpRequest& request, const OwnResource& resource,
                          const AnswerPolicy& policy) {
    HttpResponse whole = with_caching(resource.type, revalidate);
    whole.fields += file_policy_fields(policy, resource.type);
    whole.set("ETag", resource.etag);
    Validators validators{std::string{resource.etag}, std::nullopt};
    if (std::optional<HttpResponse> answer = conditional_answer(request, validators, whole))
        return std::move(*answer);
    whole.body.emplace_back(std::string{resource.text});
    return whole;
}

HttpResponse front_response(const Service& service, Instant now) {
    HttpResponse response = with_caching("text/html; charset=utf-8", revalidate);
    response.fields += page_policy_fields(service.policy);
    response.body.emplace_back(front_page(service.site.cameras(), service.refresh, now));
    return response;
}

HttpResponse found_response(const HttpRequest& request, const Service& service, Instant now) {
    std::variant<std::string, int> decoded = decode_path(request.path);
    if (const int* status = std::get_if<int>(&decoded))
        return plain_response(*status);
    const std::string& path = std::get<std::string>(decoded);

    bool names_directory = path.empty() || path.ends_with('/');
    std::string wanted = names_directory ? path + "index.html" : path;
    auto found = service.site.open(wanted);
    if (auto* file = std::get_if<std::shared_ptr<const SiteFile>>(&found))
        return file_response(request, service.site, wanted, *file, now);
    Missing why = std::get<Missing>(found);
    if (why == Missing::not_found && path.empty())
        return front_response(service, now);
    if (why == Missing::not_found)
        if (const OwnResource* resource = own_resource(path))
            return own_response(request, *resource, service.policy);
    if (why == Missing::directory && !names_directory &&
        std::holds_alternative<std::shared_ptr<const SiteFile>>(
            service.site.open(path + "/index.html")))
        return directory_redirect(path, request.query);
    return missing_response(why);
}

HttpResponse routed_response(const HttpRequest& request, const Client& client,
                             const Service& service, Instant now) {
    for (const Route& route : service.routes)
        if (request.path == route.path)
            return route.answer(request, client, now);
    return found_response(request, service, now);
}

/// The answer, whatever body follows the request.
HttpResponse answer(const HttpRequest& request, const Client& client, const Service& service,
                    Instant now) {
    if (request.expectation == Expectation::unknown)
        return plain_response(417);
    if (request.method == "GET" || request.method == "HEAD")
        return routed_response(request, client, service, now);
    if (request.method != "OPTIONS")
        return refuse_method(request.method);
    HttpResponse response;
    response.status = 204;
    response.set("Allow", allowed_methods);
    return response;
}

} // namespace

std::string file_fields(const AnswerPolicy& policy, const std::string& path) {
    std::string_view type = media_type(path);
    // A frame that is named by its time is never replaced.
    std::string_view name = std::string_view{path}.substr(path.rfind('/') + 1);
    HttpResponse response = with_caching(type, time_in_name(name, Zone{}) ? forever : revalidate);
    response.fields += file_policy_fields(policy, type);
    response.set("Accept-Ranges", "bytes");
    return response.fields;
}

Reply respond(const HttpRequest& request, const Client& client, const Service& service,
              Instant now) {
    auto finish = [&](HttpResponse response, Persistence persistence) {
        add_common_fields(service.policy, request, client, response);
        if (request.method == "HEAD")
            response.payload = HttpResponse::Payload::withheld;
        response.persistence = persistence;
        return response;
    };
    HttpResponse response = finish(answer(request, client, service, now), request.persistence);
    if (!request.announces_body())
        return response;
    std::unique_ptr<BodySink> sink = ignore_body(std::move(response));
    if (request.content_length > sink->most())
        return finish(plain_response(413, "a request body is not taken"), Persistence::close);
    return sink;
}

} // namespace img
