#include "verb/sync/pull.hpp"

#include "here.hpp"
#include "remote_tree.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

bool no_rsync() {
    const bool none = !has_program("/usr/bin/rsync");
    WARN_MESSAGE(!none, "rsync is not installed");
    return none;
}

struct Pulled {
    PullReport report;
    std::vector<std::string> names;
};

/// From the tree's archive to its target.
Pulled pull_tree(const RemoteTree& tree, PullMode mode) {
    Pulled pulled;
    pulled.report =
        pull("www:" + tree.archive().string(), tree.target() / "new", {}, mode,
             [&](const std::string& path, std::uint64_t) { pulled.names.push_back(path); });
    return pulled;
}

} // namespace

TEST_CASE("pull: brings all but hidden files and links that lead out, pointers last") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("z/20261121T134338Z.jpg", "frame");
    tree.add("a b'.txt", "text");
    tree.add("index.html", "page");
    tree.add("z/road.json", "{}");
    tree.add(".hidden", "x");
    tree.add(".hid/x.jpg", "x");
    fs::create_symlink("z/20261121T134338Z.jpg", tree.archive() / "latest.jpg");
    fs::create_symlink("/etc/passwd", tree.archive() / "out.jpg");
    const Pulled pulled = pull_tree(tree, PullMode::fetch);
    CHECK(pulled.report.files == 5);
    CHECK(std::set<std::string>(pulled.names.begin(), pulled.names.begin() + 2) ==
          std::set<std::string>{"z/20261121T134338Z.jpg", "a b'.txt"});
    CHECK(tree.names_there() == std::set<std::string>{"new/z/20261121T134338Z.jpg", "new/a b'.txt",
                                                      "new/index.html", "new/z/road.json",
                                                      "new/latest.jpg"});
    CHECK(tree.arrived_as("new/latest.jpg") == "frame");
    CHECK(pull_tree(tree, PullMode::fetch).report.files == 0);
}

TEST_CASE("pull: a pointer that has changed within a second comes, and nothing is deleted") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("index.json", "{1}");
    make_directory_for(tree.target() / "new/20own.jpg");
    write_file(tree.target() / "new/20own.jpg", bytes_of("ours"));
    write_file(tree.target() / "new/index.json", bytes_of("{0}"));
    const auto seconds = tree.listed("index.json").changed / 1'000'000'000;
    fs::last_write_time(tree.archive() / "index.json", static_cast<std::time_t>(seconds));
    fs::last_write_time(tree.target() / "new/index.json", static_cast<std::time_t>(seconds));
    const Pulled pulled = pull_tree(tree, PullMode::fetch);
    CHECK(pulled.names == std::vector<std::string>{"index.json"});
    CHECK(pulled.report.bytes == 3);
    CHECK(tree.arrived_as("new/index.json") == "{1}");
    CHECK(tree.arrived_as("new/20own.jpg") == "ours");
}

TEST_CASE("pull: to list makes nothing") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("z/20261121T134338Z.jpg", "frame");
    tree.add("latest.json", "{}");
    const Pulled pulled = pull_tree(tree, PullMode::list);
    CHECK(pulled.names == std::vector<std::string>{"z/20261121T134338Z.jpg", "latest.json"});
    CHECK(pulled.report.bytes == 7);
    CHECK(tree.names_there().empty());
}

TEST_CASE("pull: a path that is not there, and an address that is none, are errors") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    CHECK_THROWS_AS(pull("www:" + tree.archive().string() + "/none", tree.target(), {},
                         PullMode::fetch, nullptr),
                    Error);
    CHECK_THROWS_AS(pull("www", tree.target(), {}, PullMode::fetch, nullptr), Error);
}
