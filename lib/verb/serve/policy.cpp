// What answers say about how a browser may use them: all security fields in one place.

#include "verb/serve/policy.hpp"

#include "base/error.hpp"

#include <algorithm>

namespace img {

namespace {

/// Our page loads its own resources and pictures that its script has fetched, and nothing else.
constexpr std::string_view page_policy =
    "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'";
/// The user's documents load what lies here, and run nothing that is written inline.
constexpr std::string_view document_policy =
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'";
/// Nobody needs these to look at pictures.
constexpr std::string_view permissions =
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Whether it is all one directive's worth of printable ASCII.
bool is_policy_text(std::string_view text, std::string_view forbidden) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return c >= 0x20 && c < 0x7f && forbidden.find(c) == std::string_view::npos;
    });
}

std::string ancestors_of(const std::vector<std::string>& sources) {
    std::string all;
    for (const std::string& source : sources) {
        std::string said = source == "self" || source == "none" ? str("'", source, "'") : source;
        bool is_keyword = said == "'self'" || said == "'none'";
        if (!is_keyword && !is_policy_text(said, " ;,'\""))
            throw Error(str("--frame-ancestors: ", printable(source),
                            " is no origin, and neither self nor none"),
                        Exit::usage);
        if (said == "'none'" && sources.size() > 1)
            throw Error("--frame-ancestors: none goes with nothing else", Exit::usage);
        all += (all.empty() ? "" : " ") + said;
    }
    return all.empty() ? "'self'" : all;
}

std::string content_policy_of(const std::string& policy) {
    // A comma would begin another policy.
    if (!policy.empty() && !is_policy_text(policy, ","))
        throw Error(str("--content-policy: ", printable(policy), " is no single policy"),
                    Exit::usage);
    if (lower(policy).find("frame-ancestors") != std::string::npos)
        throw Error("--content-policy: frame-ancestors has an option of its own", Exit::usage);
    std::string_view bare = trim(policy);
    while (bare.ends_with(';'))
        bare = trim(bare.substr(0, bare.size() - 1));
    return std::string{bare};
}

void add(std::string& fields, std::string_view name, std::string_view value) {
    ((((fields += name) += ": ") += value) += "\r\n");
}

void add_document_fields(std::string& fields, const AnswerPolicy& policy,
                         std::string_view content_policy) {
    add(fields, "Content-Security-Policy",
        str(content_policy, "; frame-ancestors ", policy.frame_ancestors));
    // It can say no more than these two.
    if (policy.frame_ancestors == "'self'")
        add(fields, "X-Frame-Options", "SAMEORIGIN");
    else if (policy.frame_ancestors == "'none'")
        add(fields, "X-Frame-Options", "DENY");
    add(fields, "Referrer-Policy", "same-origin");
    add(fields, "Permissions-Policy", permissions);
}

/// What a browser would show as a page.
bool is_document(std::string_view type) {
    return type.starts_with("text/html") || type.ends_with("/xml") || type.ends_with("+xml");
}

/// Whether a Host names no name: such a host is never known for HTTPS (RFC 6797, 8.1.1).
bool is_address(std::string_view host) {
    if (host.starts_with('['))
        return true;
    return parse_ip_address(host.substr(0, host.find(':'))).has_value();
}

} // namespace

AnswerPolicy answer_policy(const ServeOptions& options) {
    AnswerPolicy policy;
    policy.hsts = std::chrono::duration_cast<std::chrono::seconds>(options.hsts);
    policy.frame_ancestors = ancestors_of(options.frame_ancestors);
    policy.content_policy = content_policy_of(options.content_policy);
    policy.banner = options.banner;
    return policy;
}

std::string file_policy_fields(const AnswerPolicy& policy, std::string_view type) {
    std::string fields;
    add(fields, "X-Content-Type-Options", "nosniff");
    if (!is_document(type))
        return fields;
    std::string content{policy.content_policy.empty() ? document_policy : policy.content_policy};
    // A picture needs no scripts, whoever has drawn it.
    if (policy.content_policy.empty() && type == "image/svg+xml")
        content += "; script-src 'none'";
    add_document_fields(fields, policy, content);
    return fields;
}

std::string page_policy_fields(const AnswerPolicy& policy) {
    std::string fields;
    add(fields, "X-Content-Type-Options", "nosniff");
    add_document_fields(fields, policy, page_policy);
    return fields;
}

void add_common_fields(const AnswerPolicy& policy, const HttpRequest& request, const Client& client,
                       HttpResponse& response) {
    if (!response.field("X-Content-Type-Options"))
        response.set("X-Content-Type-Options", "nosniff");
    // RFC 6797, 7.2: never over plain HTTP.
    if (policy.hsts.count() > 0 && client.is_secure && !is_address(request.host))
        response.set("Strict-Transport-Security", str("max-age=", policy.hsts.count()));
    if (policy.banner)
        response.set("Server", str("imgserve/", IMG_VERSION));
}

} // namespace img
