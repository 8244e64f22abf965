// Tests of verb/prune: real files that go and stay, and what is told of them.

#include "verb/prune.hpp"

#include "base/file.hpp"
#include "frame/deliveries.hpp"
#include "verb/prune/report.hpp"
#include "verb/prune/statistics.hpp"

#include "../../scratch.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <unistd.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Zone utc{std::chrono::minutes{0}};

Instant at(const std::string& text) {
    return *parse_iso_time(text);
}

void make(const fs::path& path) {
    make_directory_for(path);
    std::ofstream{path.string()};
}

PruneScope scope() {
    PruneScope scope;
    scope.query.zone = utc;
    scope.query.details = ArchiveQuery::Details::sizes;
    return scope;
}

PrunePlan plan_for(const Archive& archive, int keep_last, Instant now) {
    PrunePolicy policy;
    policy.keep_last = keep_last;
    return plan_prune(prune_items(archive), policy, now, {}, utc);
}

std::set<std::string> files_below(const fs::path& root) {
    std::set<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator{root})
        files.insert(fs::relative(entry.path(), root).string());
    return files;
}

} // namespace

TEST_CASE("remove_planned: cameras that take turns in many directories lose their oldest first") {
    const Scratch scratch;
    // More directories than are held open.
    for (int camera = 0; camera < 300; ++camera)
        for (int frame = 0; frame < 3; ++frame)
            make(scratch / str("c", camera, "/2026112", frame, "T120000.", 100 + camera, "Z.jpg"));
    const Archive archive = archive_in_scope(scratch.path(), scope());
    const Instant now = at("2026-11-22T13:00:00Z");
    std::vector<std::size_t> order;
    const Removal removal = remove_planned(archive, plan_for(archive, 1, now), now,
                                           {[&](std::size_t i) { order.push_back(i); }, nullptr});
    CHECK(removal.files == 600);
    CHECK(removal.failures == 0);
    CHECK(std::ranges::is_sorted(order));
    CHECK(order.size() == 600);
    CHECK(files_below(scratch.path()).size() == 600); // directories and their newest frames
}

TEST_CASE("remove_planned: a directory that has become a link meanwhile is not followed") {
    const Scratch scratch, outside;
    for (const char* day : {"20", "21"})
        make(scratch / str("2026/11/", day, "/202611", day, "T120000Z.jpg"));
    make(outside / "11/20/20261120T120000Z.jpg");
    const Archive archive = archive_in_scope(scratch.path(), scope());
    fs::rename(scratch / "2026", scratch / "moved");
    fs::create_symlink(outside.path(), scratch / "2026");
    const Instant now = at("2026-11-22T13:00:00Z");
    const Removal removal = remove_planned(archive, plan_for(archive, 1, now), now, {});
    CHECK(removal.files == 0);
    CHECK(removal.failures == 0);
    CHECK(fs::exists(outside / "11/20/20261120T120000Z.jpg"));
    CHECK(fs::exists(scratch / "moved/11/20/20261120T120000Z.jpg"));
}

TEST_CASE("remove_planned: a directory under a frame's name is named, and the rest goes on") {
    const Scratch scratch;
    for (int minute = 10; minute < 15; ++minute)
        make(scratch / str("20261121T12", minute, "00Z.jpg"));
    const Archive archive = archive_in_scope(scratch.path(), scope());
    fs::remove(scratch / "20261121T121100Z.jpg");
    fs::create_directory(scratch / "20261121T121100Z.jpg");
    const Instant now = at("2026-11-22T13:00:00Z");
    Removal removal;
    std::string said;
    {
        const Captured captured{STDERR_FILENO};
        removal = remove_planned(archive, plan_for(archive, 1, now), now, {});
        said = captured.text();
    }
    CHECK(removal.files == 3);
    CHECK(removal.failures == 1);
    CHECK(said.find("20261121T121100Z.jpg: Is a directory\n") != std::string::npos);
    CHECK(scratch.names() == std::set<std::string>{"20261121T121100Z.jpg", "20261121T121400Z.jpg"});
}

TEST_CASE("remove_planned: what fails again and again in a directory is named ten times") {
    const Scratch scratch;
    for (int minute = 10; minute < 50; ++minute)
        make(scratch / str("20261121T12", minute, "00Z.jpg"));
    const Archive archive = archive_in_scope(scratch.path(), scope());
    for (int minute = 10; minute < 50; ++minute) {
        fs::remove(scratch / str("20261121T12", minute, "00Z.jpg"));
        fs::create_directory(scratch / str("20261121T12", minute, "00Z.jpg"));
    }
    const Instant now = at("2026-11-22T13:00:00Z");
    std::string said;
    {
        const Captured captured{STDERR_FILENO};
        CHECK(remove_planned(archive, plan_for(archive, 1, now), now, {}).failures == 10);
        said = captured.text();
    }
    CHECK(std::ranges::count(said, '\n') == 10);
    CHECK(said.ends_with("Is a directory; nothing more in this directory is deleted\n"));
}

TEST_CASE("PruneLock: the second is refused, and a later one is not") {
    const Scratch scratch;
    {
        const PruneLock lock{scratch.path()};
        try {
            PruneLock{scratch.path()};
            FAIL("two at once");
        } catch (const Error& error) {
            CHECK(error.status() == Exit::unavailable);
        }
    }
    PruneLock{scratch.path()};
}

