// Deliveries to a remote that fails anywhere: all arrives, once in effect, and pointers last.

#include "verb/sync/delivery.hpp"

#include "../../scratch.hpp"
#include "base/log.hpp"
#include "verb/sync/listing.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sys/wait.h>

using namespace img;

namespace {

/// As if the program was ended by no fault of its own.
struct Crash {};

class StillClock : public Clock {
public:
    Instant now() override { return at_; }
    void sleep_until(Instant when) override {
        waits.push_back(when - at_);
        at_ = when;
    }
    std::vector<Duration> waits;

private:
    Instant at_{std::chrono::seconds{1'800'000'000}};
};

std::string content(const fs::path& path) {
    Bytes bytes = read_file(path);
    return std::string{text_of(bytes)};
}

void write_text(const fs::path& path, const std::string& text) {
    make_directory_for(path);
    const fs::path made = path.string() + ".part";
    std::ofstream{made.string(), std::ios::binary} << text;
    fs::rename(made, path);
}

std::map<std::string, std::string> tree(const fs::path& root) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (fs::is_regular_file(entry.path()))
            files[entry.path().lexically_relative(root).string()] = content(entry.path());
    return files;
}

/// A directory, and what it was asked. `trouble` is asked at each step, and may throw.
struct Peer {
    fs::path directory;
    std::function<void()> trouble = [] {};
    std::function<void(const std::string& path)> before_store = [](const std::string&) {};
    std::set<std::string> refused{}; ///< paths that it never takes
    std::size_t batch = 1000;
    std::vector<std::vector<std::string>> sent{}; ///< the batches
    std::vector<std::string> stored{}, removed{};
    int opened = 0;
};

class PeerRemote : public Remote {
public:
    PeerRemote(Peer& peer, const fs::path& archive) : peer_(peer), archive_(archive) {
        ++peer_.opened;
    }

    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        std::vector<std::string> paths;
        for (const SyncFile& file : files)
            paths.push_back(file.path);
        peer_.sent.push_back(paths);
        for (std::size_t i = 0; i < files.size(); ++i) {
            peer_.trouble();
            const SyncFile& file = files[i];
            std::optional<SyncFile> here = look_at(archive_, file.path);
            if (!here || here->bytes != file.bytes || here->changed != file.changed) {
                events.gone(i);
            } else if (peer_.refused.contains(file.path)) {
                events.refused(i, "never");
            } else {
                peer_.before_store(file.path);
                write_text(peer_.directory / file.path, content(archive_ / file.path));
                peer_.stored.push_back(file.path);
                peer_.trouble();
                events.arrived(i);
            }
        }
        peer_.trouble();
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        for (std::size_t i = 0; i < paths.size(); ++i) {
            peer_.trouble();
            fs::remove(peer_.directory / paths[i]);
            peer_.removed.push_back(paths[i]);
            peer_.trouble();
            removed(i);
        }
    }

    std::size_t batch() const override { return peer_.batch; }

private:
    Peer& peer_;
    fs::path archive_;
};

/// An archive, a remote, and a record, each in a directory.
struct Stage {
    Scratch scratch;
    fs::path archive = scratch / "archive", state = scratch / "state";
    Peer peer{scratch / "remote"};
    StillClock clock;
    SyncPolicy policy;
    bool stop = false;
    std::size_t left = 0;
    std::vector<std::string> lines;
    std::function<void(SyncListing&)> on_listing = [](SyncListing&) {};

    Stage() {
        set_log("imgsync", LogLevel::quiet);
        for (const fs::path& directory : {archive, state, peer.directory})
            fs::create_directory(directory);
    }

    ~Stage() { set_log("imgseq", LogLevel::normal); }

    void frame(int second, const std::string& text = "frame") {
        write_text(archive / frame_name(second), text);
    }
    static std::string frame_name(int second) {
        char name[64];
        std::snprintf(name, sizeof name, "2027/01/15/20270115T%02d%02d%02dZ.jpg",
                      second / 3600 % 24, second / 60 % 60, second % 60);
        return name;
    }

