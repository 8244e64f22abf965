// Who is let in: what stands between a request and its answer.
#pragma once

#include "verb/serve/client.hpp"
#include "verb/serve/http_response.hpp"
#include "verb/serve/moment.hpp"
#include "verb/serve/rate_limiter.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace img {

/// A doorkeeper: the answer that refuses the request, or nullopt, which passes it on to the next.
/// Limits come first, then who may do what.
using Doorkeeper =
    std::function<std::optional<HttpResponse>(const HttpRequest&, const Client&, Moment now)>;

/// What costs differ: files that are sent as they are, and what is made for each request.
enum class RouteGroup { files, dynamic };

/// /, /health, /status and /metrics are dynamic.
RouteGroup route_group_of(const HttpRequest& request);

/// Refuses with 429 and Retry-After who asks more often than `files` or `dynamic` allow. A client
/// without an address (a proxy on a Unix socket that says nothing) is not counted.
Doorkeeper rate_doorkeeper(const Rate& files, const Rate& dynamic);

} // namespace img
