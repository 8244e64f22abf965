#include "verb/serve/page.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant now = *parse_iso_time("2026-11-21T12:00:00.000Z");

CameraFiles camera(const char* name) {
    return {name, {now - 12s, "\"tag\""}, std::nullopt};
}

bool has(const std::string& page, std::string_view part) {
    return page.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("age_text: two units' worth of the smaller one, then the larger") {
    CHECK(age_text(-5s) == "just now");
    CHECK(age_text(1999ms) == "just now");
    CHECK(age_text(2s) == "2 seconds ago");
    CHECK(age_text(119s) == "119 seconds ago");
    CHECK(age_text(120s) == "2 minutes ago");
    CHECK(age_text(119min) == "119 minutes ago");
    CHECK(age_text(2h) == "2 hours ago");
    CHECK(age_text(47h) == "47 hours ago");
    CHECK(age_text(48h) == "2 days ago");
}

TEST_CASE("escape_html: nothing of it is markup, in content or between quotes") {
    CHECK(escape_html("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#39;");
    CHECK(escape_html("caf\xc3\xa9") == "caf\xc3\xa9");
}

TEST_CASE("front_page: without a picture it says what is missing") {
    std::string page = front_page({}, 30s, now);
    CHECK(has(page, "There is no picture yet"));
    CHECK_FALSE(has(page, "<img"));
}

TEST_CASE("front_page: one camera has the page to itself") {
    std::string page = front_page({camera("")}, 30s, now);
    CHECK(has(page, "<main class=\"one\">"));
    CHECK(has(page, "<img src=\"latest.jpg\" alt=\"Newest picture\""));
    CHECK(has(page, "data-etag=\"&quot;tag&quot;\""));
    CHECK(has(page, ">12 seconds ago</time>"));
    CHECK_FALSE(has(page, "latest.gif"));
}

TEST_CASE("front_page: an animation is shown beside the picture") {
    CameraFiles animated = camera("");
    animated.animation = LatestFile{now, "\"gif\""};
    CHECK(has(front_page({animated}, 30s, now), "src=\"latest.gif\""));
}

TEST_CASE("front_page: each of several cameras has a card with its name") {
    std::string page = front_page({camera("north"), camera("<s>&\"")}, 30s, now);
    CHECK(has(page, "<main class=\"many\">"));
    CHECK(has(page, "<h2>north</h2>"));
    CHECK(has(page, "src=\"./north/latest.jpg\""));
    CHECK(has(page, "<h2>&lt;s&gt;&amp;&quot;</h2>"));
    CHECK(has(page, "src=\"./%3Cs%3E%26%22/latest.jpg\""));
    CHECK_FALSE(has(page, "<s>"));
}

TEST_CASE("front_page: without a script it loads itself anew, each whole second or more") {
    CHECK(has(front_page({}, 30s, now), "<meta http-equiv=\"refresh\" content=\"30\">"));
    CHECK(has(front_page({}, 1500ms, now), "content=\"2\""));
}

TEST_CASE("own_resource: the page's resources are there, and nothing else is") {
    for (const char* path : {"imgserve.css", "imgserve.js", "imgserve.svg"}) {
        const OwnResource* resource = own_resource(path);
        REQUIRE(resource);
        CHECK_FALSE(resource->text.empty());
        CHECK(resource->etag.starts_with('"'));
    }
    CHECK(own_resource("") == nullptr);
    CHECK(own_resource("imgserve.css/") == nullptr);
    CHECK(own_resource("north/imgserve.css") == nullptr);
}
