// What imgsync prints about files, plans and remotes.

#include "verb/sync/report.hpp"

#include "base/log.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace img;

namespace {

SyncStatus status() {
    SyncStatus made;
    made.remote = "host:/a";
    return made;
}

} // namespace

TEST_CASE("sync report: an object for each file, and their sum") {
    std::vector<std::string> lines;
    SyncReport report{[&](std::string_view line) { lines.emplace_back(line); }};
    report.sent({"a \n\xff", 3});
    report.removed({"b", 4});
    report.sum(7);
    REQUIRE(lines.size() == 3);
    auto first = nlohmann::json::parse(lines[0]);
    CHECK(first["action"] == "sent");
    CHECK(first["bytes"] == 3);
    CHECK(lines[1] == R"({"path":"b","bytes":4,"action":"removed"})");
    CHECK(lines[2] ==
          R"({"sent":1,"sent_bytes":3,"removed":1,"refused":0,"given_up":0,"backlog":7})");
    CHECK_FALSE(report.is_troubled());
}

TEST_CASE("sync status: what is not known is null, and what is, a time") {
    SyncStatus made = status();
    CHECK(sync_status_json(made) ==
          R"({"remote":"host:/a","backlog":0,"backlog_bytes":0,"oldest_undelivered":null,)"
          R"("delivered":0,"refused":0,"given_up":0,"last_attempt":null,"last_success":null,)"
          R"("last_error_at":null,"last_error":null,"failures":0})");
    made.backlog = 2;
    made.oldest_undelivered = Instant{};
    made.health.last_error = "host: no route";
    made.health.last_error_at = Instant{};
    made.health.failures = 3;
    auto json = nlohmann::json::parse(sync_status_json(made));
    CHECK(json["oldest_undelivered"] == "1970-01-01T00:00:00.000Z");
    CHECK(json["last_error"] == "host: no route");
    CHECK(json["failures"] == 3);
}

TEST_CASE("sync status: in words") {
    SyncStatus made = status();
    CHECK(sync_status_text(made) ==
          std::vector<std::string>{"host:/a: nothing is undelivered",
                                   "  delivered 0, refused 0, given up 0",
                                   "  last attempt never, last success never"});
    made.backlog = 1;
    made.backlog_bytes = 10;
    made.oldest_undelivered = Instant{};
    made.health.failures = 2;
    made.health.last_error = "host: no\nroute";
    auto lines = sync_status_text(made);
    CHECK(lines[0] == "host:/a: 1 file undelivered, 10 bytes, the oldest frame of "
                      "1970-01-01T00:00:00.000Z");
    CHECK(lines[3] == "  failed 2 times, last never: host: no\\x0aroute");
}

TEST_CASE("sync plan: what would be done, in its order") {
    SyncPlan plan;
    plan.frames = {{"f", 1}};
    plan.others = {{"o", 2}};
    plan.pointers = {{"p", 3}};
    plan.give_up = {{"g", 4}};
    plan.remove = {{"r", 5}};
    CHECK(sync_plan_text(plan) ==
          std::vector<std::string>{"give up g", "send f", "send o", "send p", "remove r",
                                   "3 files to send, 6 bytes; 1 to delete"});
    auto lines = sync_plan_json(plan);
    REQUIRE(lines.size() == 5);
    CHECK(lines[0] == R"({"path":"g","bytes":4,"action":"give_up","why":"older than --max-age"})");
    CHECK(lines[4] == R"({"path":"r","bytes":5,"action":"remove"})");
}
