// What a request is answered with: a function of the request, the files and the time.
#pragma once

#include "verb/serve/client.hpp"
#include "verb/serve/http_body.hpp"
#include "verb/serve/policy.hpp"
#include "verb/serve/site.hpp"

#include <functional>
#include <string>
#include <vector>

namespace img {

/// Something that is made for each request.
struct Route {
    std::string path; ///< as in the request
    std::function<HttpResponse(const HttpRequest&, const Client&, Instant now)> answer;
};

/// What is served.
struct Service {
    Site site; ///< its files are described by file_fields()
    AnswerPolicy policy;
    Duration refresh{30'000};  ///< how often the page looks for a newer picture
    std::vector<Route> routes; ///< stand before files of the same name
};

/// What every answer says that sends the file under `path`, whichever version: SiteFile::fields.
std::string file_fields(const AnswerPolicy& policy, const std::string& path);

/// What `request` is met with. Touches no socket and reads no file; the plan holds the file open.
Reply respond(const HttpRequest& request, const Client& client, const Service& service,
              Instant now);

} // namespace img
