// Tests of verb/prune/plan: what it promises, of lists and policies at random, beside an oracle.

#include "verb/prune.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace img;
using namespace std::chrono_literals;

namespace {

using Reason = PruneReason;

Instant at(const std::string& text) {
    return *parse_iso_time(text);
}

const Zone utc{std::chrono::minutes{0}};

std::vector<PruneItem> items_at(std::initializer_list<const char*> times) {
    std::vector<PruneItem> items;
    for (const char* time : times)
        items.push_back({at(time), 100});
    return items;
}

/// Frames of one camera, one each `every`, the newest at `newest`.
std::vector<PruneItem> series(std::size_t count, Duration every, Instant newest) {
    std::vector<PruneItem> items;
    for (std::size_t i = count; i-- > 0;)
        items.push_back({newest - every * static_cast<int>(i), 100});
    return items;
}

/// A case of the properties: a list, what is wanted, and the world.
struct Situation {
    std::vector<PruneItem> items;
    PrunePolicy policy;
    Instant now;
    DiskRoom disk;

    PrunePlan plan(const Zone& zone) const { return plan_prune(items, policy, now, disk, zone); }
};

class Chance {
public:
    explicit Chance(unsigned seed) : engine_(seed) {}
    int to(int most) { return static_cast<int>(engine_() % static_cast<unsigned>(most + 1)); }
    bool one_in(int of) { return to(of - 1) == 0; }

private:
    std::mt19937 engine_;
};

std::vector<PruneItem> some_items(Chance& chance, Instant now) {
    // From bursts to years, so that hours, days, weeks and months all come together and apart.
    static constexpr Duration spans[]{1min, 3h, 72h, 24h * 40, 24h * 700};
    const Duration span = spans[chance.to(4)];
    const int cameras = 1 + chance.to(3);
    std::vector<PruneItem> items;
    for (int i = chance.to(40); i > 0; --i) {
        PruneItem item;
        item.time = now - Duration{span.count() / 1000 * chance.to(1000)};
        if (chance.one_in(10) && !items.empty())
            item.time = items.back().time;
        if (chance.one_in(30))
            item.time = at(chance.one_in(2) ? "1970-01-01T00:00:10Z" : "2036-02-07T06:28:16Z");
        if (chance.one_in(15))
            item.time = now + Duration{chance.to(50) * 3'600'000};
        item.bytes = static_cast<std::uint64_t>(chance.to(1000));
        item.camera = static_cast<std::uint32_t>(chance.to(cameras - 1));
        item.linked = chance.one_in(40);
        item.undelivered = chance.one_in(20);
        items.push_back(item);
    }
    std::ranges::stable_sort(items, {}, &PruneItem::time);
    return items;
}

PrunePolicy some_policy(Chance& chance) {
    PrunePolicy policy;
    for (std::optional<int>* rule : {&policy.keep_last, &policy.keep_hourly, &policy.keep_daily,
                                     &policy.keep_weekly, &policy.keep_monthly})
        if (chance.one_in(4))
            *rule = 1 + chance.to(6);
    if (chance.one_in(5))
        policy.keep_within = 1h * chance.to(100);
    policy.keep_undelivered = chance.one_in(5);
    if (chance.one_in(5))
        policy.max_age = 1h * chance.to(500);
    if (chance.one_in(5))
        policy.max_files = static_cast<std::uint64_t>(chance.to(30));
    if (chance.one_in(5))
        policy.max_bytes = static_cast<std::uint64_t>(chance.to(15000));
    if (chance.one_in(5))
        policy.min_free = chance.one_in(2) ? Room{0.01 * chance.to(100), 0}
                                           : Room{0, static_cast<std::uint64_t>(chance.to(9000))};
    return policy;
}

Situation some_situation(Chance& chance) {
    // Summer time in Athens ends, begins, and days without either.
    static const Instant nows[]{at("2026-10-25T03:30:00Z"), at("2026-03-29T02:10:00Z"),
                                at("2026-11-21T13:43:38.123Z"), at("2026-01-01T00:00:00Z")};
    Situation situation;
    situation.now = nows[chance.to(3)];
    situation.items = some_items(chance, situation.now);
    situation.policy = some_policy(chance);
    situation.disk = {10000, static_cast<std::uint64_t>(chance.to(5000))};
    return situation;
}

template <class Check>
void for_many(int cases, const Check& check) {
    for (int seed = 1; seed <= cases; ++seed) {
        Chance chance{static_cast<unsigned>(seed)};
        const Situation situation = some_situation(chance);
        CAPTURE(seed);
        check(situation, chance);
    }
}

/// The rules by the letter of imgprune(1), each by itself, frame by frame.
class Oracle {
public:
    Oracle(const Situation& situation, const Zone& zone) : all_(situation), zone_(zone) {}

