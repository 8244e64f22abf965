#include "verb/sync/directory.hpp"

#include "remote_tree.hpp"

#include <csignal>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

using namespace img;

namespace {

std::pair<std::string, Exit> refusal(const std::string& address, const fs::path& archive) {
    try {
        open_directory(address, archive, {});
    } catch (const Error& error) {
        return {error.what(), error.status()};
    }
    return {"", Exit::ok};
}

} // namespace

TEST_CASE("open_directory: files arrive whole, below the same paths, with mode and time") {
    RemoteTree tree;
    tree.add("north/2026/11/20261121T134338Z.jpg", "one");
    tree.add(" odd\n*\\'\" name.jpg", "two");
    tree.add("empty.txt", "");
    tree.add("large.gif", std::string(3'000'000, 'x'));
    REQUIRE(::chmod((tree.archive() / "empty.txt").c_str(), 0640) == 0);
    const Told told = tree.send(*open_directory(tree.target().string(), tree.archive(), {}));
    CHECK(told.arrived.size() == 4);
    CHECK(told.sent == 3'000'006);
    CHECK(tree.difference().empty());
    struct stat about {};
    REQUIRE(::stat((tree.target() / "empty.txt").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0640);
    CHECK(about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec ==
          tree.listed("empty.txt").changed);
}

TEST_CASE("open_directory: a link arrives as the file that it shows, and replaces what was there") {
    RemoteTree tree;
    tree.add("20261121T134338Z.jpg", "frame");
    fs::create_symlink("20261121T134338Z.jpg", tree.archive() / "latest.jpg");
    tree.list("latest.jpg");
    write_file(tree.target() / "latest.jpg", bytes_of("old"));
    tree.send(*open_directory("file://" + tree.target().string(), tree.archive(), {}));
    CHECK_FALSE(fs::is_symlink(tree.target() / "latest.jpg"));
    CHECK(tree.arrived_as("latest.jpg") == "frame");
}

TEST_CASE("open_directory: what has changed or gone since it was listed is told so and not sent") {
    RemoteTree tree;
    tree.add("a.jpg", "one");
    tree.add("b.jpg", "two");
    tree.add("c.jpg", "three");
    write_file(tree.archive() / "a.jpg", bytes_of("longer"));
    fs::remove(tree.archive() / "b.jpg");
    const Told told = tree.send(*open_directory(tree.target().string(), tree.archive(), {}));
    CHECK(told.gone == std::set<std::string>{"a.jpg", "b.jpg"});
    CHECK(told.arrived == std::set<std::string>{"c.jpg"});
    CHECK(tree.names_there() == std::set<std::string>{"c.jpg"});
}

TEST_CASE("open_directory: what can have no name there is refused, and the rest arrives") {
    RemoteTree tree;
    tree.add("a.jpg", "one");
    tree.add("b.jpg", "two");
    tree.add("d/c.jpg", "three");
    fs::create_directories(tree.target() / "a.jpg/in the way");
    write_file(tree.target() / "d", bytes_of("in the way"));
    const Told told = tree.send(*open_directory(tree.target().string(), tree.archive(), {}));
    CHECK(told.refused == std::set<std::string>{"a.jpg", "d/c.jpg"});
    CHECK(told.arrived == std::set<std::string>{"b.jpg"});
    CHECK(tree.names_there() == std::set<std::string>{"a.jpg/in the way", "b.jpg", "d"});
}

TEST_CASE("open_directory: more files than go at once arrive, in their order") {
    RemoteTree tree;
    std::vector<std::string> expected;
    for (int i = 0; i < 600; ++i) {
        expected.push_back(str("d", i % 7, "/", i, ".jpg"));
        tree.add(expected.back(), str(i));
    }
    const Told told = tree.send(*open_directory(tree.target().string(), tree.archive(), {}));
    CHECK(told.order == expected);
    CHECK(tree.difference().empty());
}

TEST_CASE("open_directory: a target that is not there is not made") {
    RemoteTree tree;
    tree.add("a.jpg", "one");
    fs::remove(tree.target());
    const auto remote = open_directory(tree.target().string(), tree.archive(), {});
    const Told told = tree.send(*remote);
    CHECK(told.status == Exit::unavailable);
    CHECK(told.error == tree.target().string() + ": is not there (not mounted?)");
    CHECK_FALSE(fs::exists(tree.target()));
    CHECK_THROWS_AS(remote->remove({"a.jpg"}, [](std::size_t) {}), Error);
}

TEST_CASE("open_directory: neither the archive, nor what is in it or holds it, is a remote") {
    RemoteTree tree;
    fs::create_directory(tree.archive() / "in");
    fs::create_directory_symlink(tree.archive(), tree.target() / "link");
    for (const fs::path& path :
         {tree.archive(), tree.archive() / "in", tree.archive().parent_path(),
          tree.archive() / "in/none/..", tree.archive() / "none", tree.target() / "link/in"}) {
        CAPTURE(path.string());
        CHECK(refusal(path.string(), tree.archive()).second == Exit::usage);
        CHECK(refusal(path.string() + "/", tree.archive()).second == Exit::usage);
    }
    CHECK(refusal(tree.archive().string() + "2", tree.archive()).second == Exit::ok);
    CHECK(refusal(tree.target().string(), tree.archive()).second == Exit::ok);
}

TEST_CASE("open_directory: file:// has no host but this one, and its path is decoded") {
    RemoteTree tree;
    CHECK(refusal("file://www/srv", tree.archive()).second == Exit::usage);
    CHECK(refusal("file:///a%zz", tree.archive()).second == Exit::usage);
    fs::create_directory(tree.target() / "a b");
    tree.add("a.jpg", "one");
    tree.send(*open_directory("file://localhost" + tree.target().string() + "/a%20b/",
                              tree.archive(), {}));
    CHECK(tree.arrived_as("a b/a.jpg") == "one");
}

TEST_CASE("open_directory: what is too large for the file system is refused, and not left there in "
          "part") {
    RemoteTree tree;
    tree.add("a.jpg", "one");
    tree.add("b.jpg", std::string(100'000, 'x'));
    const auto remote = open_directory(tree.target().string(), tree.archive(), {});
    rlimit before{}, small{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    small = before;
    small.rlim_cur = 50'000;
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    const Told told = tree.send(*remote);
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    CHECK(told.arrived == std::set<std::string>{"a.jpg"});
    CHECK(told.refused == std::set<std::string>{"b.jpg"});
    CHECK(tree.names_there() == std::set<std::string>{"a.jpg"});
}

TEST_CASE("open_directory: deletes files, and directories that are empty then, but no more") {
    RemoteTree tree;
    for (const char* path :
         {"2026/01/a.jpg", "2026/01/b.jpg", "2026/02/c.jpg", "own/page.html", "own/d.jpg"}) {
        make_directory_for(tree.target() / path);
        write_file(tree.target() / path, bytes_of("x"));
    }
    const auto remote = open_directory(tree.target().string(), tree.archive(), {});
    std::size_t removed = 0;
    remote->remove({"2026/01/a.jpg", "2026/01/b.jpg", "2026/02/c.jpg", "own/d.jpg", "never/e.jpg",
                    "own/page.html/f.jpg"},
                   [&](std::size_t) { ++removed; });
    CHECK(removed == 6);
    CHECK(tree.names_there() == std::set<std::string>{"own/page.html"});
    CHECK_FALSE(fs::exists(tree.target() / "2026"));
    remote->remove({"own/page.html"}, [](std::size_t) {});
    CHECK(fs::is_directory(tree.target()));
}
