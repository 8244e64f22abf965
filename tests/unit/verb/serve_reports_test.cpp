#include "verb/serve/reports.hpp"

#include "verb/serve/respond.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant now = *parse_iso_time("2026-11-21T12:00:00.000Z");

ServerFacts well() {
    ServerFacts facts;
    facts.now = now;
    facts.uptime = 90s;
    facts.root_readable = true;
    facts.cameras = {{"north", now - 50s, 60s, now}, {"south", now - 10s, std::nullopt, now}};
    facts.certificate = CertificateSummary{now + 24h * 40, true};
    facts.disk = DiskSpace{50, 1000};
    facts.statistics.started = now - 90s;
    facts.statistics.answers = {0, 0, 10, 2, 3, 1};
    facts.statistics.body_bytes = 12345;
    facts.statistics.accepted = 7;
    facts.statistics.open = 2;
    facts.statistics.handshakes = 5;
    facts.statistics.resumed = 2;
    return facts;
}

std::string text_of(const HttpResponse& response) {
    std::string text;
    for (const BodyPart& part : response.body)
        text += std::get<std::string>(part);
    return text;
}

nlohmann::json json_of(const HttpResponse& response) {
    return nlohmann::json::parse(text_of(response));
}

/// A directory, and a service of it, that are gone with the test.
struct Reported {
    fs::path root;
    Service service;
    ServerStatistics statistics;
    Reports reports;

