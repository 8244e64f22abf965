// The record of deliveries: what is kept, by whom it is read, and who holds the lock.

#include "frame/deliveries.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace img;

namespace {

using Access = Deliveries::Access;

Delivery delivery(const std::string& path, Delivery::Kind kind = Delivery::Kind::arrived) {
    return {path, 10, 20, kind, true};
}

std::vector<std::string> paths_of(const Deliveries& deliveries) {
    std::vector<std::string> paths;
    deliveries.each([&](const Delivery& one) { paths.push_back(one.path); });
    return paths;
}

/// Runs `work` in a process that ends without a word to anything.
void in_killed_process(const std::function<void()>& work) {
    pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);
}

} // namespace

TEST_CASE("deliveries: what is recorded is read in the order of paths, by bytes") {
    Scratch scratch;
    Deliveries deliveries{scratch / "state", scratch.path(), "host:/a", Access::write};
    CHECK(deliveries.empty());
    deliveries.record({delivery("b"),
                       delivery("a/z"),
                       delivery("a-b", Delivery::Kind::refused),
                       {"\xc3\xa9\n'\xff", 1ULL << 50, -3, Delivery::Kind::given_up, false}});
    CHECK(paths_of(deliveries) == std::vector<std::string>{"a-b", "a/z", "b", "\xc3\xa9\n'\xff"});
    CHECK_FALSE(deliveries.empty());
    std::optional<Delivery> odd = deliveries.of("\xc3\xa9\n'\xff");
    REQUIRE(odd);
    CHECK(odd->bytes == 1ULL << 50);
    CHECK(odd->changed == -3);
    CHECK(odd->kind == Delivery::Kind::given_up);
    CHECK_FALSE(odd->is_frame);
    CHECK(deliveries.of("a-b")->kind == Delivery::Kind::refused);
    CHECK_FALSE(deliveries.of("a"));
}

TEST_CASE("deliveries: a path is on record once, and can be forgotten") {
    Scratch scratch;
    Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
    deliveries.record({delivery("a", Delivery::Kind::refused), delivery("b")});
    deliveries.record({delivery("a")});
    CHECK(deliveries.of("a")->kind == Delivery::Kind::arrived);
    deliveries.forget({"a", "c"});
    CHECK(paths_of(deliveries) == std::vector<std::string>{"b"});
}

TEST_CASE("deliveries: what is begun is on record, and takes nothing back that has arrived") {
    using Kind = Delivery::Kind;
    Scratch scratch;
    Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
    deliveries.record({delivery("a"), delivery("b", Kind::refused)});
    deliveries.record_begun({{"a", 11, 21, Kind::begun, true},
                             {"b", 10, 20, Kind::begun, true},
                             {"c", 10, 20, Kind::begun, true}});
    CHECK(deliveries.of("a")->kind == Kind::arrived);
    CHECK(deliveries.of("a")->bytes == 10);
    CHECK(deliveries.of("b")->kind == Kind::begun);
    CHECK(deliveries.of("c")->kind == Kind::begun);
    deliveries.record({delivery("c")});
    CHECK(deliveries.of("c")->kind == Kind::arrived);
}

TEST_CASE("deliveries: remotes and archives have records of their own") {
    Scratch scratch;
    fs::create_directory(scratch / "one");
    fs::create_directory(scratch / "two");
    fs::create_directory_symlink("one", scratch / "link");
    const fs::path state = scratch / "state";
    Deliveries a{state, scratch / "one", "host:/a", Access::write};
    Deliveries b{state, scratch / "one", "host:/b", Access::write};
    a.record({delivery("a")});
    CHECK(b.empty());
    CHECK(Deliveries{state, scratch / "two", "host:/a", Access::write}.empty());
    CHECK_FALSE(Deliveries{state, scratch / "link", "host:/a", Access::read}.empty());
    CHECK_FALSE(Deliveries{state, scratch / "two/../one/.", "host:/a", Access::read}.empty());
    CHECK(remotes_on_record(state, scratch / "link") ==
          std::vector<std::string>{"host:/a", "host:/b"});
    CHECK(remotes_on_record(state, scratch.path()).empty());
}

TEST_CASE("deliveries: an error is known until the next success") {
    Scratch scratch;
    Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
    Instant start{Duration{1'000'000}};
    CHECK_FALSE(deliveries.health().last_attempt);
    deliveries.attempted(start);
    deliveries.failed(start + Duration{1}, "no route");
    deliveries.failed(start + Duration{2}, "no 'host'");
    RemoteHealth health = deliveries.health();
    CHECK(health.last_attempt == start);
    CHECK(health.last_error_at == start + Duration{2});
    CHECK(health.last_error == "no 'host'");
    CHECK(health.failures == 2);
    CHECK_FALSE(health.last_success);
    deliveries.succeeded(start + Duration{3});
    health = deliveries.health();
    CHECK(health.last_success == start + Duration{3});
    CHECK(health.last_error.empty());
    CHECK(health.failures == 0);
}