    std::vector<bool> removed() const {
        std::set<std::size_t> gone;
        for (std::size_t i = 0; i < all_.items.size(); ++i)
            if (!stays(i) && (!all_.policy.limits() || !holds(gone, i)))
                gone.insert(i);
        std::vector<bool> removed(all_.items.size());
        for (std::size_t i : gone)
            removed[i] = true;
        return removed;
    }

private:
    bool is_future(std::size_t i) const { return all_.items[i].time > all_.now + 24h; }

    /// Those of its camera that are newer.
    std::vector<std::size_t> newer(std::size_t i) const {
        std::vector<std::size_t> found;
        for (std::size_t k = i + 1; k < all_.items.size(); ++k)
            if (all_.items[k].camera == all_.items[i].camera && !is_future(k))
                found.push_back(k);
        return found;
    }

    bool stays(std::size_t i) const {
        const PrunePolicy& policy = all_.policy;
        const PruneItem& item = all_.items[i];
        const std::vector<std::size_t> after = newer(i);
        if (is_future(i) || after.empty() || item.linked ||
            (policy.keep_undelivered && item.undelivered))
            return true;
        if (policy.keep_last && after.size() < static_cast<std::size_t>(*policy.keep_last))
            return true;
        const Instant from = std::min(all_.now, all_.items[after.back()].time);
        return (policy.keep_within && from - item.time <= *policy.keep_within) ||
               in_period(i, "%Y-%m-%d %H %z", policy.keep_hourly) ||
               in_period(i, "%Y-%m-%d", policy.keep_daily) ||
               in_period(i, "%G-%V", policy.keep_weekly) ||
               in_period(i, "%Y-%m", policy.keep_monthly);
    }

    bool in_period(std::size_t i, const char* format, const std::optional<int>& most) const {
        if (!most)
            return false;
        const std::string own = format_time(format, all_.items[i].time, zone_);
        std::set<std::string> later;
        for (std::size_t k : newer(i))
            later.insert(format_time(format, all_.items[k].time, zone_));
        return !later.contains(own) && later.size() < static_cast<std::size_t>(*most);
    }

    /// Whether every limit holds without those that are gone, as far as frame `i` matters.
    bool holds(const std::set<std::size_t>& gone, std::size_t i) const {
        const PrunePolicy& policy = all_.policy;
        std::uint64_t bytes = 0, freed = 0;
        for (std::size_t k = 0; k < all_.items.size(); ++k)
            (gone.contains(k) ? freed : bytes) += all_.items[k].bytes;
        std::uint64_t required = 0;
        if (policy.min_free)
            required = policy.min_free->share > 0
                           ? static_cast<std::uint64_t>(policy.min_free->share * 10000)
                           : policy.min_free->bytes;
        return !(policy.max_age && all_.now - all_.items[i].time > *policy.max_age) &&
               !(policy.max_files && all_.items.size() - gone.size() > *policy.max_files) &&
               !(policy.max_bytes && bytes > *policy.max_bytes) &&
               all_.disk.available + freed >= required;
    }

    const Situation& all_;
    const Zone& zone_;
};

std::vector<bool> removed(const PrunePlan& plan) {
    std::vector<bool> all;
    for (Reason reason : plan.reasons)
        all.push_back(goes(reason));
    return all;
}

bool includes(const std::vector<bool>& more, const std::vector<bool>& less) {
    for (std::size_t i = 0; i < more.size(); ++i)
        if (less[i] && !more[i])
            return false;
    return true;
}

} // namespace

TEST_CASE("plan_prune: an empty policy removes nothing") {
    const PrunePlan plan = plan_prune(items_at({"1970-01-01T00:00:00Z", "2026-11-21T13:00:00Z"}),
                                      {}, at("2026-11-21T14:00:00Z"), {}, utc);
    CHECK(plan.remove_files == 0);
    CHECK(plan.reasons.size() == 2);
}

