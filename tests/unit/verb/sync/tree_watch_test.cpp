// What a watched tree tells of.

#include "verb/sync/tree_watch.hpp"

#include "../../scratch.hpp"
#include "base/error.hpp"

#include <doctest/doctest.h>
#include <fstream>
#include <unistd.h>

using namespace img;

namespace {

using Paths = std::set<std::string>;

void write_text(const fs::path& path) {
    std::ofstream{path.string()} << "text";
}

} // namespace

TEST_CASE(
    "tree watch: files that are written, renamed or linked are told of, below any directory") {
    Scratch scratch;
    fs::create_directories(scratch / "root/a/b");
    write_text(scratch / "root/old.jpg");
    write_text(scratch / "outside.jpg");
    TreeWatch watch{scratch / "root"};
    CHECK(watch.is_complete());
    CHECK(watch.take().empty());
    write_text(scratch / "root/a/b/written.jpg");
    fs::rename(scratch / "outside.jpg", scratch / "root/renamed.jpg");
    fs::create_symlink("old.jpg", scratch / "root/soft.jpg");
    fs::create_hard_link(scratch / "root/old.jpg", scratch / "root/a/hard.jpg");
    TreeChanges changes = watch.wait(Duration{10'000});
    CHECK(changes.paths == Paths{"a/b/written.jpg", "renamed.jpg", "soft.jpg", "a/hard.jpg"});
    CHECK_FALSE(changes.some_gone);
    CHECK_FALSE(changes.some_unknown);
    CHECK(watch.take().empty());
}

TEST_CASE("tree watch: a file that is still being written is not told of") {
    Scratch scratch;
    TreeWatch watch{scratch.path()};
    std::ofstream file{(scratch / "slow.jpg").string()};
    file << "half" << std::flush;
    CHECK(watch.take().empty());
    file.close();
    CHECK(watch.take().paths == Paths{"slow.jpg"});
}

TEST_CASE("tree watch: directories that appear are watched, with what is in them already") {
    Scratch scratch;
    fs::create_directories(scratch / "root");
    TreeWatch watch{scratch / "root"};
    fs::create_directories(scratch / "root/2026/11/21");
    write_text(scratch / "root/2026/11/21/a.jpg");
    CHECK(watch.take().paths == Paths{"2026/11/21/a.jpg"});
    write_text(scratch / "root/2026/11/21/b.jpg");
    CHECK(watch.take().paths == Paths{"2026/11/21/b.jpg"});
    fs::create_directories(scratch / "made/deep");
    write_text(scratch / "made/deep/c.jpg");
    fs::rename(scratch / "made", scratch / "root/moved");
    CHECK(watch.take().paths == Paths{"moved/deep/c.jpg"});
    write_text(scratch / "root/moved/deep/d.jpg");
    CHECK(watch.take().paths == Paths{"moved/deep/d.jpg"});
}

TEST_CASE("tree watch: hidden files and what is below hidden directories is not told of") {
    Scratch scratch;
    fs::create_directories(scratch / ".hidden");
    TreeWatch watch{scratch.path()};
    write_text(scratch / ".temporary");
    write_text(scratch / ".hidden/a.jpg");
    fs::create_directories(scratch / ".made");
    write_text(scratch / ".made/a.jpg");
    CHECK(watch.take().empty());
    fs::rename(scratch / ".temporary", scratch / "a.jpg");
    TreeChanges changes = watch.take();
    CHECK(changes.paths == Paths{"a.jpg"});
    CHECK_FALSE(changes.some_gone);
}

TEST_CASE("tree watch: what goes away is told of, and a directory that moves makes all unknown") {
    Scratch scratch;
    fs::create_directories(scratch / "root/day");
    write_text(scratch / "root/day/a.jpg");
    TreeWatch watch{scratch / "root"};
    fs::remove(scratch / "root/day/a.jpg");
    TreeChanges changes = watch.take();
    CHECK(changes.some_gone);
    CHECK_FALSE(changes.some_unknown);
    fs::rename(scratch / "root/day", scratch / "root/other");
    CHECK(watch.take().some_unknown);
    write_text(scratch / "root/other/b.jpg");
    CHECK(watch.take().paths == Paths{"other/b.jpg"});
    fs::rename(scratch / "root/other", scratch / "out");
    CHECK(watch.take().some_unknown);
    write_text(scratch / "out/c.jpg");
    CHECK(watch.take().empty());
}

TEST_CASE("tree watch: more than the system keeps makes all unknown, and it goes on after that") {
    std::ifstream limit{"/proc/sys/fs/inotify/max_queued_events"};
    int most = 0;
    limit >> most;
    if (most < 1 || most > 100'000)
        return;
    Scratch scratch;
    TreeWatch watch{scratch.path()};
    for (int i = 0; i <= most / 2 + 10; ++i) { // two events each, of which some are merged
        write_text(scratch / "a.jpg");
        write_text(scratch / "b.jpg");
    }
    TreeChanges changes = watch.take();
    CHECK(changes.some_unknown);
    write_text(scratch / "c.jpg");
    CHECK(watch.take().paths == Paths{"c.jpg"});
}

TEST_CASE("tree watch: the root may be a link, links below it are not followed") {
    Scratch scratch;
    fs::create_directories(scratch / "root");
    fs::create_directories(scratch / "elsewhere");
    fs::create_directory_symlink("root", scratch / "link");
    fs::create_directory_symlink("../elsewhere", scratch / "root/away");
    TreeWatch watch{scratch / "link"};
    write_text(scratch / "elsewhere/a.jpg");
    write_text(scratch / "root/b.jpg");
    CHECK(watch.take().paths == Paths{"b.jpg"});
    CHECK_THROWS_AS(TreeWatch{scratch / "none"}, Error);
}

TEST_CASE("tree watch: where another directory has the root's name, that is watched from then on") {
    Scratch scratch;
    fs::create_directories(scratch / "disk/root");
    TreeWatch watch{scratch / "disk/root"};
    fs::rename(scratch / "disk", scratch / "other");
    fs::create_directories(scratch / "disk/root");
    CHECK(watch.take().some_unknown);
    CHECK(watch.take().empty());
    write_text(scratch / "disk/root/a.jpg");
    CHECK(watch.take().paths == Paths{"a.jpg"});
}

TEST_CASE("tree changes: are added up") {
    TreeChanges changes{{"a"}, false, false};
    CHECK_FALSE(changes.empty());
    changes.add({{"b"}, true, false});
    changes.add({{}, false, true});
    CHECK(changes.paths == Paths{"a", "b"});
    CHECK(changes.some_gone);
    CHECK(changes.some_unknown);
    CHECK(TreeChanges{}.empty());
}
