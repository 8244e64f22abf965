#include "base/file.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace img;

namespace {

std::string content(const fs::path& path) {
    return std::string{text_of(read_file(path))};
}

unsigned mode_of(const fs::path& path) {
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    return about.st_mode & 07777;
}

/// What `act` is refused with, and the status.
template <class Act>
std::pair<std::string, Exit> refusal(const Act& act) {
    try {
        act();
    } catch (const Error& error) {
        return {error.what(), error.status()};
    }
    return {"", Exit::ok};
}

} // namespace

TEST_CASE("AtomicFile: without commit nothing is left, and what was there stays") {
    Scratch scratch;
    write_file(scratch / "a", bytes_of("old"));
    {
        AtomicFile file{scratch / "a"}, other{scratch / "b"};
        file.write(bytes_of("new"));
        other.write(bytes_of("new"));
        CHECK(content(scratch / "a") == "old");
    }
    CHECK(scratch.names() == std::set<std::string>{"a"});
    CHECK(content(scratch / "a") == "old");
}

TEST_CASE("AtomicFile: until the commit it has no name, or a hidden one") {
    Scratch scratch;
    AtomicFile file{scratch / "a.jpg"};
    file.write(bytes_of("text"));
    for (const std::string& name : scratch.names())
        CHECK(name.starts_with(".a.jpg."));
    file.commit();
    CHECK(scratch.names() == std::set<std::string>{"a.jpg"});
}

TEST_CASE("AtomicFile: commit replaces the file as a whole and leaves no other") {
    Scratch scratch;
    write_file(scratch / "a", bytes_of("a long old text"));
    Fd reader = open_to_read(scratch / "a");
    AtomicFile file{scratch / "a"};
    file.write(bytes_of("ne"));
    file.write(bytes_of("w"));
    file.commit();
    CHECK(content(scratch / "a") == "new");
    CHECK(scratch.names() == std::set<std::string>{"a"});
    // Who had it open reads the old one to its end.
    Bytes old(100);
    old.resize(read_some(*reader, old.data(), old.size(), "a"));
    CHECK(text_of(old) == "a long old text");
}

TEST_CASE("AtomicFile: its mode is what the umask leaves") {
    Scratch scratch;
    mode_t before = ::umask(027);
    write_file(scratch / "common", bytes_of("x"));
    write_file(scratch / "secret", bytes_of("x"), 0600);
    ::umask(before);
    CHECK(mode_of(scratch / "common") == 0640);
    CHECK(mode_of(scratch / "secret") == 0600);
}

TEST_CASE("AtomicFile: set_time sets the file's time, before 1970 too") {
    Scratch scratch;
    for (std::int64_t milliseconds : {1'795'269'600'123LL, 0LL, -1LL}) {
        AtomicFile file{scratch / "a"};
        file.write(bytes_of("x"));
        file.set_time(Instant{Duration{milliseconds}});
        file.commit();
        struct stat about {};
        REQUIRE(::stat((scratch / "a").c_str(), &about) == 0);
        CHECK(about.st_mtim.tv_sec * 1000 + about.st_mtim.tv_nsec / 1'000'000 == milliseconds);
    }
}

TEST_CASE("AtomicFile: a directory that is missing is named, with the file") {
    Scratch scratch;
    std::string name = (scratch / "none/a.jpg").string();
    auto [what, status] = refusal([&] { AtomicFile{name}; });
    CHECK(what == name + ": No such file or directory");
    CHECK(status == Exit::failed);
}

TEST_CASE("AtomicFile: a directory is not replaced, and nothing is left beside it") {
    Scratch scratch;
    fs::create_directory(scratch / "d");
    auto [what, status] = refusal([&] { write_file(scratch / "d", bytes_of("x")); });
    CHECK(what == (scratch / "d").string() + ": Is a directory");
    CHECK(status == Exit::failed);
    CHECK(scratch.names() == std::set<std::string>{"d"});
}

TEST_CASE("AtomicFile: a name without a directory is in the current one") {
    Scratch scratch;
    fs::path before = fs::current_path();
    fs::current_path(scratch / ".");
    write_file("a", bytes_of("x"));
    fs::current_path(before);
    CHECK(content(scratch / "a") == "x");
}

TEST_CASE("AtomicFile: what is no regular file is written to, never replaced") {
    Scratch scratch;
    fs::path pipe = scratch / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    Fd both{::open(pipe.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)};
    {
        AtomicFile file{pipe};
        file.write(bytes_of("whole"));
        file.set_time(Instant{});
        file.commit();
    }
    CHECK(fs::status(pipe).type() == fs::fifo_file);
    CHECK(scratch.names() == std::set<std::string>{"pipe"});
    Bytes got(100);
    got.resize(read_some(*both, got.data(), got.size(), "pipe"));
    CHECK(text_of(got) == "whole");
}

