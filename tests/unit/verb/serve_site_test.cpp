#include "verb/serve/site.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace img;

namespace {

/// A directory of files that is gone with the test.
class Tree {
public:
    Tree() : root_(fs::temp_directory_path() / fs::unique_path("site-%%%%%%%%")) {
        fs::create_directories(root_ / "site");
        write("secret.txt", "secret");
    }
    Tree(const Tree&) = delete;
    Tree& operator=(const Tree&) = delete;
    ~Tree() { fs::remove_all(root_); }

    fs::path site() const { return root_ / "site"; }
    /// `path` is below the directory that the site is in.
    void write(const std::string& path, std::string_view text) const {
        fs::create_directories((root_ / path).parent_path());
        write_file(root_ / path, bytes_of(text));
    }
    void link(const std::string& target, const std::string& path) const {
        fs::create_directories((root_ / path).parent_path());
        fs::create_symlink(target, root_ / path);
    }

private:
    fs::path root_;
};

/// The file's text, or why there is none.
std::string open_in(const Site& site, const std::string& path) {
    auto found = site.open(path);
    if (auto* file = std::get_if<std::shared_ptr<const SiteFile>>(&found)) {
        std::string text((*file)->size, '\0');
        REQUIRE(::pread(*(*file)->file, text.data(), text.size(), 0) ==
                static_cast<ssize_t>(text.size()));
        return text;
    }
    switch (std::get<Missing>(found)) {
    case Missing::not_found:
        return "(not found)";
    case Missing::directory:
        return "(directory)";
    case Missing::forbidden:
        return "(forbidden)";
    case Missing::unavailable:
        return "(unavailable)";
    }
    return "";
}

SiteOptions resolved_by(SiteOptions::Resolution resolution, SiteOptions::Links links = {}) {
    SiteOptions options;
    options.resolution = resolution;
    options.links = links;
    return options;
}

/// Both ways of keeping a path below the root. Without openat2 on this machine, only the walk is
/// proved.
std::vector<Site> sites_of(const Tree& tree) {
    std::vector<Site> sites;
    sites.emplace_back(tree.site(), resolved_by(SiteOptions::Resolution::kernel));
    if (std::holds_alternative<Missing>(sites[0].open("probe.txt")))
        sites.clear();
    sites.emplace_back(tree.site(), resolved_by(SiteOptions::Resolution::walk));
    return sites;
}

std::string decoded(std::string_view path) {
    auto result = decode_path(path);
    if (const int* status = std::get_if<int>(&result))
        return std::to_string(*status);
    return std::get<std::string>(result);
}

} // namespace

TEST_CASE("decode_path: a path is decoded once and keeps its slash at the end") {
    CHECK(decoded("/") == "");
    CHECK(decoded("/latest.jpg") == "latest.jpg");
    CHECK(decoded("/a%20b/c%2B+d.jpg") == "a b/c++d.jpg");
    CHECK(decoded("/a/") == "a/");
    CHECK(decoded("/%2561") == "%61");
    CHECK(decoded("/%c3%a4") == "\xc3\xa4");
    CHECK(decoded("/a...b/c..d") == "a...b/c..d");
}

TEST_CASE("decode_path: '.' and '..', encoded or not, are refused, wherever they stand") {
    for (const char* path : {"/..", "/.", "/a/../b", "/a/./b", "/a/..", "/%2e%2e", "/%2E.",
                             "/.%2e/b", "/%2e", "/../../etc/passwd"})
        CHECK_MESSAGE(decoded(path) == "400", path);
}

TEST_CASE("decode_path: what no file can be called is refused") {
    for (const char* path : {"", "a", "*", "/%00", "/a%00.jpg", "/%0a", "/%1f", "/%7f", "/a%2fb",
                             "/a%2Fb", "/%", "/%2", "/%zz", "/%2g", "/..%2fa"})
        CHECK_MESSAGE(decoded(path) == "400", path);
}

TEST_CASE("decode_path: hidden names, empty names and endless names are not there") {
    for (const char* path :
         {"/.git", "/.git/config", "/a/.env", "/%2egit", "/...", "//", "//a", "/a//b", "/a//"})
        CHECK_MESSAGE(decoded(path) == "404", path);
    CHECK(decoded("/" + std::string(5000, 'a')) == "404");
}

TEST_CASE("Site: files are found, and nothing else is") {
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.write("site/a/b/c.txt", "deep");
    tree.write("site/empty.txt", "");
    REQUIRE(::mkfifo((tree.site() / "fifo").c_str(), 0600) == 0);
    for (const Site& site : sites_of(tree)) {
        CHECK(open_in(site, "probe.txt") == "probe");
        CHECK(open_in(site, "a/b/c.txt") == "deep");
        CHECK(open_in(site, "empty.txt") == "");
        CHECK(open_in(site, "a/b") == "(directory)");
        CHECK(open_in(site, "a/b/") == "(directory)");
        CHECK(open_in(site, "missing.txt") == "(not found)");
        CHECK(open_in(site, "missing/c.txt") == "(not found)");
        CHECK(open_in(site, "probe.txt/") == "(not found)");
        CHECK(open_in(site, "probe.txt/c.txt") == "(not found)");
        CHECK(open_in(site, "fifo") == "(not found)");
        CHECK(open_in(site, std::string(300, 'a')) == "(not found)");
    }
}