TEST_CASE("plan_prune: keep_last keeps the newest of each camera and says why") {
    auto items = series(5, 1min, at("2026-11-21T13:00:00Z"));
    items[0].camera = 1;
    PrunePolicy policy;
    policy.keep_last = 2;
    const PrunePlan plan = plan_prune(items, policy, at("2026-11-21T14:00:00Z"), {}, utc);
    CHECK(plan.reasons == std::vector{Reason::newest, Reason::not_kept, Reason::not_kept,
                                      Reason::last, Reason::newest});
    CHECK(plan.remove_files == 2);
    CHECK(plan.remove_bytes == 200);
}

TEST_CASE("plan_prune: keep_within counts from the newest frame of a silent camera") {
    auto items = series(4, 24h, at("2026-09-01T12:00:00Z"));
    PrunePolicy policy;
    policy.keep_within = 24h;
    const PrunePlan plan = plan_prune(items, policy, at("2026-11-21T14:00:00Z"), {}, utc);
    CHECK(plan.reasons ==
          std::vector{Reason::not_kept, Reason::not_kept, Reason::within, Reason::newest});
}

TEST_CASE("plan_prune: keep_within counts from now when the newest frame is ahead") {
    const auto items =
        items_at({"2026-11-21T12:30:00Z", "2026-11-21T13:30:00Z", "2026-11-22T02:00:00Z"});
    PrunePolicy policy;
    policy.keep_within = 1h;
    const PrunePlan plan = plan_prune(items, policy, at("2026-11-21T14:00:00Z"), {}, utc);
    CHECK(plan.reasons == std::vector{Reason::not_kept, Reason::within, Reason::newest});
}

TEST_CASE("plan_prune: days are those of the zone") {
    // 22:30 UTC is after midnight in Athens.
    const auto items = items_at({"2026-11-19T21:30:00Z", "2026-11-19T22:30:00Z",
                                 "2026-11-20T21:30:00Z", "2026-11-20T22:30:00Z"});
    PrunePolicy policy;
    policy.keep_daily = 2;
    const Instant now = at("2026-11-21T00:00:00Z");
    CHECK(plan_prune(items, policy, now, {}, utc).reasons ==
          std::vector{Reason::not_kept, Reason::daily, Reason::not_kept, Reason::newest});
    CHECK(plan_prune(items, policy, now, {}, Zone{"Europe/Athens"}).reasons ==
          std::vector{Reason::not_kept, Reason::not_kept, Reason::daily, Reason::newest});
}

TEST_CASE("plan_prune: the hour that is repeated when summer time ends is two") {
    // 03:10 and 03:40 of summer time, 03:10 of winter time, in Athens.
    const auto items =
        items_at({"2026-10-25T00:10:00Z", "2026-10-25T00:40:00Z", "2026-10-25T01:10:00Z"});
    PrunePolicy policy;
    policy.keep_hourly = 5;
    CHECK(
        plan_prune(items, policy, at("2026-10-25T04:00:00Z"), {}, Zone{"Europe/Athens"}).reasons ==
        std::vector{Reason::not_kept, Reason::hourly, Reason::newest});
}

TEST_CASE("plan_prune: weeks begin on Monday, also where years end") {
    const auto items = items_at({"2026-12-27T12:00:00Z",   // Sunday
                                 "2026-12-28T12:00:00Z",   // Monday
                                 "2027-01-03T12:00:00Z",   // Sunday of the same week
                                 "2027-01-04T12:00:00Z"}); // Monday
    PrunePolicy policy;
    policy.keep_weekly = 3;
    CHECK(plan_prune(items, policy, at("2027-01-05T00:00:00Z"), {}, utc).reasons ==
          std::vector{Reason::weekly, Reason::not_kept, Reason::weekly, Reason::newest});
}

TEST_CASE("plan_prune: periods without frames do not count") {
    const auto items = items_at({"2025-01-31T12:00:00Z", "2025-06-01T12:00:00Z",
                                 "2025-06-30T12:00:00Z", "2026-11-20T12:00:00Z"});
    PrunePolicy policy;
    policy.keep_monthly = 2;
    CHECK(plan_prune(items, policy, at("2026-11-21T00:00:00Z"), {}, utc).reasons ==
          std::vector{Reason::not_kept, Reason::not_kept, Reason::monthly, Reason::newest});
}

