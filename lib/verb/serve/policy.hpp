// What answers say about how a browser may use them: all security fields in one place.
#pragma once

#include "verb/serve.hpp"
#include "verb/serve/client.hpp"
#include "verb/serve/http_response.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace img {

struct AnswerPolicy {
    /// How long browsers shall insist on HTTPS. 0: not said, as with a certificate that is signed
    /// by itself, where browsers would lock people out.
    std::chrono::seconds hsts{0};
    std::string frame_ancestors = "'self'"; ///< as the directive has them
    std::string content_policy;             ///< of the user's documents; empty: a strict one
    bool banner = false;                    ///< whether answers name the program
};

/// What --frame-ancestors takes, as the directive has it: an origin (CSP 3, 2.3.1: scheme, host,
/// which may begin with "*.", and port), "*", self or none. Throws Error{usage}.
std::string frame_ancestor(const std::string& source);
/// What --content-policy takes: one policy, without frame-ancestors, which has its own option.
/// Throws Error{usage}.
std::string content_policy(const std::string& policy);

/// What the options say. Throws Error{usage} for what would be no policy.
AnswerPolicy answer_policy(const ServeOptions& options);

/// Content-Type, and what else a browser must know of a file of the user's of that type: of a
/// document, which is what may run scripts or be framed, and of anything else.
std::string file_policy_fields(const AnswerPolicy& policy, std::string_view type);
/// The same for our own page.
std::string page_policy_fields(const AnswerPolicy& policy);
/// Adds what every answer to `request` must say, whoever has made it.
void add_common_fields(const AnswerPolicy& policy, const HttpRequest& request, const Client& client,
                       HttpResponse& response);

} // namespace img
