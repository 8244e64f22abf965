// What answers say about how a browser may use them: all security fields in one place.

#include "verb/serve/policy.hpp"

#include "base/error.hpp"
#include "verb/serve/option.hpp"

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

/// Printable ASCII; a comma would begin another policy.
bool is_single_policy(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return c >= 0x20 && c < 0x7f && c != ','; });
}

bool is_port(std::string_view text) {
    std::optional<std::int64_t> number = parse_int(text);
    return number && *number >= 1 && *number <= 65535;
}

/// scheme "://" host [":" port]: without a scheme a word that is misspelled would pass for a host.
bool is_origin(std::string_view text) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
    std::string rest = lower(text);
    for (std::string_view scheme : {"https://", "http://"})
        if (rest.starts_with(scheme)) {
            rest.erase(0, scheme.size());
            std::size_t colon = std::min(rest.find(':'), rest.size());
            std::string_view host = std::string_view{rest}.substr(0, colon);
            if (host.starts_with("*."))
                host.remove_prefix(2);
            std::string_view port = std::string_view{rest}.substr(colon);
            bool has_port = port == ":*" || (port.size() > 1 && is_port(port.substr(1)));
            return !host.empty() && host.find_first_not_of(letters) == std::string_view::npos &&
                   (port.empty() || has_port);
        }
    return false;
}

std::string ancestors_of(const std::vector<std::string>& sources) {
    std::string all;
    for (const std::string& source : sources) {
        std::string said = frame_ancestor(source);
        if (said == "'none'" && sources.size() > 1)
            throw Error("none goes with nothing else", Exit::usage);
        all += (all.empty() ? "" : " ") + said;
    }
    return all.empty() ? "'self'" : all;
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

std::string frame_ancestor(const std::string& source) {
    std::string bare = source.starts_with('\'') && source.ends_with('\'') && source.size() > 2
                           ? source.substr(1, source.size() - 2)
                           : source;
    if (bare == "self" || bare == "none")
        return str("'", bare, "'");
    if (source != "*" && !is_origin(source))
        throw Error(str("'", printable(source),
                        "' is no origin such as https://town.example, and neither self nor none"),
                    Exit::usage);
    return source;
}

std::string content_policy(const std::string& policy) {
    if (!is_single_policy(policy))
        throw Error(str("'", printable(policy), "' is no single policy"), Exit::usage);
    if (lower(policy).find("frame-ancestors") != std::string::npos)
        throw Error("frame-ancestors has an option of its own", Exit::usage);
    std::string_view bare = trim(policy);
    while (bare.ends_with(';'))
        bare = trim(bare.substr(0, bare.size() - 1));
    return std::string{bare};
}

AnswerPolicy answer_policy(const ServeOptions& options) {
    AnswerPolicy policy;
    policy.hsts = std::chrono::duration_cast<std::chrono::seconds>(options.hsts);
    policy.frame_ancestors =
        read_option("--frame-ancestors", [&] { return ancestors_of(options.frame_ancestors); });
    policy.content_policy =
        read_option("--content-policy", [&] { return content_policy(options.content_policy); });
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