TEST_CASE("plan_prune: limits take the oldest of what no rule keeps until they hold") {
    const auto items = series(6, 24h, at("2026-11-21T12:00:00Z"));
    const Instant now = at("2026-11-21T14:00:00Z");
    PrunePolicy policy;
    policy.max_files = 4;
    CHECK(removed(plan_prune(items, policy, now, {}, utc)) ==
          std::vector{true, true, false, false, false, false});
    policy = {};
    policy.max_bytes = 350;
    CHECK(removed(plan_prune(items, policy, now, {}, utc)) ==
          std::vector{true, true, true, false, false, false});
    policy = {};
    policy.max_age = 48h;
    CHECK(removed(plan_prune(items, policy, now, {}, utc)) ==
          std::vector{true, true, true, true, false, false});
    policy = {};
    policy.min_free = Room{0.1, 0};
    CHECK(removed(plan_prune(items, policy, now, {5000, 350}, utc)) ==
          std::vector{true, true, false, false, false, false});
    policy.keep_daily = 6;
    const PrunePlan kept = plan_prune(items, policy, now, {5000, 350}, utc);
    CHECK(kept.remove_files == 0);
    CHECK(kept.unmet == std::vector<std::string>{"min-free"});
}

TEST_CASE("plan_prune: what is just at a limit stays") {
    const auto items = series(2, 1h, at("2026-11-21T12:00:00Z"));
    const Instant now = at("2026-11-21T14:00:00Z");
    const DiskRoom disk{1000, 400};
    PrunePolicy policy;
    policy.max_age = 3h;
    policy.max_files = 2;
    policy.max_bytes = items[0].bytes + items[1].bytes;
    policy.min_free = Room{0, disk.available};
    CHECK(plan_prune(items, policy, now, disk, utc).reasons ==
          std::vector{Reason::below_limits, Reason::newest});
    policy.max_age = 3h - 1ms;
    CHECK(plan_prune(items, policy, now, disk, utc).reasons[0] == Reason::over_age);
}

TEST_CASE("plan_prune: of several limits each frame names the one that it goes for") {
    const auto items = series(5, 24h, at("2026-11-21T12:00:00Z"));
    PrunePolicy policy;
    policy.max_age = 24h * 4;
    policy.max_files = 4;
    policy.max_bytes = 250;
    const PrunePlan plan = plan_prune(items, policy, at("2026-11-21T14:00:00Z"), {1000, 0}, utc);
    CHECK(plan.reasons == std::vector{Reason::over_age, Reason::over_bytes, Reason::over_bytes,
                                      Reason::below_limits, Reason::newest});
}

TEST_CASE("plan_prune: a silent camera's newest frame is no excess of --max-age") {
    auto items = series(3, 1h, at("2026-01-01T12:00:00Z"));
    PrunePolicy policy;
    policy.max_age = 24h;
    const Instant now = at("2026-11-21T14:00:00Z");
    CHECK(plan_prune(items, policy, now, {}, utc).unmet.empty());
    policy.keep_last = 2;
    CHECK(plan_prune(items, policy, now, {}, utc).unmet == std::vector<std::string>{"max-age"});
}

TEST_CASE("plan_prune: a clock at 1970 removes nothing, since all is ahead of it") {
    const auto items = series(100, 1min, at("2026-11-21T12:00:00Z"));
    PrunePolicy policy;
    policy.keep_last = 1;
    policy.max_files = 1;
    policy.max_age = 1h;
    const PrunePlan plan = plan_prune(items, policy, at("1970-01-01T00:00:05Z"), {}, utc);
    CHECK(plan.remove_files == 0);
    CHECK(plan.future == 100);
    CHECK(plan.unmet == std::vector<std::string>{"max-files"});
}