TEST_CASE("deliveries: reading makes nothing, and where there is nothing, nothing is on record") {
    Scratch scratch;
    const fs::path state = scratch / "state";
    CHECK(Deliveries{state, scratch.path(), "host:/a", Access::read}.empty());
    CHECK(remotes_on_record(state, scratch.path()).empty());
    CHECK(scratch.names().empty());
    { Deliveries deliveries{state, scratch.path(), "host:/a", Access::write}; }
    CHECK(Deliveries{state, scratch.path(), "host:/b", Access::read}.empty());
    CHECK(remotes_on_record(state, scratch.path()) == std::vector<std::string>{"host:/a"});
    // One that was made and not filled, as by a process that was killed at once.
    fs::create_directory(scratch / "empty");
    write_file(scratch / "empty/imgsync.sqlite", {});
    CHECK(Deliveries{scratch / "empty", scratch.path(), "a", Access::read}.empty());
    CHECK(Deliveries{scratch / "empty", scratch.path(), "a", Access::write}.empty());
}

TEST_CASE("deliveries: reading goes on while others write, and sees what was there at its start") {
    Scratch scratch;
    Deliveries writer{scratch.path(), scratch.path(), "host:/a", Access::write};
    Deliveries other{scratch.path(), scratch.path(), "host:/b", Access::write};
    writer.record({delivery("a")});
    Deliveries reader{scratch.path(), scratch.path(), "host:/a", Access::read};
    int seen = 0;
    reader.each([&](const Delivery&) {
        ++seen;
        writer.record({delivery("c")});
        other.record({delivery("c")});
    });
    CHECK(seen == 1);
    CHECK(paths_of(reader) == std::vector<std::string>{"a", "c"});
}

TEST_CASE("deliveries: what a killed process has recorded is on record") {
    Scratch scratch;
    in_killed_process([&] {
        Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
        deliveries.record({delivery("a")});
    });
    CHECK_FALSE(Deliveries{scratch.path(), scratch.path(), "host:/a", Access::read}.empty());
    Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
    CHECK(paths_of(deliveries) == std::vector<std::string>{"a"});
}

TEST_CASE("deliveries: many processes may begin at once") {
    Scratch scratch;
    std::vector<pid_t> children;
    for (int i = 0; i < 8; ++i) {
        pid_t child = ::fork();
        if (child == 0) {
            try {
                Deliveries deliveries{scratch / "state", scratch.path(), str("host:/", i),
                                      Access::write};
                for (int n = 0; n < 20; ++n)
                    deliveries.record({delivery(str(n))});
            } catch (...) {
                ::_exit(1);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (pid_t child : children) {
        int status = -1;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
    }
    CHECK(remotes_on_record(scratch / "state", scratch.path()).size() == 8);
    Deliveries last{scratch / "state", scratch.path(), "host:/7", Access::read};
    CHECK(paths_of(last).size() == 20);
}

TEST_CASE("deliveries: what is no record is left as it is, with a word on what to do") {
    Scratch scratch;
    const fs::path file = scratch / "imgsync.sqlite";
    write_file(file, bytes_of(std::string(5000, 'x')));
    const std::string advice =
        file.string() +
        ": is no record of imgsync, or damaged; move it away, and all is sent again";
    CHECK_THROWS_WITH_AS((Deliveries{scratch.path(), scratch.path(), "a", Access::write}),
                         advice.c_str(), Error);
    CHECK_THROWS_WITH_AS((Deliveries{scratch.path(), scratch.path(), "a", Access::read}),
                         advice.c_str(), Error);
    CHECK(fs::file_size(file) == 5000);
}

TEST_CASE("deliveries: the record is for its owner only") {
    Scratch scratch;
    Deliveries deliveries{scratch.path(), scratch.path(), "host:/a", Access::write};
    struct stat status {};
    REQUIRE(::stat((scratch / "imgsync.sqlite").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("delivery lock: one holds it for a remote of an archive, until its end") {
    Scratch scratch;
    fs::create_directory(scratch / "other");
    std::optional<DeliveryLock> lock{std::in_place, scratch / "state", scratch.path(), "host:/a"};
    try {
        DeliveryLock second{scratch / "state", scratch.path(), "host:/a"};
        FAIL("two hold it");
    } catch (const Error& error) {
        CHECK(error.status() == Exit::unavailable);
        CHECK(std::string{error.what()} == "host:/a: another imgsync is at work on it");
    }
    CHECK_NOTHROW(DeliveryLock{scratch / "state", scratch.path(), "host:/b"});
    CHECK_NOTHROW(DeliveryLock{scratch / "state", scratch / "other", "host:/a"});
    lock.reset();
    CHECK_NOTHROW(DeliveryLock{scratch / "state", scratch.path(), "host:/a"});
}
