// What a request is answered with: a function of the request, the files and the time.
#pragma once

#include "verb/serve/http_response.hpp"
#include "verb/serve/site.hpp"

namespace img {

/// What is served.
struct Service {
    Site site;
    Duration refresh{30'000}; ///< how often the page looks for a newer picture
};

/// The answer to `request`. Touches no socket and reads no file; the plan holds the file open.
HttpResponse respond(const HttpRequest& request, const Service& service, Instant now);

} // namespace img