    explicit Reported(const std::string& name = "reported-%%%%%%%%")
        : root(fs::temp_directory_path() / fs::unique_path(name)),
          service{Site{(fs::create_directories(root), root)}, {}, Duration{30'000}, {}},
          reports{root, service.site, statistics, {{}, {*parse_ip_network("192.0.2.0/24")}}} {}
    Reported(const Reported&) = delete;
    Reported& operator=(const Reported&) = delete;
    ~Reported() { fs::remove_all(root); }

    std::optional<HttpResponse> ask(std::string_view path, std::string_view client = "192.0.2.1") {
        return reports.answer(path, {parse_ip_address(client), true}, now);
    }
};

} // namespace

TEST_CASE("health_report: says what is well, in the order in which monitors look for it") {
    HttpResponse response = health_report(well());
    CHECK(response.status == 200);
    CHECK(*response.field("Content-Type") == "application/json");
    CHECK(*response.field("Cache-Control") == "no-store");
    CHECK(
        text_of(response).starts_with("{\"status\":\"ok\",\"newest\":\"2026-11-21T11:59:50.000Z\","
                                      "\"age_seconds\":10,\"version\":"));
    nlohmann::json checks = json_of(response)["checks"];
    CHECK(checks["root"] == nlohmann::json{{"ok", true}});
    CHECK(checks["cameras"][0] == nlohmann::json{{"name", "north"},
                                                 {"newest", "2026-11-21T11:59:10.000Z"},
                                                 {"age_seconds", 50},
                                                 {"interval_seconds", 60},
                                                 {"ok", true}});
    CHECK(checks["cameras"][1]["interval_seconds"].is_null());
    CHECK(checks["certificate"] == nlohmann::json{{"days_left", 40}, {"ok", true}});
    CHECK(checks["disk"] ==
          nlohmann::json{{"free_bytes", 50}, {"free_percent", 5.0}, {"ok", true}});
}

TEST_CASE("health_report: each check alone makes it 503") {
    auto failing = [](auto change) {
        ServerFacts facts = well();
        change(facts);
        HttpResponse response = health_report(facts);
        CHECK(json_of(response)["status"] == (response.status == 503 ? "failing" : "ok"));
        return response.status == 503;
    };
    CHECK(failing([](ServerFacts& facts) { facts.root_readable = false; }));
    CHECK(failing([](ServerFacts& facts) { facts.cameras[0].newest = now - 181s; }));
    CHECK(!failing([](ServerFacts& facts) { facts.cameras[0].newest = now - 180s; }));
    CHECK(!failing([](ServerFacts& facts) { facts.cameras[1].newest = now - 24h; }));
    CHECK(!failing([](ServerFacts& facts) { facts.cameras[0].newest = std::nullopt; }));
    CHECK(failing([](ServerFacts& facts) { facts.certificate->not_after = now + 24h; }));
    CHECK(!failing([](ServerFacts& facts) { facts.certificate->not_after = now + 24h + 1s; }));
    CHECK(failing([](ServerFacts& facts) { facts.disk->free = 9; }));
    CHECK(!failing([](ServerFacts& facts) { facts.disk->free = 10; }));
}

TEST_CASE("health_report: what there is not is absent, and no fault") {
    ServerFacts facts = well();
    facts.certificate.reset();
    facts.disk.reset();
    facts.cameras.clear();
    nlohmann::json health = json_of(health_report(facts));
    CHECK(health["status"] == "ok");
    CHECK(health["newest"].is_null());
    CHECK(health["age_seconds"].is_null());
    CHECK(!health["checks"].contains("certificate"));
    CHECK(!health["checks"].contains("disk"));
}

TEST_CASE("health_report: ages are never negative, and an expired certificate's days are") {
    ServerFacts facts = well();
    facts.cameras[0].newest = now + 24h;
    facts.certificate->not_after = now - 1s;
    nlohmann::json health = json_of(health_report(facts));
    CHECK(health["age_seconds"] == 0);
    CHECK(health["checks"]["cameras"][0]["age_seconds"] == 0);
    CHECK(health["checks"]["certificate"]["days_left"] == -1);
}

TEST_CASE("status_report: these members and no others") {
    nlohmann::json status = json_of(status_report(well()));
    std::string members;
    for (const auto& [name, value] : status.items())
        members += name + " ";
    CHECK(members == "bytes_sent cameras certificate connections requests started uptime_seconds "
                     "version ");
    CHECK(status["uptime_seconds"] == 90);
    CHECK(status["started"] == "2026-11-21T11:58:30.000Z");
    CHECK(
        status["requests"] ==
        nlohmann::json{{"total", 16}, {"1xx", 0}, {"2xx", 10}, {"3xx", 2}, {"4xx", 3}, {"5xx", 1}});
    CHECK(status["connections"] == nlohmann::json{{"open", 2}, {"accepted", 7}, {"refused", 0}});
    CHECK(status["certificate"] == nlohmann::json{{"not_after", "2026-12-31T12:00:00.000Z"},
                                                  {"days_left", 40},
                                                  {"self_signed", true}});
    CHECK(status["bytes_sent"] == 12345);
    CHECK(status["cameras"].size() == 2);
}

TEST_CASE("metrics_report: each line is of the text format, each family is announced once") {
    ServerFacts facts = well();
    facts.cameras.push_back({"a\"b\\c\xff", now, 1500ms, now});
    facts.cache = ServerFacts::Cache{3, 4, 5};
    facts.resident = 4096;
    HttpResponse response = metrics_report(facts);
    CHECK(*response.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    std::string text = text_of(response);
    CHECK(text.ends_with('\n'));
    const std::regex sample{R"(([a-z_]+)(\{[a-z_]+="([^"\\]|\\.)*"\})? -?[0-9]+(\.[0-9]+)?)"};
    const std::regex comment{R"(# (HELP|TYPE) ([a-z_]+) (.+))"};
    std::string family;
    std::vector<std::string> helped;
    std::vector<std::string> seen;
    for (std::string_view each : split(std::string_view{text}.substr(0, text.size() - 1), '\n')) {
        std::string line{each};
        std::smatch match;
        if (std::regex_match(line, match, comment)) {
            family = match[2];
            if (match[1] == "HELP")
                helped.push_back(family);
            else
                CHECK((match[3] == "counter") == family.ends_with("_total"));
        } else {
            REQUIRE_MESSAGE(std::regex_match(line, match, sample), line);
            CHECK(match[1] == family);
            seen.push_back(line.substr(0, line.rfind(' ')));
        }
    }
    std::size_t count = helped.size();
    CHECK(std::set<std::string>(helped.begin(), helped.end()).size() == count);
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == seen.size());
    for (const char* line :
         {"imgserve_requests_total{status=\"2xx\"} 10\n", "imgserve_connections 2\n",
          "imgserve_camera_ok{camera=\"north\"} 1\n",
          "imgserve_camera_interval_seconds{camera=\"a\\\"b\\\\c\xef\xbf\xbd\"} 1.5\n",
          "imgserve_tls_handshakes_total{result=\"full\"} 3\n",
          "imgserve_certificate_not_after_seconds 1798718400\n",
          "imgserve_cache_requests_total{result=\"hit\"} 3\n",
          "process_resident_memory_bytes 4096\n"})
        CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}

TEST_CASE("Reports: /metrics is for its networks; for others, and for nobody in particular, it "
          "does not exist") {
    Reported reported;
    CHECK(reported.ask("/metrics")->status == 200);
    CHECK(!reported.ask("/metrics", "198.51.100.1"));
    CHECK(!reported.ask("/metrics", "2001:db8::1"));
    CHECK(!reported.ask("/metrics", ""));
    CHECK(!reported.ask("/metrics/"));
    CHECK(!reported.ask("/"));
}

TEST_CASE("Reports: an empty directory is well; one that is gone or replaced is not") {
    Reported reported;
    CHECK(reported.ask("/health")->status == 200);
    fs::path aside = reported.root.string() + "-aside";
    fs::rename(reported.root, aside);
    CHECK(reported.ask("/health")->status == 503);
    fs::create_directory(reported.root);
    CHECK(reported.ask("/health")->status == 503);
    fs::remove(reported.root);
    fs::rename(aside, reported.root);
    CHECK(reported.ask("/health")->status == 200);
    fs::remove_all(reported.root);
    CHECK(reported.ask("/health")->status == 503);
}

TEST_CASE("Reports: a real disk and real memory are looked at") {
    Reported reported;
    nlohmann::json health = json_of(*reported.ask("/health"));
    CHECK(health["checks"]["disk"]["free_bytes"] > 0);
    CHECK(health["checks"]["disk"]["free_percent"] <= 100);
    CHECK(text_of(*reported.ask("/metrics")).find("process_resident_memory_bytes ") !=
          std::string::npos);
}

TEST_CASE("Reports: no path, network or address is in any answer") {
    Reported reported{"secret-%%%%%%%%"};
    fs::create_directories(reported.root / "north");
    write_file(reported.root / "north/latest.jpg", {});
    std::string all;
    for (std::string_view path : {"/health", "/status", "/metrics"})
        all += text_of(*reported.ask(path));
    HttpRequest request;
    request.method = "GET";
    for (std::string_view path : {"/", "/missing", "/..", "/north", "/%00", "/metrics"}) {
        request.path = request.target = path;
        all += text_of(std::get<HttpResponse>(respond(request, Client{}, reported.service, now)));
    }
    CHECK(all.find("north") != std::string::npos);
    for (std::string_view hidden : {"secret", "192.0.2", "/tmp"})
        CHECK_MESSAGE(all.find(hidden) == std::string::npos, hidden);
}