TEST_CASE("Site: the root is not left, neither by '..', nor by a link, nor from the very top") {
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.link("../secret.txt", "site/file");
    tree.link((tree.site().parent_path() / "secret.txt").string(), "site/absolute");
    tree.link("..", "site/directory");
    tree.link("probe.txt", "site/inside");
    tree.link("loop", "site/loop");
    for (const Site& site : sites_of(tree)) {
        for (const char* path : {"../secret.txt", "a/../../secret.txt", "..", "file", "absolute",
                                 "directory/secret.txt", "directory/site/probe.txt", "inside",
                                 "loop", "loop/a", "/etc/passwd", "//etc/passwd"})
            CHECK_MESSAGE(open_in(site, path) == "(not found)", path);
    }
}

TEST_CASE("Site: links are followed inside only when asked for, and by the kernel only") {
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.write("site/a/b.txt", "b");
    tree.link("probe.txt", "site/name");
    tree.link("../probe.txt", "site/a/up");
    tree.link("a", "site/directory");
    tree.link("../secret.txt", "site/out");
    tree.link("../site/probe.txt", "site/out-and-in");
    tree.link((tree.site() / "probe.txt").string(), "site/absolute");
    tree.link("/proc/self/cwd", "site/magic");
    tree.link("loop", "site/loop");
    Site site{tree.site(),
              resolved_by(SiteOptions::Resolution::kernel, SiteOptions::Links::inside)};
    if (open_in(site, "probe.txt") == "probe") {
        for (int again = 0; again < 2; ++again) {
            CHECK(open_in(site, "name") == "probe");
            CHECK(open_in(site, "a/up") == "probe");
            CHECK(open_in(site, "directory/b.txt") == "b");
            CHECK(open_in(site, "directory") == "(directory)");
            for (const char* path : {"out", "out-and-in", "absolute", "magic", "loop"})
                CHECK_MESSAGE(open_in(site, path) == "(not found)", path);
        }
    }
    Site walk{tree.site(), resolved_by(SiteOptions::Resolution::walk, SiteOptions::Links::inside)};
    CHECK(open_in(walk, "probe.txt") == "probe");
    for (const char* path : {"name", "a/up", "directory/b.txt", "out", "absolute", "loop"})
        CHECK_MESSAGE(open_in(walk, path) == "(not found)", path);
}

TEST_CASE("Site: a name that becomes a link is not answered from memory") {
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.write("site/a/b.txt", "b");
    tree.write("outside/kept.txt", "kept");
    for (const Site& site : sites_of(tree)) {
        tree.write("site/a/b.txt", "b");
        CHECK(open_in(site, "a/b.txt") == "b");
        CHECK(open_in(site, "probe.txt") == "probe");
        // The very same file by way of a link: its version tells no difference.
        fs::rename(tree.site() / "a", tree.site().parent_path() / "moved");
        tree.link("../moved", "site/a");
        CHECK(open_in(site, "a/b.txt") == "(not found)");
        fs::remove(tree.site() / "a");
        fs::rename(tree.site().parent_path() / "moved", tree.site() / "a");
        fs::rename(tree.site() / "probe.txt", tree.site() / "other.txt");
        tree.link("other.txt", "site/probe.txt");
        CHECK(open_in(site, "probe.txt") == "(not found)");
        fs::remove(tree.site() / "probe.txt");
        fs::rename(tree.site() / "other.txt", tree.site() / "probe.txt");
    }
}

TEST_CASE("Site: a directory that is swapped with a link again and again leads nowhere else") {
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.write("site/swapped/file.txt", "inside");
    tree.write("file.txt", "outside");
    tree.link("..", "site/link");
    fs::path swapped = tree.site() / "swapped", link = tree.site() / "link";
    for (auto links : {SiteOptions::Links::refuse, SiteOptions::Links::inside})
        for (auto resolution : {SiteOptions::Resolution::kernel, SiteOptions::Resolution::walk}) {
            Site site{tree.site(), resolved_by(resolution, links)};
            std::thread renamer{[&] {
                for (int i = 0; i < 2000; ++i)
                    ::syscall(SYS_renameat2, AT_FDCWD, swapped.c_str(), AT_FDCWD, link.c_str(),
                              RENAME_EXCHANGE);
            }};
            int strays = 0;
            for (int i = 0; i < 2000; ++i) {
                std::string text = open_in(site, "swapped/file.txt");
                strays += text != "inside" && text != "(not found)" && text != "(unavailable)";
            }
            renamer.join();
            CHECK(strays == 0);
        }
}

TEST_CASE("Site: a file is described once a version") {
    Tree tree;
    tree.write("site/a.txt", "one");
    int described = 0;
    SiteOptions options;
    options.describe = [&](const std::string& path) { return str(++described, " ", path); };
    Site site{tree.site(), options};
    for (int again = 0; again < 2; ++again)
        CHECK(std::get<std::shared_ptr<const SiteFile>>(site.open("a.txt"))->fields == "1 a.txt");
    tree.write("site/a.txt", "four");
    CHECK(std::get<std::shared_ptr<const SiteFile>>(site.open("a.txt"))->fields == "2 a.txt");
}