TEST_CASE("hold_undelivered: each remote must have seen to this very file") {
    const Scratch scratch, state;
    for (int minute = 10; minute < 17; ++minute)
        make(scratch / str("north/20261121T12", minute, "00Z.jpg"));
    const Archive archive = archive_in_scope(scratch.path(), scope());
    auto delivery = [&](std::size_t i, Delivery::Kind kind) {
        const ArchiveFile& frame = archive.frames[i];
        return Delivery{archive.path(frame), frame.bytes, frame.changed, kind};
    };
    auto held = [&] {
        std::vector<PruneItem> items = prune_items(archive);
        hold_undelivered(items, archive, state.path());
        std::vector<bool> held;
        for (const PruneItem& item : items)
            held.push_back(item.undelivered);
        return held;
    };
    {
        const Captured captured{STDERR_FILENO};
        CHECK(held() == std::vector<bool>(7, true));
        CHECK(captured.text().find("nothing counts as delivered") != std::string::npos);
    }
    using enum Delivery::Kind;
    Deliveries first{state.path(), scratch.path(), "file:///first", Deliveries::Access::write};
    Delivery larger = delivery(3, arrived), younger = delivery(4, arrived);
    ++larger.bytes;
    ++younger.changed;
    Delivery gone = delivery(0, arrived);
    gone.path = "north/gone.jpg";
    first.record({delivery(0, arrived), delivery(1, refused), delivery(2, given_up), larger,
                  younger, delivery(5, arrived), gone});
    CHECK(held() == std::vector<bool>{false, false, false, true, true, false, true});
    Deliveries second{state.path(), scratch.path(), "file:///second", Deliveries::Access::write};
    second.record({delivery(0, arrived), delivery(6, arrived)});
    CHECK(held() == std::vector<bool>{false, true, true, true, true, true, true});
}

TEST_CASE("statistics_of: gaps are longer than three usual intervals, the longest first") {
    const Scratch scratch;
    for (const char* time : {"1200", "1201", "1202", "1206", "1207", "1208", "1230", "1231"})
        make(scratch / str("north/20261121T", time, "00Z.jpg"));
    make(scratch / "north/20361121T120000Z.jpg");
    make(scratch / "south/20261121T120000Z.jpg");
    const Archive archive = archive_in_scope(scratch.path(), scope());
    const Instant now = at("2026-11-21T13:00:00Z");
    const ArchiveStatistics found = statistics_of(archive, {}, std::nullopt, now);
    REQUIRE(found.cameras.size() == 2);
    const FrameStatistics& north = found.cameras[0];
    CHECK(north.camera == "north");
    CHECK(north.frames == 9);
    CHECK(north.future == 1);
    CHECK(north.interval == Duration{60'000});
    CHECK(*north.newest == at("2026-11-21T12:31:00Z"));
    REQUIRE(north.gaps.size() == 2);
    CHECK(north.gaps[0].from == at("2026-11-21T12:08:00Z"));
    CHECK(north.gaps[0].length() == Duration{22min});
    CHECK(north.gaps[1].length() == Duration{4min});
    CHECK_FALSE(found.cameras[1].interval);
    CHECK(found.all.frames == 10);

    // Exactly as long is no gap.
    CHECK(statistics_of(archive, {}, Duration{4min}, now).cameras[0].gaps.size() == 1);
    CHECK(statistics_of(archive, {}, Duration{22min}, now).cameras[0].gaps.empty());
    // A clock at 1970 sees only the future, and says what there is all the same.
    const ArchiveStatistics early = statistics_of(archive, {}, std::nullopt, Instant{});
    CHECK(early.all.future == 10);
    CHECK(*early.all.newest == at("2036-11-21T12:00:00Z"));
    CHECK(early.cameras[0].gaps.empty());
}

TEST_CASE("statistics_of: at most a hundred gaps are kept, and all are counted") {
    const Scratch scratch;
    for (int i = 0; i < 150; ++i) {
        const Instant time = at("2026-11-21T00:00:00Z") + 5min * i;
        make(scratch / (name_time(time) + ".jpg"));
        make(scratch / (name_time(time + 1s) + ".jpg"));
        make(scratch / (name_time(time + 2s) + ".jpg"));
    }
    const Archive archive = archive_in_scope(scratch.path(), scope());
    const ArchiveStatistics found =
        statistics_of(archive, {}, std::nullopt, at("2026-11-22T00:00:00Z"));
    REQUIRE(found.cameras.size() == 1);
    CHECK(found.cameras[0].gap_count == 149);
    CHECK(found.cameras[0].gaps.size() == 100);
}

TEST_CASE("frame_json: a name that is no UTF-8 is still an object") {
    const Scratch scratch;
    make(scratch / "caf\xe9/20261121T120000Z.jpg");
    const Archive archive = archive_in_scope(scratch.path(), scope());
    REQUIRE(archive.frames.size() == 1);
    CHECK(frame_json(archive, archive.frames[0], PruneReason::newest)
              .find("\"camera\":\"caf\xef\xbf\xbd\"") != std::string::npos);
}