TEST_CASE("plan_prune: frames ahead of the clock take no place of those that rules keep") {
    const auto items = items_at({"2026-11-21T10:00:00Z", "2026-11-21T11:00:00Z",
                                 "2026-11-21T12:00:00Z", "2036-02-07T06:28:16Z"});
    PrunePolicy policy;
    policy.keep_last = 2;
    const PrunePlan plan = plan_prune(items, policy, at("2026-11-21T14:00:00Z"), {}, utc);
    CHECK(plan.reasons ==
          std::vector{Reason::not_kept, Reason::last, Reason::newest, Reason::future});
}

TEST_CASE("plan_prune: what no policy asks to hold for delivery is not held") {
    auto items = series(3, 1h, at("2026-11-21T12:00:00Z"));
    items[0].undelivered = true;
    PrunePolicy policy;
    policy.keep_last = 1;
    const Instant now = at("2026-11-21T14:00:00Z");
    CHECK(plan_prune(items, policy, now, {}, utc).remove_files == 2);
    policy.keep_undelivered = true;
    CHECK(plan_prune(items, policy, now, {}, utc).reasons[0] == Reason::undelivered);
}

TEST_CASE("plan_prune: it does what the oracle does") {
    const Zone athens{"Europe/Athens"};
    for_many(4000, [&](const Situation& situation, Chance&) {
        if (situation.policy.empty())
            return;
        CHECK(removed(situation.plan(athens)) == Oracle{situation, athens}.removed());
    });
}

TEST_CASE("plan_prune: the oracle agrees in zones that change by half an hour or over midnight") {
    for (const char* name : {"Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"}) {
        const Zone zone{name};
        CAPTURE(name);
        for_many(200, [&](Situation situation, Chance& chance) {
            // When Apia left out a day, St John's set clocks back over midnight, and Lord Howe did.
            static const Instant nows[]{at("2011-12-31T02:00:00Z"), at("2010-11-07T06:00:00Z"),
                                        at("2026-04-05T04:00:00Z")};
            const Instant now = nows[chance.to(2)];
            for (PruneItem& item : situation.items)
                item.time = now - Duration{chance.to(6 * 3600) * 1000};
            std::ranges::stable_sort(situation.items, {}, &PruneItem::time);
            situation.now = now;
            if (!situation.policy.empty())
                CHECK(removed(situation.plan(zone)) == Oracle{situation, zone}.removed());
        });
    }
}

TEST_CASE("plan_prune: the newest frame of each camera, what is linked and the future stay") {
    for_many(4000, [](const Situation& situation, Chance&) {
        const PrunePlan plan = situation.plan(utc);
        std::map<std::uint32_t, std::size_t> newest;
        for (std::size_t i = 0; i < situation.items.size(); ++i) {
            const PruneItem& item = situation.items[i];
            if (item.time <= situation.now + 24h)
                newest[item.camera] = i;
            else
                CHECK_FALSE(goes(plan.reasons[i]));
            if (item.linked)
                CHECK_FALSE(goes(plan.reasons[i]));
        }
        for (const auto& [camera, i] : newest)
            CHECK_FALSE(goes(plan.reasons[i]));
    });
}

TEST_CASE("plan_prune: a second plan for what remains removes nothing") {
    const Zone athens{"Europe/Athens"};
    for_many(4000, [&](const Situation& situation, Chance&) {
        const PrunePlan plan = situation.plan(athens);
        Situation second = situation;
        second.items.clear();
        second.disk.available += plan.remove_bytes;
        for (std::size_t i = 0; i < situation.items.size(); ++i)
            if (!goes(plan.reasons[i]))
                second.items.push_back(situation.items[i]);
        CHECK(second.items.size() + plan.remove_files == situation.items.size());
        const PrunePlan again = second.plan(athens);
        CHECK(again.remove_files == 0);
        CHECK(again.unmet == plan.unmet);
    });
}

TEST_CASE("plan_prune: a run that was interrupted and the next remove what one would have") {
    for_many(2000, [](const Situation& situation, Chance& chance) {
        const PrunePlan plan = situation.plan(utc);
        std::size_t left = static_cast<std::size_t>(chance.to(20));
        Situation rest = situation;
        rest.items.clear();
        std::vector<bool> whole;
        for (std::size_t i = 0; i < situation.items.size(); ++i) {
            if (goes(plan.reasons[i]) && left > 0) {
                --left;
                rest.disk.available += situation.items[i].bytes;
                continue;
            }
            rest.items.push_back(situation.items[i]);
            whole.push_back(goes(plan.reasons[i]));
        }
        CHECK(removed(rest.plan(utc)) == whole);
    });
}