TEST_CASE("Site::siblings: they are looked for once a turn, and each time without turns") {
    Tree tree;
    tree.write("site/a/b.json", "b");
    Site site{tree.site()};
    open_in(site, "a/b.json");
    CHECK_FALSE(site.siblings("a/b.json").gzip);
    tree.write("site/a/b.json.gz", "gz");
    CHECK(site.siblings("a/b.json").gzip->size == 2);
    CHECK_FALSE(site.siblings("a/b.json").br);
    fs::remove(tree.site() / "a/b.json.gz");
    site.begin_turn();
    CHECK_FALSE(site.siblings("a/b.json").gzip);
    tree.write("site/a/b.json.br", "br");
    CHECK_FALSE(site.siblings("a/b.json").br);
    site.begin_turn();
    CHECK(site.siblings("a/b.json").br->size == 2);
}

TEST_CASE("Site: when descriptors run out, those that are only kept are given up") {
    Tree tree;
    for (int i = 0; i < 8; ++i)
        tree.write(str("site/", i), "x");
    Site site{tree.site()};
    for (int i = 0; i < 7; ++i)
        CHECK(open_in(site, std::to_string(i)) == "x");
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    rlimit tight{static_cast<rlim_t>(*Fd{::dup(0)}), before.rlim_max}; // the next that is free
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
    auto found = site.open("7");
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(std::holds_alternative<std::shared_ptr<const SiteFile>>(found));
}

TEST_CASE("Site: what may not be read is forbidden") {
    if (::geteuid() == 0) { // root may read everything
        MESSAGE("skipped: runs as root");
        return;
    }
    Tree tree;
    tree.write("site/probe.txt", "probe");
    tree.write("site/closed.txt", "closed");
    fs::permissions(tree.site() / "closed.txt", fs::no_perms);
    for (const Site& site : sites_of(tree))
        CHECK(open_in(site, "closed.txt") == "(forbidden)");
}

TEST_CASE("Site: a file that is replaced has another tag, and who holds the old one keeps it") {
    Tree tree;
    tree.write("site/latest.jpg", "one");
    Site site{tree.site()};
    auto before = std::get<std::shared_ptr<const SiteFile>>(site.open("latest.jpg"));
    CHECK(before->etag == std::get<std::shared_ptr<const SiteFile>>(site.open("latest.jpg"))->etag);
    CHECK(before->etag.starts_with('"'));
    CHECK(before->etag.ends_with('"'));
    tree.write("site/latest.jpg", "two");
    auto now = std::get<std::shared_ptr<const SiteFile>>(site.open("latest.jpg"));
    CHECK(now->etag != before->etag);
    std::string text(3, '\0');
    CHECK(::pread(*before->file, text.data(), 3, 0) == 3);
    CHECK(text == "one");
}

TEST_CASE("Site: a missing directory, or a file, is an error that names it") {
    Tree tree;
    CHECK_THROWS_WITH_AS(Site{tree.site() / "nowhere"},
                         (tree.site().string() + "/nowhere: No such file or directory").c_str(),
                         Error);
    tree.write("site/file", "");
    CHECK_THROWS_AS(Site{tree.site() / "file"}, Error);
}

TEST_CASE("Site: a directory that was removed is not readable") {
    Tree tree;
    Site site{tree.site()};
    CHECK(site.readable());
    fs::remove_all(tree.site());
    CHECK_FALSE(site.readable());
    CHECK(site.cameras().empty());
}

TEST_CASE("Site::cameras: the root's own picture, else one a directory, by name") {
    Tree tree;
    Site site{tree.site()};
    CHECK(site.cameras().empty());
    tree.write("site/south/latest.jpg", "s");
    tree.write("site/south/latest.gif", "g");
    tree.write("site/north/latest.jpg", "n");
    tree.write("site/.hidden/latest.jpg", "h");
    tree.write("site/two\nlines/latest.jpg", "l");
    tree.write("site/other/a.jpg", "o");
    tree.write("site/file.jpg", "f");
    tree.link("north", "site/linked");
    std::vector<CameraFiles> cameras = site.cameras();
    REQUIRE(cameras.size() == 2);
    CHECK(cameras[0].name == "north");
    CHECK_FALSE(cameras[0].animation.has_value());
    CHECK(cameras[1].name == "south");
    CHECK(cameras[1].animation.has_value());
    tree.write("site/latest.jpg", "r");
    cameras = site.cameras();
    REQUIRE(cameras.size() == 1);
    CHECK(cameras[0].name == "");
}

TEST_CASE("Site::cameras: a hundred are shown, however many there are") {
    Tree tree;
    for (int i = 0; i < 120; ++i)
        tree.write(str("site/camera", i, "/latest.jpg"), "x");
    CHECK(Site{tree.site()}.cameras().size() == 100);
}