TEST_CASE("AtomicFile: nothing is made in /dev") {
    CHECK(refusal([] { AtomicFile{"/dev/imgseq-none"}; }).first ==
          "/dev/imgseq-none: No such file or directory");
}

TEST_CASE("write_all: a full disk is unavailable, not a failure for ever") {
    Fd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
    REQUIRE(full);
    auto [what, status] = refusal([&] { write_all(*full, bytes_of("x"), "/srv/a.jpg"); });
    CHECK(what == "/srv/a.jpg: No space left on device");
    CHECK(status == Exit::unavailable);
}

TEST_CASE("write_all: more than a pipe holds arrives whole") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Fd read{ends[0]};
    Bytes sent(1'000'000), got;
    for (std::size_t i = 0; i < sent.size(); ++i)
        sent[i] = static_cast<std::uint8_t>(i * 7 >> 3);
    std::thread writer{[&sent, end = ends[1]] {
        Fd write{end};
        write_all(*write, sent, "pipe");
    }};
    for (std::uint8_t part[4096];;) {
        std::size_t length = read_some(*read, part, sizeof part, "pipe");
        if (length == 0)
            break;
        got.insert(got.end(), part, part + length);
    }
    writer.join();
    CHECK(got == sent);
}

TEST_CASE("read_file: gives all bytes, up to a limit") {
    Scratch scratch;
    fs::path path = scratch / "a";
    write_file(path, bytes_of("12345"));
    CHECK(text_of(read_file(path, 5)) == "12345");
    auto [what, status] = refusal([&] { read_file(path, 4); });
    CHECK(what == path.string() + ": larger than 4 bytes");
    CHECK(status == Exit::failed);
    write_file(path, {});
    CHECK(read_file(path, 0).empty());
}

TEST_CASE("read_file: what has no length is read to its end") {
    CHECK_FALSE(read_file("/proc/self/status").empty());
}

TEST_CASE("read_file: what has no end stops at the limit") {
    auto [what, status] = refusal([] { read_file("/dev/zero", 100'000); });
    CHECK(what == "/dev/zero: larger than 100000 bytes");
    CHECK(status == Exit::failed);
}

TEST_CASE("read_file: what is missing, or a directory, is named") {
    Scratch scratch;
    CHECK(refusal([&] { read_file(scratch / "none"); }).first ==
          (scratch / "none").string() + ": No such file or directory");
    CHECK(refusal([&] { read_file(scratch / ""); }).first ==
          (scratch / "").string() + ": Is a directory");
    CHECK(refusal([] { read_file(""); }).first == ": No such file or directory");
}

TEST_CASE("Fd: closes once, wherever it was moved to") {
    Fd first = open_to_read("/dev/null");
    int number = *first;
    {
        Fd second{std::move(first)};
        CHECK_FALSE(first);
        CHECK(*second == number);
        CHECK(::fcntl(number, F_GETFD) == FD_CLOEXEC);
    }
    CHECK(::fcntl(number, F_GETFD) == -1);
}

TEST_CASE("read_some, write_all: a pipe that does not wait is waited for") {
    int ends[2];
    REQUIRE(::pipe2(ends, O_NONBLOCK) == 0);
    Fd read{ends[0]}, write{ends[1]};
    Bytes sent(1 << 20);
    for (std::size_t i = 0; i < sent.size(); ++i)
        sent[i] = static_cast<std::uint8_t>(i * 31 >> 3);
    Bytes got(sent.size());
    std::thread reader{[&] {
        std::size_t length = 0;
        while (length < got.size())
            length += read_some(*read, got.data() + length, got.size() - length, "pipe");
    }};
    write_all(*write, sent, "pipe");
    reader.join();
    CHECK(got == sent);
}

TEST_CASE("make_directory_for: makes all that is missing, and is content with what is there") {
    Scratch scratch;
    make_directory_for(scratch / "a/b/c.jpg");
    CHECK(fs::is_directory(scratch / "a/b"));
    CHECK_FALSE(fs::exists(scratch / "a/b/c.jpg"));
    make_directory_for(scratch / "a/b/d.jpg");
    make_directory_for("e.jpg"); // here
    fs::create_directory_symlink(scratch / "a", scratch / "link");
    make_directory_for(scratch / "link/b/c.jpg");
    make_directory_for(scratch / "link/x/c.jpg");
    CHECK(fs::is_directory(scratch / "a/x"));
}

TEST_CASE("make_directory_for: a file that stands in the way is named") {
    Scratch scratch;
    write_file(scratch / "a", bytes_of("text"));
    for (const char* file : {"a/b.jpg", "a/b/c.jpg"}) {
        const auto [what, status] = refusal([&] { make_directory_for(scratch / file); });
        CAPTURE(file);
        CHECK(what.find((scratch / "a").string()) != std::string::npos);
    }
    CHECK(content(scratch / "a") == "text");
}
