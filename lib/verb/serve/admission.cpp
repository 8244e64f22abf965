// Who is let in: what stands between a request and its answer.

#include "verb/serve/admission.hpp"

#include "verb/serve/site.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace img {

namespace {

HttpResponse too_many_requests(const HttpRequest& request, Duration wait) {
    HttpResponse response;
    response.status = 429;
    response.set("Content-Type", "text/plain; charset=utf-8");
    response.set("Cache-Control", "no-store"); // RFC 6585, 4
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Retry-After",
                 std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()));
    response.body.emplace_back("429 Too Many Requests\n");
    if (request.method == "HEAD")
        response.payload = HttpResponse::Payload::withheld;
    response.persistence = request.announces_body() ? Persistence::close : request.persistence;
    return response;
}

} // namespace

RouteGroup route_group_of(const HttpRequest& request) {
    constexpr std::array<std::string_view, 4> dynamic{"/", "/health", "/status", "/metrics"};
    std::string path{request.path};
    // Compared as it is looked up: %68ealth is health.
    if (path.find('%') != std::string::npos)
        if (auto decoded = decode_path(path); const auto* name = std::get_if<std::string>(&decoded))
            path = "/" + *name;
    bool is_dynamic = std::find(dynamic.begin(), dynamic.end(), path) != dynamic.end();
    return is_dynamic ? RouteGroup::dynamic : RouteGroup::files;
}

Doorkeeper rate_doorkeeper(const Rate& files, const Rate& dynamic) {
    struct Limiters {
        RateLimiter files, dynamic;
    };
    auto limiters = std::make_shared<Limiters>(Limiters{RateLimiter{files}, RateLimiter{dynamic}});
    return [limiters](const HttpRequest& request, const Client& client,
                      Moment now) -> std::optional<HttpResponse> {
        if (!client.address)
            return std::nullopt;
        bool is_file = route_group_of(request) == RouteGroup::files;
        RateLimiter& limiter = is_file ? limiters->files : limiters->dynamic;
        std::optional<Duration> wait = limiter.charge(*client.address, now);
        if (!wait)
            return std::nullopt;
        return too_many_requests(request, *wait);
    };
}

} // namespace img