TEST_CASE("plan_prune: a stricter rule removes no less, where no limit makes up for it") {
    for_many(6000, [](Situation situation, Chance& chance) {
        situation.policy.max_files = situation.policy.max_bytes = std::nullopt;
        situation.policy.min_free = std::nullopt;
        if (!situation.policy.keeps())
            return;
        const std::vector<bool> before = removed(situation.plan(utc));
        Situation strict = situation;
        PrunePolicy& policy = strict.policy;
        for (std::optional<int>* rule : {&policy.keep_last, &policy.keep_hourly, &policy.keep_daily,
                                         &policy.keep_weekly, &policy.keep_monthly})
            if (*rule && chance.one_in(2))
                *rule = chance.to(**rule);
        if (policy.keep_within && chance.one_in(2))
            *policy.keep_within /= 1 + chance.to(3);
        if (chance.one_in(2))
            policy.keep_undelivered = false;
        if (policy.keeps())
            CHECK(includes(removed(strict.plan(utc)), before));
    });
}

TEST_CASE("plan_prune: a stricter limit removes no less, nor does one more") {
    for_many(6000, [](const Situation& situation, Chance& chance) {
        if (!situation.policy.limits())
            return;
        const std::vector<bool> before = removed(situation.plan(utc));
        Situation strict = situation;
        PrunePolicy& policy = strict.policy;
        if (policy.max_age && chance.one_in(2))
            *policy.max_age /= 1 + chance.to(3);
        if (policy.max_files && chance.one_in(2))
            *policy.max_files /= 1 + static_cast<std::uint64_t>(chance.to(3));
        if (policy.max_bytes && chance.one_in(2))
            *policy.max_bytes /= 1 + static_cast<std::uint64_t>(chance.to(3));
        if (policy.min_free && chance.one_in(2))
            policy.min_free = Room{0, 9999};
        if (!policy.max_files && chance.one_in(2))
            policy.max_files = static_cast<std::uint64_t>(chance.to(20));
        CHECK(includes(removed(strict.plan(utc)), before));
    });
}

TEST_CASE("plan_prune: no frame goes while an older one that may go stays") {
    for_many(4000, [](Situation situation, Chance&) {
        if (!situation.policy.limits())
            return;
        const PrunePlan plan = situation.plan(utc);
        bool is_over = false; // a frame stayed that was free to go
        for (Reason reason : plan.reasons) {
            CHECK_FALSE((is_over && goes(reason)));
            is_over = is_over || reason == Reason::below_limits;
        }
    });
}

TEST_CASE("parse_room: shares and sizes") {
    CHECK(parse_room("10%")->share == doctest::Approx(0.1));
    CHECK(parse_room("2.5 %")->share == doctest::Approx(0.025));
    CHECK(parse_room("5GiB")->bytes == 5ULL << 30);
    CHECK(parse_room("100%"));
    for (const char* text : {"", "%", "101%", "-1%", "x", "5 apples", "1e400%"})
        CHECK_FALSE(parse_room(text));
}

TEST_CASE("PruneBound: n of a hundred are n percent, and one more is not") {
    for (std::size_t n = 0; n <= 100; ++n) {
        CHECK(parse_prune_bound(str(n, "%"))->permits(n, 100));
        CHECK_FALSE(parse_prune_bound(str(n, "%"))->permits(n + 1, 100));
    }
}

TEST_CASE("PruneBound: half of the frames are permitted, more are not") {
    const PruneBound standard;
    CHECK(standard.permits(0, 0));
    CHECK(standard.permits(5, 10));
    CHECK_FALSE(standard.permits(6, 10));
    CHECK_FALSE(standard.permits(1, 1));
    CHECK(parse_prune_bound("100%")->permits(10, 10));
    CHECK_FALSE(parse_prune_bound("0%")->permits(1, 10));
    CHECK(parse_prune_bound("7")->permits(7, 8));
    CHECK_FALSE(parse_prune_bound("7")->permits(8, 1000));
    for (const char* text : {"", "x", "-1", "0.5", "120%", "7 frames"})
        CHECK_FALSE(parse_prune_bound(text));
}