    SyncLister lister() {
        return [this] {
            SyncListing listing = list_for_sync(archive, {});
            on_listing(listing);
            return listing;
        };
    }
    Deliveries record(Deliveries::Access access = Deliveries::Access::write) const {
        return {state, archive, "peer", access};
    }

    Exit deliver(int tries = 1) {
        DeliveryLock lock{state, archive, "peer"};
        Deliveries deliveries = record();
        PointerCopies copies{archive, lock.directory()};
        SyncReport report{[this](std::string_view line) { lines.emplace_back(line); }};
        DeliveryWorld world{
            [this](const fs::path& from) { return std::make_unique<PeerRemote>(peer, from); },
            clock,
            [] { return 0.5; },
            [this] { return stop; },
            {}};
        DeliveryRun run{archive, policy, world, deliveries, copies, report};
        struct Left {
            Stage& stage;
            DeliveryRun& run;
            ~Left() { stage.left = run.left(); }
        } keep{*this, run};
        return deliver_once(run, lister(), tries, world, report);
    }
};

Error away() {
    return Error{"peer: is away", Exit::unavailable};
}

/// Throws at the `nth` step.
std::function<void()> fail_at(int nth, const Error& error) {
    return [left = nth, error]() mutable {
        if (--left == 0)
            throw error;
    };
}

} // namespace

TEST_CASE("delivery: all arrives, frames first and pointers last, and is not sent again") {
    Stage stage;
    stage.frame(1);
    stage.frame(2);
    write_text(stage.archive / "style.css", "css");
    write_text(stage.archive / "index.json", "{}");
    fs::create_symlink(Stage::frame_name(2), stage.archive / "latest.jpg");
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.peer.stored == std::vector<std::string>{Stage::frame_name(2), Stage::frame_name(1),
                                                        "style.css", "index.json", "latest.jpg"});
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
    CHECK(stage.record().health().last_success == stage.clock.now());
    stage.peer.opened = 0;
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.peer.opened == 0);
    CHECK(stage.peer.stored.size() == 5);
    CHECK(stage.lines.back() != "");
}

TEST_CASE("delivery: of a backlog, a small batch goes first, and the batches are the remote's") {
    Stage stage;
    for (int i = 0; i < 250; ++i)
        stage.frame(i);
    stage.peer.batch = 120;
    stage.deliver();
    REQUIRE(stage.peer.sent.size() == 3);
    CHECK(stage.peer.sent[0].size() == 100);
    CHECK(stage.peer.sent[0][0] == Stage::frame_name(249));
    CHECK(stage.peer.sent[1].size() == 120);
    CHECK(stage.peer.sent[2].size() == 30);
}

TEST_CASE("delivery: a remote that is away is tried again, with waits that double") {
    Stage stage;
    stage.frame(1);
    int failures = 0;
    stage.peer.trouble = [&] {
        if (++failures <= 3)
            throw away();
    };
    CHECK(stage.deliver(4) == Exit::ok);
    CHECK(stage.clock.waits ==
          std::vector<Duration>{Duration{1000}, Duration{2000}, Duration{4000}});
    CHECK(stage.record().health().failures == 0);
}

