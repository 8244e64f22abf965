#include "verb/serve/policy.hpp"

#include "base/error.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

AnswerPolicy framed_by(std::vector<std::string> ancestors) {
    ServeOptions options;
    options.frame_ancestors = std::move(ancestors);
    return answer_policy(options);
}

std::string in(const std::string& fields, std::string_view name) {
    HttpResponse response;
    response.fields = fields;
    return std::string{response.field(name).value_or("(none)")};
}

} // namespace

TEST_CASE("answer_policy: frame-ancestors are self, none, or origins") {
    CHECK(framed_by({}).frame_ancestors == "'self'");
    CHECK(framed_by({"none"}).frame_ancestors == "'none'");
    CHECK(framed_by({"self", "https://town.example", "https://*.town.example:8443"})
              .frame_ancestors == "'self' https://town.example https://*.town.example:8443");
    CHECK(framed_by({"'self'"}).frame_ancestors == "'self'");
    CHECK(framed_by({"*"}).frame_ancestors == "*");
    CHECK(framed_by({"http://localhost:*"}).frame_ancestors == "http://localhost:*");
    for (const char* source :
         {"", "https://a.example; script-src *", "a,b", "a b", "a\nb", "'unsafe-inline'", "a\"b",
          "slef", "town.example", "https:", "https://", "https://town.example/",
          "https://town.example:0", "https://town.example:", "https://*", "https://a.*.example",
          "ftp://town.example"})
        CHECK_THROWS_AS_MESSAGE(framed_by({source}), Error, source);
    CHECK_THROWS_AS(framed_by({"none", "self"}), Error);
}

TEST_CASE("answer_policy: a content policy is one policy, without frame-ancestors") {
    ServeOptions options;
    options.content_policy = "default-src 'self'; script-src 'self' 'unsafe-inline';";
    CHECK(in(file_policy_fields(answer_policy(options), "text/html; charset=utf-8"),
             "Content-Security-Policy") ==
          "default-src 'self'; script-src 'self' 'unsafe-inline'; frame-ancestors 'self'");
    for (const char* policy :
         {"default-src 'self', script-src *", "a\r\nX: y", "Frame-Ancestors *"}) {
        options.content_policy = policy;
        CHECK_THROWS_AS_MESSAGE(answer_policy(options), Error, policy);
    }
}

TEST_CASE("file_policy_fields: documents have a policy, pictures may be embedded anywhere") {
    AnswerPolicy policy;
    for (const char* type : {"text/html; charset=utf-8", "image/svg+xml", "application/xml"}) {
        std::string fields = file_policy_fields(policy, type);
        std::string content = in(fields, "Content-Security-Policy");
        CHECK(content.find("default-src 'self'") == 0);
        CHECK(content.find("unsafe") == std::string::npos);
        CHECK(content.ends_with("; frame-ancestors 'self'"));
        CHECK(in(fields, "X-Frame-Options") == "SAMEORIGIN");
        CHECK(in(fields, "Referrer-Policy") == "same-origin");
        CHECK(in(fields, "Permissions-Policy").find("camera=()") == 0);
    }
    CHECK(in(file_policy_fields(policy, "image/svg+xml"), "Content-Security-Policy")
              .find("script-src 'none'") != std::string::npos);
    for (const char* type : {"image/jpeg", "application/json", "video/mp2t"})
        CHECK(file_policy_fields(policy, type) == "X-Content-Type-Options: nosniff\r\n");
}

TEST_CASE("file_policy_fields: X-Frame-Options says what frame-ancestors says, or nothing") {
    auto frame_options = [](std::vector<std::string> ancestors) {
        return in(page_policy_fields(framed_by(std::move(ancestors))), "X-Frame-Options");
    };
    CHECK(frame_options({"self"}) == "SAMEORIGIN");
    CHECK(frame_options({"none"}) == "DENY");
    CHECK(frame_options({"https://town.example"}) == "(none)");
    CHECK(frame_options({"self", "https://town.example"}) == "(none)");
}

TEST_CASE("add_common_fields: the program is named only when asked for") {
    HttpRequest request;
    AnswerPolicy policy;
    HttpResponse response = plain_response(404);
    std::string before = response.fields;
    add_common_fields(policy, request, Client{}, response);
    CHECK(response.fields == before);
    policy.banner = true;
    add_common_fields(policy, request, Client{}, response);
    CHECK(response.field("Server")->starts_with("imgserve/"));
}
