#include "verb/serve/file_cache.hpp"

#include "../scratch.hpp"
#include "base/text.hpp"

#include <ctime>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

using namespace img;

namespace {

/// Files beneath a directory, kept by a cache; counts how often a name is looked at.
struct Shelf {
    Scratch directory;
    FileCache cache;
    int looks = 0;

    explicit Shelf(std::uint64_t most_bytes) : cache(most_bytes) {}

    std::optional<FileVersion> look(const std::string& path) {
        ++looks;
        struct stat about {};
        if (::stat((directory / path).c_str(), &about) != 0)
            return std::nullopt;
        return FileVersion{about};
    }
    void write(const std::string& path, std::string_view text) {
        write_file(directory / path, bytes_of(text));
        wait_for_tick(path);
    }
    /// Until a change would have another time.
    void wait_for_tick(const std::string& path) {
        timespec tick{};
        struct stat about {};
        do {
            ::stat((directory / path).c_str(), &about);
            ::clock_gettime(CLOCK_REALTIME_COARSE, &tick);
        } while (about.st_ctim.tv_sec > tick.tv_sec ||
                 (about.st_ctim.tv_sec == tick.tv_sec && about.st_ctim.tv_nsec >= tick.tv_nsec));
    }
    std::shared_ptr<const SiteFile> find(const std::string& path) {
        return cache.find(path, [this](const std::string& name) { return look(name); });
    }
    std::shared_ptr<const SiteFile> keep(const std::string& path) {
        auto file = std::make_shared<SiteFile>();
        file->file = open_to_read(directory / path);
        struct stat about {};
        REQUIRE(::fstat(*file->file, &about) == 0);
        file->size = static_cast<std::uint64_t>(about.st_size);
        cache.keep(path, file, FileVersion{about});
        return file;
    }
    /// Asks twice.
    std::string content(const std::string& path) {
        if (!find(path))
            keep(path);
        auto file = find(path);
        return file ? std::string{text_of(file->content)} : "(none)";
    }
};

} // namespace

TEST_CASE("FileCache: what was kept is found, and its content from the second request on") {
    Shelf shelf{1000};
    shelf.write("a", "abc");
    CHECK(shelf.find("a") == nullptr);
    auto first = shelf.keep("a");
    CHECK(first->content.empty());
    CHECK(shelf.cache.bytes() == 0);
    auto second = shelf.find("a");
    CHECK(second == first);
    CHECK(text_of(second->content) == "abc");
    CHECK(shelf.cache.bytes() == 3);
    CHECK(shelf.find("b") == nullptr);
}

TEST_CASE("FileCache: a file that was replaced, written to, or removed is not found") {
    Shelf shelf{1000};
    shelf.write("a", "abc");
    CHECK(shelf.content("a") == "abc");
    auto held = shelf.find("a");
    shelf.write("a", "ABC");
    CHECK(shelf.find("a") == nullptr);
    CHECK(shelf.cache.files() == 0);
    CHECK(shelf.cache.bytes() == 0);
    CHECK(text_of(held->content) == "abc");
    CHECK(shelf.content("a") == "ABC");

    Fd in_place{::open((shelf.directory / "a").c_str(), O_WRONLY | O_CLOEXEC)};
    REQUIRE(::pwrite(*in_place, "x", 1, 0) == 1);
    CHECK(shelf.find("a") == nullptr);
    shelf.wait_for_tick("a");
    CHECK(shelf.content("a") == "xBC");
    fs::remove(shelf.directory / "a");
    CHECK(shelf.find("a") == nullptr);
}

TEST_CASE("FileCache: within a turn a name is looked at once, without turns each time") {
    Shelf shelf{1000};
    shelf.write("a", "abc");
    shelf.keep("a");
    for (int i = 0; i < 3; ++i)
        CHECK(shelf.find("a"));
    CHECK(shelf.looks == 3);
    shelf.cache.begin_turn();
    for (int i = 0; i < 3; ++i)
        CHECK(shelf.find("a"));
    CHECK(shelf.looks == 4);
    shelf.write("a", "ABC");
    CHECK(shelf.find("a"));
    shelf.cache.begin_turn();
    CHECK(shelf.find("a") == nullptr);
    shelf.keep("a"); // in this turn
    CHECK(shelf.find("a"));
    CHECK(shelf.looks == 5);
}

TEST_CASE("FileCache: contents stay within the budget, and those that were asked for last stay") {
    Shelf shelf{10};
    for (const char* name : {"a", "b", "c"})
        shelf.write(name, "1234");
    shelf.write("large", "123456");
    CHECK(shelf.content("a") == "1234");
    CHECK(shelf.content("b") == "1234");
    CHECK(shelf.cache.bytes() == 8);
    CHECK(shelf.find("a"));
    CHECK(shelf.content("c") == "1234");
    CHECK(shelf.cache.bytes() == 8);
    CHECK(shelf.find("b") == nullptr);
    CHECK(shelf.find("a"));
    CHECK(shelf.content("large").empty());
    CHECK(shelf.cache.files() == 3);
    CHECK(shelf.cache.bytes() == 8);
}

TEST_CASE("FileCache: contents that others hold count until they are done") {
    Shelf shelf{10};
    for (const char* name : {"a", "b", "c"})
        shelf.write(name, "1234");
    CHECK(shelf.content("a") == "1234");
    CHECK(shelf.content("b") == "1234");
    auto one = shelf.find("a"), other = shelf.find("b");
    CHECK(shelf.content("c").empty());
    CHECK(shelf.cache.files() == 3);
    shelf.write("a", "5678");
    CHECK(shelf.content("a").empty());
    CHECK(text_of(one->content) == "1234");
    one.reset();
    CHECK(shelf.content("a") == "5678");
    CHECK(shelf.find("b") == other);
    other.reset();
    CHECK(shelf.content("c") == "1234");
}

TEST_CASE("FileCache: without a budget, and of empty files, only descriptors are kept") {
    Shelf shelf{0};
    shelf.write("a", "abc");
    shelf.write("empty", "");
    CHECK(shelf.content("a").empty());
    CHECK(shelf.content("empty").empty());
    CHECK(shelf.cache.files() == 2);
}

TEST_CASE("FileCache: a file that became shorter before it was read is not kept in memory") {
    Shelf shelf{1000};
    shelf.write("a", "abc");
    auto file = shelf.keep("a");
    shelf.cache.begin_turn();
    CHECK(shelf.find("a"));
    shelf.write("b", "abc");
    auto other = shelf.keep("b"); // in this turn, so that its name is trusted
    REQUIRE(::truncate((shelf.directory / "b").c_str(), 1) == 0);
    shelf.wait_for_tick("b");
    CHECK(shelf.find("b") == other);
    CHECK(other->content.empty());
}

TEST_CASE("FileCache: only so many files are kept, and the idle ones can be given up") {
    Shelf shelf{1000};
    for (std::size_t i = 0; i <= FileCache::most_files; ++i) {
        std::string name = std::to_string(i);
        write_file(shelf.directory / name, {});
        shelf.keep(name);
    }
    CHECK(shelf.cache.files() == FileCache::most_files);
    CHECK(shelf.find("0") == nullptr);
    auto held = shelf.find("7");
    shelf.cache.give_up_idle();
    CHECK(shelf.cache.files() == 1);
    CHECK(shelf.find("7") == held);
}