TEST_CASE("delivery: after the last try the rest is left for the next run, and the error known") {
    Stage stage;
    stage.frame(1);
    stage.frame(2);
    write_text(stage.archive / "index.json", "{}");
    stage.peer.trouble = [] { throw away(); };
    CHECK_THROWS_WITH_AS(stage.deliver(3), "peer: is away", Error);
    CHECK(stage.left == 3);
    RemoteHealth health = stage.record().health();
    CHECK(health.failures == 3);
    CHECK(health.last_error == "peer: is away");
    CHECK_FALSE(health.last_success);
    stage.peer.trouble = [] {};
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: tries that bring something are not counted") {
    Stage stage;
    for (int i = 0; i < 10; ++i)
        stage.frame(i);
    int step = 0;
    stage.peer.trouble = [&] {
        if (++step % 4 == 0)
            throw away();
    };
    CHECK(stage.deliver(2) == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: an error that would come again ends it at once") {
    Stage stage;
    stage.frame(1);
    stage.peer.trouble = [] { throw Error{"peer: wrong key"}; };
    CHECK_THROWS_WITH_AS(stage.deliver(5), "peer: wrong key", Error);
    CHECK(stage.clock.waits.empty());
    CHECK(stage.record().health().last_error == "peer: wrong key");
}

TEST_CASE("delivery: a stop ends it, and is no error of the remote") {
    Stage stage;
    stage.frame(1);
    stage.peer.trouble = [&] {
        stage.stop = true;
        throw away();
    };
    CHECK_THROWS_AS(stage.deliver(5), Error);
    CHECK(stage.clock.waits.empty());
    CHECK(stage.record().health().failures == 0);
}

TEST_CASE("delivery: a pointer may become a directory that holds one") {
    Stage stage;
    DeliveryLock lock{stage.state, stage.archive, "peer"};
    PointerCopies copies{stage.archive, lock.directory()};
    write_text(stage.archive / "a.json", "{}");
    copies.take("a.json");
    fs::remove(stage.archive / "a.json");
    write_text(stage.archive / "a.json/index.html", "page");
    copies.drop_all();
    copies.take("a.json/index.html");
    CHECK(copies.of("a.json/index.html") != nullptr);
    CHECK(copies.of("a.json") == nullptr);
}

TEST_CASE("delivery: what is refused is not sent again until it changes, and holds nothing up") {
    Stage stage;
    stage.frame(1);
    stage.frame(2);
    write_text(stage.archive / "index.json", "{}");
    stage.peer.refused = {Stage::frame_name(1)};
    CHECK(stage.deliver() == Exit::failed);
    CHECK(stage.peer.stored.back() == "index.json");
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.peer.stored.size() == 2);
    stage.peer.refused.clear();
    stage.frame(1, "smaller");
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: what is too old is given up once, aloud, and pointers go all the same") {
    using namespace std::chrono_literals;
    Stage stage;
    stage.frame(1);
    stage.frame(7200);
    write_text(stage.archive / "index.json", "{}");
    stage.policy.max_age =
        stage.clock.now() - *time_in_name("20270115T010000Z", Zone{std::chrono::minutes{0}});
    CHECK(stage.deliver() == Exit::failed);
    CHECK(stage.peer.stored == std::vector<std::string>{Stage::frame_name(7200), "index.json"});
    CHECK(stage.record().of(Stage::frame_name(1))->kind == Delivery::Kind::given_up);
    CHECK(stage.deliver() == Exit::ok);
}

TEST_CASE("delivery: only what was sent is deleted there, after the pointers, and only if asked") {
    Stage stage;
    for (int i = 0; i < 3; ++i)
        stage.frame(i);
    write_text(stage.archive / "page.html", "page");
    write_text(stage.peer.directory / "theirs.html", "theirs");
    stage.policy.pruned = SyncPolicy::Pruned::deleted;
    stage.deliver();
    fs::remove(stage.archive / Stage::frame_name(0));
    fs::remove(stage.archive / "page.html");
    write_text(stage.archive / "index.json", "{}");
    stage.peer.before_store = [&](const std::string&) { CHECK(stage.peer.removed.empty()); };
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.peer.removed == std::vector<std::string>{Stage::frame_name(0)});
    CHECK(fs::exists(stage.peer.directory / "theirs.html"));
    CHECK(fs::exists(stage.peer.directory / "page.html"));
    CHECK_FALSE(stage.record().of(Stage::frame_name(0)));
    stage.policy.pruned = SyncPolicy::Pruned::kept;
    fs::remove(stage.archive / Stage::frame_name(1));
    CHECK(stage.deliver() == Exit::ok);
    CHECK(fs::exists(stage.peer.directory / Stage::frame_name(1)));
    CHECK_FALSE(stage.record().of(Stage::frame_name(1)));
}

