// Plans of deliveries: what is sent, given up, deleted and forgotten, and that nothing is lost.

#include "verb/sync/plan.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <random>
#include <set>

using namespace img;

namespace {

using Kind = SyncItem::Kind;
using Choice = SyncItem::Choice;
using Status = Delivery::Kind;

const Instant now{Duration{1'000'000'000}};

SyncItem item(const std::string& path, Kind kind = Kind::frame, Duration age = Duration{0}) {
    SyncItem made{{path, 10, 20, {}, {}}, kind, Choice::wanted};
    if (kind == Kind::frame)
        made.file.time = now - age;
    return made;
}

Delivery arrived(const std::string& path, bool is_frame = true) {
    return {path, 10, 20, Status::arrived, is_frame};
}

SyncPlan plan(const SyncListing& listing, const std::vector<Delivery>& record,
              const SyncPolicy& policy = {}) {
    SyncPlanner planner{listing, policy, now};
    for (const Delivery& delivery : record)
        planner.on_record(delivery);
    return planner.finish();
}

SyncPolicy deleting() {
    SyncPolicy policy;
    policy.pruned = SyncPolicy::Pruned::deleted;
    return policy;
}

template <class Files>
std::vector<std::string> paths(const Files& files) {
    std::vector<std::string> found;
    for (const SyncFile& file : files)
        found.push_back(file.path);
    return found;
}

using Paths = std::vector<std::string>;

} // namespace

TEST_CASE("is_pointer: latest.*, index.* and *.json are, wherever they lie, and nothing else") {
    for (const char* path : {"latest.jpg", "a/b/latest.gif", "index.html", "a/x.json", ".json"})
        CHECK(is_pointer(path));
    for (const char* path : {"latest", "a/latest.d/x.jpg", "my-index.html", "x.json.gz", "a.jpg"})
        CHECK_FALSE(is_pointer(path));
}

TEST_CASE("sync plan: what is not on record is sent, what is, is not") {
    SyncListing listing{
        {item("a"), item("b"), item("c", Kind::other), item("latest.jpg", Kind::pointer)},
        SyncListing::Scope::all};
    SyncPlan made = plan(listing, {arrived("b")});
    CHECK(paths(made.frames) == Paths{"a"});
    CHECK(paths(made.others) == Paths{"c"});
    CHECK(paths(made.pointers) == Paths{"latest.jpg"});
    CHECK(made.arrived == 1);
    CHECK(made.files() == 3);
    CHECK(made.bytes() == 30);
}

TEST_CASE("sync plan: a file of another size or time is sent again, whatever is on record of it") {
    SyncListing listing{{item("a"), item("b"), item("c"), item("d")}, SyncListing::Scope::all};
    SyncPlan made = plan(listing, {{"a", 11, 20, Status::arrived, true},
                                   {"b", 10, 21, Status::refused, true},
                                   {"c", 10, 19, Status::given_up, true},
                                   {"d", 10, 20, Status::refused, true}});
    CHECK(made.files() == 3);
    CHECK(made.refused == 1);
}

TEST_CASE("sync plan: frames go by their time, from either end, and others by their path") {
    using namespace std::chrono_literals;
    SyncListing listing{{item("a", Kind::frame, 5s), item("b", Kind::frame, 9s),
                         item("c", Kind::frame, 1s), item("d", Kind::other),
                         item("e", Kind::other)},
                        SyncListing::Scope::all};
    CHECK(paths(plan(listing, {}).frames) == Paths{"c", "a", "b"});
    SyncPolicy policy;
    policy.order = SyncPolicy::Order::oldest;
    CHECK(paths(plan(listing, {}, policy).frames) == Paths{"b", "a", "c"});
    CHECK(paths(plan(listing, {}).others) == Paths{"d", "e"});
}

TEST_CASE("sync plan: only frames are given up, and only those older than the limit") {
    using namespace std::chrono_literals;
    SyncListing listing{{item("a", Kind::frame, 10s), item("b", Kind::frame, 10'001ms),
                         item("c", Kind::frame, 11s), item("d", Kind::other),
                         item("latest.jpg", Kind::pointer)},
                        SyncListing::Scope::all};
    SyncPolicy policy;
    policy.max_age = 10s;
    SyncPlan made = plan(listing, {arrived("c")}, policy);
    CHECK(paths(made.give_up) == Paths{"b"});
    CHECK(paths(made.frames) == Paths{"a"});
    CHECK(made.files() == 3);
}

TEST_CASE("sync plan: only frames that have arrived and are gone here are deleted there") {
    SyncListing listing{{item("here"), item("passed")}, SyncListing::Scope::all};
    listing.items[1].choice = Choice::passed_over;
    std::vector<Delivery> record{arrived("gone"),   {"given", 10, 20, Status::given_up, true},
                                 arrived("here"),   arrived("page.html", false),
                                 arrived("passed"), {"refused", 10, 20, Status::refused, true}};
    std::sort(record.begin(), record.end(),
              [](const Delivery& a, const Delivery& b) { return a.path < b.path; });
    SyncPlan made = plan(listing, record, deleting());
    CHECK(paths(made.remove) == Paths{"gone"});
    CHECK(made.remove[0].bytes == 10);
    CHECK(made.forget == Paths{"given", "page.html", "refused"});
    made = plan(listing, record);
    CHECK(made.remove.empty());
    CHECK(made.forget == Paths{"given", "gone", "page.html", "refused"});
}

TEST_CASE("sync plan: what may have arrived is sent, and deleted there when it is gone here") {
    SyncListing listing{{item("here")}, SyncListing::Scope::all};
    std::vector<Delivery> record{{"gone", 10, 20, Status::begun, true},
                                 {"here", 10, 20, Status::begun, true}};
    SyncPlan made = plan(listing, record, deleting());
    CHECK(paths(made.frames) == Paths{"here"});
    CHECK(paths(made.remove) == Paths{"gone"});
    CHECK(made.arrived == 0);
}

TEST_CASE("sync plan: what was given up is sent when it is not too old after all") {
    SyncListing listing{{item("new"), item("old", Kind::frame, Duration{100})},
                        SyncListing::Scope::all};
    std::vector<Delivery> record{{"new", 10, 20, Status::given_up, true},
                                 {"old", 10, 20, Status::given_up, true}};
    SyncPolicy policy;
    policy.max_age = Duration{50};
    SyncPlan made = plan(listing, record, policy);
    CHECK(paths(made.frames) == Paths{"new"});
    CHECK(made.given_up == 1);
    CHECK(plan(listing, record).given_up == 2);
}

TEST_CASE("sync plan: an archive without frames is taken for one whose disk is away") {
    SyncListing listing{{item("page.html", Kind::other)}, SyncListing::Scope::all};
    SyncPlan made = plan(listing, {arrived("a"), arrived("old.html", false)}, deleting());
    CHECK(made.looks_vanished);
    CHECK(made.remove.empty());
    CHECK(made.forget.empty());
    listing.items.push_back(item("z"));
    made = plan(listing, {arrived("a")}, deleting());
    CHECK_FALSE(made.looks_vanished);
    CHECK(paths(made.remove) == Paths{"a"});
    CHECK_FALSE(plan({}, {arrived("old.html", false)}, deleting()).looks_vanished);
}

TEST_CASE("sync plan: of a listing of some files, nothing is deleted or forgotten") {
    SyncListing listing{{item("b")}, SyncListing::Scope::some};
    SyncPlan made = plan(listing, {arrived("a"), arrived("b"), arrived("c")}, deleting());
    CHECK(made.remove.empty());
    CHECK(made.forget.empty());
    CHECK(made.files() == 0);
    CHECK_FALSE(made.looks_vanished);
}

TEST_CASE("sync plan: what is passed over is neither sent nor counted") {
    SyncListing listing{{item("a"), item("b")}, SyncListing::Scope::all};
    for (SyncItem& one : listing.items)
        one.choice = Choice::passed_over;
    SyncPlan made = plan(listing, {arrived("b")}, deleting());
    CHECK(made.files() == 0);
    CHECK(made.arrived == 0);
    CHECK(made.remove.empty());
}

TEST_CASE("sync plan: each file has exactly one fate, and a plan that is carried out leaves none") {
    std::mt19937 random{20261121};
    auto below = [&](unsigned count) { return random() % count; };
    for (int round = 0; round < 3000; ++round) {
        SyncListing listing;
        std::map<std::string, Delivery> record;
        for (unsigned i = 0; i < 12; ++i) {
            std::string path = str("f", char('a' + i));
            if (below(4) != 0) {
                SyncItem one = item(path, static_cast<Kind>(below(3)), Duration{below(20)});
                one.file.bytes = below(2);
                one.choice = below(5) == 0 ? Choice::passed_over : Choice::wanted;
                listing.items.push_back(one);
            }
            if (below(2) == 0)
                record[path] = {path, below(2), 20, static_cast<Status>(below(4)), below(2) == 0};
        }
        SyncPolicy policy;
        policy.order = below(2) ? SyncPolicy::Order::newest : SyncPolicy::Order::oldest;
        policy.pruned = below(2) ? SyncPolicy::Pruned::kept : SyncPolicy::Pruned::deleted;
        if (below(2))
            policy.max_age = Duration{below(20)};
        std::vector<Delivery> rows;
        for (const auto& [path, row] : record)
            rows.push_back(row);
        SyncPlan made = plan(listing, rows, policy);

        std::multiset<std::string> fates;
        for (const auto* files : {&made.frames, &made.others, &made.pointers, &made.give_up})
            for (const SyncFile& file : *files)
                fates.insert(file.path);
        std::size_t on_record = 0;
        for (const SyncItem& one : listing.items) {
            auto row = record.find(one.file.path);
            bool known = row != record.end() && row->second.bytes == one.file.bytes &&
                         row->second.kind != Status::begun;
            if (known && row->second.kind == Status::given_up && one.kind == Kind::frame)
                known = !policy.max_age || *one.file.time < now - *policy.max_age;
            bool wanted = one.choice == Choice::wanted;
            on_record += known && wanted;
            CHECK(fates.count(one.file.path) == (wanted && !known ? 1 : 0));
        }
        CHECK(made.arrived + made.refused + made.given_up == on_record);
        CHECK(fates.size() + on_record ==
              static_cast<std::size_t>(
                  std::count_if(listing.items.begin(), listing.items.end(),
                                [](const SyncItem& one) { return one.choice == Choice::wanted; })));
        std::set<std::string> here;
        for (const SyncItem& one : listing.items)
            here.insert(one.file.path);
        for (const SyncFile& file : made.remove) {
            CHECK(policy.pruned == SyncPolicy::Pruned::deleted);
            CHECK_FALSE(here.contains(file.path));
            CHECK(record.at(file.path).is_frame);
            Status kind = record.at(file.path).kind;
            CHECK((kind == Status::arrived || kind == Status::begun));
        }
        auto time = [](const SyncFile& a, const SyncFile& b) { return a.time < b.time; };
        auto frames = made.frames;
        if (policy.order == SyncPolicy::Order::newest)
            std::reverse(frames.begin(), frames.end());
        CHECK(std::is_sorted(frames.begin(), frames.end(), time));

        for (const auto* files : {&made.frames, &made.others, &made.pointers, &made.give_up})
            for (const SyncFile& file : *files)
                record[file.path] = {file.path, file.bytes, file.changed, Status::arrived, true};
        for (const SyncFile& file : made.remove)
            record.erase(file.path);
        for (const std::string& path : made.forget)
            record.erase(path);
        rows.clear();
        for (const auto& [path, row] : record)
            rows.push_back(row);
        SyncPlan second = plan(listing, rows, policy);
        CHECK(second.files() + second.give_up.size() + second.remove.size() +
                  second.forget.size() ==
              0);
    }
}