namespace {

/// Three frames and an index of them, all delivered; the first is to be pruned while a delivery
/// looks.
struct PrunedStage : Stage {
    PrunedStage() {
        policy.pruned = SyncPolicy::Pruned::deleted;
        for (int i = 0; i < 3; ++i)
            frame(i);
        point(0, "");
        deliver();
        peer.trouble = [this] {
            std::istringstream index{content(peer.directory / "index.json")};
            for (std::string name; std::getline(index, name);)
                CHECK(fs::exists(peer.directory / name));
        };
    }
    void point(int first, const std::string& more) {
        std::string index = more;
        for (int i = first; i < 3; ++i)
            index += frame_name(i) + "\n";
        write_text(archive / "index.json", index);
    }
    /// In the listing of this number, after the index was seen and before the frame was.
    void prune_in(int number) {
        on_listing = [this, left = number](SyncListing& listing) mutable {
            if (--left != 0)
                return;
            point(1, "");
            fs::remove(archive / frame_name(0));
            std::erase_if(listing.items,
                          [](const SyncItem& item) { return item.file.path == frame_name(0); });
        };
    }
};

} // namespace

TEST_CASE("delivery: a frame that goes while pointers are listed is deleted after them") {
    PrunedStage stage;
    stage.prune_in(1);
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: a frame that goes after a pointer was copied is deleted by the next run") {
    PrunedStage stage;
    stage.point(0, Stage::frame_name(1) + "\n");
    stage.prune_in(2);
    CHECK(stage.deliver() == Exit::ok);
    CHECK(fs::exists(stage.peer.directory / Stage::frame_name(0)));
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: nothing is deleted there while a pointer is not there as it is here") {
    PrunedStage stage;
    stage.point(1, "");
    fs::remove(stage.archive / Stage::frame_name(0));
    auto check = std::exchange(stage.peer.trouble, [&] {
        for (const auto& entry : fs::directory_iterator(stage.state))
            if (fs::is_directory(entry.path()))
                write_text(entry.path() / "index.json", "spoilt on its way");
    });
    CHECK(stage.deliver() == Exit::unavailable);
    CHECK(fs::exists(stage.peer.directory / Stage::frame_name(0)));
    stage.peer.trouble = check;
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: what arrived without being told of is deleted there when it is pruned") {
    Stage stage;
    stage.frame(1);
    stage.frame(2);
    stage.policy.pruned = SyncPolicy::Pruned::deleted;
    stage.peer.trouble = fail_at(2, away()); // the newer is stored, and not told of
    CHECK_THROWS_AS(stage.deliver(), Error);
    CHECK(fs::exists(stage.peer.directory / Stage::frame_name(2)));
    fs::remove(stage.archive / Stage::frame_name(2));
    stage.peer.trouble = [] {};
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: what can only not be seen is not deleted") {
    Stage stage;
    stage.frame(1);
    write_text(stage.archive / "other/20270115T000002Z.jpg", "frame");
    stage.policy.pruned = SyncPolicy::Pruned::deleted;
    stage.deliver();
    // A loop of links: neither there nor surely gone.
    fs::remove_all(stage.archive / "other");
    fs::create_symlink("other", stage.archive / "other");
    stage.deliver();
    CHECK(stage.peer.removed.empty());
    fs::remove(stage.archive / "other");
    stage.deliver();
    CHECK(stage.peer.removed == std::vector<std::string>{"other/20270115T000002Z.jpg"});
}

TEST_CASE("delivery: an archive that is empty all of a sudden deletes nothing") {
    Stage stage;
    stage.frame(1);
    stage.policy.pruned = SyncPolicy::Pruned::deleted;
    stage.deliver();
    fs::remove_all(stage.archive / "2027");
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.peer.removed.empty());
    stage.frame(1);
    stage.frame(2);
    CHECK(stage.deliver() == Exit::ok);
    CHECK(fs::exists(stage.peer.directory / Stage::frame_name(1)));
}

TEST_CASE("delivery: a pointer arrives as it was before the frames were listed") {
    Stage stage;
    stage.frame(1);
    write_text(stage.archive / "index.json", "1");
    stage.peer.before_store = [&](const std::string& path) {
        if (path != Stage::frame_name(1))
            return;
        stage.frame(2);
        write_text(stage.archive / "index.json", "1 2");
    };
    CHECK(stage.deliver() == Exit::ok);
    CHECK(content(stage.peer.directory / "index.json") == "1");
    CHECK_FALSE(fs::exists(stage.peer.directory / Stage::frame_name(2)));
    stage.peer.before_store = [](const std::string&) {};
    CHECK(stage.deliver() == Exit::ok);
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE(
    "delivery: pointers wait while a frame changes each time it is sent, but not for others") {
    Stage stage;
    stage.frame(1);
    write_text(stage.archive / "log.txt", "1");
    write_text(stage.archive / "index.json", "{}");
    std::string changing = Stage::frame_name(1);
    int changes = 0;
    stage.peer.trouble = [&] {
        write_text(stage.archive / changing, std::string(std::size_t(++changes % 50 + 1), 'x'));
    };
    CHECK(stage.deliver() == Exit::unavailable);
    CHECK_FALSE(fs::exists(stage.peer.directory / "index.json"));
    CHECK(stage.left == 2);
    changing = "log.txt";
    write_text(stage.archive / changing, "other");
    CHECK(stage.deliver() == Exit::unavailable);
    CHECK(fs::exists(stage.peer.directory / "index.json"));
    CHECK(stage.left == 1);
}

TEST_CASE("delivery: files that vanish while they are sent are no trouble") {
    Stage stage;
    stage.frame(1);
    stage.frame(2);
    stage.peer.trouble = [&] { fs::remove(stage.archive / Stage::frame_name(1)); };
    CHECK(stage.deliver() == Exit::ok);
    CHECK(stage.left == 0);
}

TEST_CASE("delivery: copies of pointers are gone afterwards, and what a killed run left as well") {
    Stage stage;
    write_text(stage.archive / "index.json", "{}");
    fs::path copies = DeliveryLock{stage.state, stage.archive, "peer"}.directory();
    write_text(copies / "old/index.json", "old");
    stage.deliver();
    CHECK_FALSE(fs::exists(copies));
    CHECK(tree(stage.peer.directory) == tree(stage.archive));
}

TEST_CASE("delivery: what has arrived is on record, whatever ends the run") {
    Stage stage;
    for (int i = 0; i < 10; ++i)
        stage.frame(i);
    stage.peer.trouble = fail_at(12, away()); // after the sixth was stored, before it was told of
    CHECK_THROWS_AS(stage.deliver(), Error);
    CHECK(stage.peer.stored.size() == 6);
    stage.peer.trouble = [] {};
    stage.peer.sent.clear();
    stage.deliver();
    CHECK(stage.peer.sent[0].size() == 5);
}

namespace {

/// Frames come and go, pointers name those that are there, and the remote fails at random.
class Storm {
public:
    explicit Storm(unsigned seed) : random_(seed) {
        stage_.policy.pruned = SyncPolicy::Pruned::deleted;
        stage_.policy.order = below(2) ? SyncPolicy::Order::newest : SyncPolicy::Order::oldest;
        stage_.peer.batch = 1 + below(6);
        stage_.peer.before_store = [this](const std::string& path) { check_pointer(path); };
        write_text(stage_.archive / "style.css", "css");
        for (unsigned i = below(12); i > 0; --i)
            take();
    }

    /// `end` is called where a fault is drawn.
    void run(const std::function<void()>& end) {
        stage_.peer.trouble = [this, end] {
            check_removed();
            if (below(6) == 0)
                happen();
            if (below(9) == 0)
                end();
        };
        stage_.deliver(1 + static_cast<int>(below(3)));
    }

    void check_all_arrives() {
        stage_.peer.trouble = [] {};
        CHECK(stage_.deliver() == Exit::ok);
        auto here = tree(stage_.archive), there = tree(stage_.peer.directory);
        for (const auto& [path, text] : here)
            CHECK(there[path] == text);
        // In an archive that has no frames left, none is deleted there.
        for (const auto& [path, text] : there)
            CHECK((here.contains(path) || frames_.empty()));
        stage_.peer.opened = 0;
        CHECK(stage_.deliver() == Exit::ok);
        CHECK(stage_.peer.opened == 0);
    }

    unsigned below(unsigned count) { return static_cast<unsigned>(random_() % count); }
    Stage& stage() { return stage_; }

private:
    void take() {
        stage_.frame(next_, std::string(std::size_t(1 + next_ % 7), char('a' + next_ % 26)));
        frames_.insert(Stage::frame_name(next_++));
        point();
    }

    void point() {
        std::string index;
        for (const std::string& frame : frames_)
            index += frame + "\n";
        write_text(stage_.archive / "index.json", index);
        fs::path link = stage_.archive / "latest.jpg", made = stage_.archive / ".latest";
        fs::create_symlink(*frames_.rbegin(), made);
        fs::rename(made, link);
    }

    void happen() {
        if (frames_.size() < 3 || below(3) != 0) {
            take();
            return;
        }
        const std::string oldest = *frames_.begin();
        frames_.erase(frames_.begin());
        point();
        fs::remove(stage_.archive / oldest);
    }

    /// The index there names nothing that was deleted there.
    void check_removed() {
        const fs::path index = stage_.peer.directory / "index.json";
        const std::string named = fs::exists(index) ? content(index) : "";
        for (const std::string& path : stage_.peer.removed)
            CHECK(named.find(path) == std::string::npos);
    }

    /// What an index names is there, or is here no longer.
    void check_pointer(const std::string& path) {
        if (path != "index.json")
            return;
        fs::path copies;
        for (const auto& entry : fs::directory_iterator(stage_.state))
            if (fs::is_directory(entry.path()))
                copies = entry.path();
        std::istringstream index{content(copies / path)};
        for (std::string frame; std::getline(index, frame);)
            CHECK(
                (fs::exists(stage_.peer.directory / frame) || !fs::exists(stage_.archive / frame)));
    }

    std::mt19937 random_;
    Stage stage_;
    int next_ = 0;
    std::set<std::string> frames_;
};

} // namespace

TEST_CASE("delivery: through failures and crashes anywhere, all arrives, once, pointers last") {
    for (unsigned seed = 0; seed < 150; ++seed) {
        CAPTURE(seed);
        Storm storm{seed};
        for (int runs = 0; runs < 12; ++runs) {
            try {
                storm.run([&] {
                    if (storm.below(2) == 0)
                        throw away();
                    throw Crash{};
                });
            } catch (const Error&) {
            } catch (const Crash&) {
            }
        }
        storm.check_all_arrives();
    }
}

TEST_CASE("delivery: through kills anywhere, all arrives, once, pointers last") {
    for (unsigned seed = 0; seed < 40; ++seed) {
        CAPTURE(seed);
        Storm storm{seed + 1000};
        for (unsigned runs = 0; runs < 6; ++runs) {
            pid_t child = ::fork();
            if (child == 0) {
                unsigned steps = 1 + (seed * 7 + runs * 13) % 23;
                storm.stage().peer.trouble = [&] {
                    if (--steps == 0)
                        ::_exit(0);
                };
                try {
                    storm.stage().deliver();
                } catch (...) {
                }
                ::_exit(0);
            }
            REQUIRE(::waitpid(child, nullptr, 0) == child);
        }
        storm.check_all_arrives();
    }
}

TEST_CASE("retry delay: doubles from a second to a minute, and gets patient only without an end") {
    using namespace std::chrono_literals;
    const std::vector<Duration> waits{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s};
    for (int i = 0; i < 8; ++i)
        CHECK(retry_delay(i + 1, Endurance::one_run, 0.5) == waits[static_cast<std::size_t>(i)]);
    CHECK(retry_delay(4, Endurance::endless, 0.5) == 8s);
    CHECK(retry_delay(5, Endurance::endless, 0.5) == 5min);
    CHECK(retry_delay(1'000'000, Endurance::endless, 0.5) == 5min);
    CHECK(retry_delay(1'000'000, Endurance::one_run, 0.5) == 1min);
    CHECK(retry_delay(1, Endurance::one_run, 0) == 750ms);
    CHECK(retry_delay(1, Endurance::one_run, 1) == 1250ms);
}
