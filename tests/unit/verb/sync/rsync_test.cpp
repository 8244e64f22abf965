#include "verb/sync/rsync.hpp"

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

std::string address_of(const RemoteTree& tree) {
    return "cam@www:" + tree.target().string();
}

/// How an end of rsync is told.
std::pair<std::string, Exit> meaning(int status, const std::string& errors) {
    try {
        check_rsync_end({ChildEnd::How::exited, status, errors}, parse_ssh_address("www:/srv"), {});
    } catch (const Error& error) {
        return {error.what(), error.status()};
    }
    return {"", Exit::ok};
}

} // namespace

TEST_CASE("open_rsync: files arrive whole below the same paths, whatever they are called") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("north/2026/11/20261121T134338Z.jpg", "frame");
    for (const char* name :
         {"-rf", "#c.jpg", ";c.jpg", "20 a b.jpg", "20'\"\\*?[x]{a,b}.jpg", "line\nbreak",
          "t\tab\\#012", "\xff\xfe.jpg", "~", "$HOME", " d 'x/20.jpg", "a:b", "index.html"})
        tree.add(name, name);
    const auto remote = open_rsync(address_of(tree), tree.archive(), {});
    const Told told = tree.send(*remote);
    CHECK(told.error == "");
    CHECK(told.arrived.size() == 14);
    CHECK(told.times == 14);
    CHECK(tree.difference().empty());
    // Again, which changes nothing.
    CHECK(tree.send(*remote).arrived.size() == 14);
    CHECK(tree.difference().empty());
}

TEST_CASE("open_rsync: pointers come after what they point at, and never stay as they were") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh",
               OnPath::here() + "ls \"$here/../target\" >>\"$here/seen\" 2>&1\n" + ssh_here()};
    RemoteTree tree;
    tree.add("z/20261121T134338Z.jpg", "frame");
    tree.add("style.css", "style");
    fs::create_symlink("z/20261121T134338Z.jpg", tree.archive() / "latest.jpg");
    tree.list("latest.jpg");
    tree.add("a.json", "{1}");
    // Of the same size and time, as only its bytes tell.
    write_file(tree.target() / "a.json", bytes_of("{0}"));
    const auto seconds = tree.listed("a.json").changed / 1'000'000'000;
    fs::last_write_time(tree.target() / "a.json", static_cast<std::time_t>(seconds));
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(told.order ==
          std::vector<std::string>{"z/20261121T134338Z.jpg", "style.css", "latest.jpg", "a.json"});
    CHECK(tree.arrived_as("latest.jpg") == "frame");
    CHECK_FALSE(fs::is_symlink(tree.target() / "latest.jpg"));
    CHECK(tree.arrived_as("a.json") == "{1}");
}

TEST_CASE("open_rsync: what has changed or gone since it was listed is told so and not sent") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("20a.jpg", "one");
    tree.add("20b.jpg", "two");
    tree.add("20c.jpg", "three");
    write_file(tree.archive() / "20a.jpg", bytes_of("longer"));
    fs::remove(tree.archive() / "20b.jpg");
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(told.gone == std::set<std::string>{"20a.jpg", "20b.jpg"});
    CHECK(told.arrived == std::set<std::string>{"20c.jpg"});
    CHECK(tree.names_there() == std::set<std::string>{"20c.jpg"});
}

TEST_CASE("open_rsync: what goes while it is sent is not told to have arrived") {
    if (no_rsync())
        return;
    RemoteTree tree;
    tree.add("20a.jpg", "one");
    tree.add("20b.jpg", "two");
    tree.add("20c.jpg", "three");
    OnPath ssh{"ssh", "rm '" + (tree.archive() / "20a.jpg").string() + "'\necho other >'" +
                          (tree.archive() / "20b.jpg").string() + "'\n" + ssh_here()};
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(told.gone == std::set<std::string>{"20a.jpg", "20b.jpg"});
    CHECK(told.arrived == std::set<std::string>{"20c.jpg"});
    CHECK(told.status == Exit::ok);
}

TEST_CASE("open_rsync: what can have no name there is refused, and the rest arrives") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("20a.jpg", "one");
    tree.add("20b.jpg", "two");
    fs::create_directories(tree.target() / "20a.jpg/in the way");
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(told.refused == std::set<std::string>{"20a.jpg"});
    CHECK(told.arrived == std::set<std::string>{"20b.jpg"});
    CHECK(told.status == Exit::ok);
}

TEST_CASE("open_rsync: directories that are there keep their permissions") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("north/20a.jpg", "one");
    fs::permissions(tree.archive() / "north", fs::owner_all);
    fs::create_directory(tree.target() / "north");
    fs::permissions(tree.target() / "north", fs::owner_all | fs::others_exe);
    tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(fs::status(tree.target() / "north").permissions() == (fs::owner_all | fs::others_exe));
    CHECK(tree.arrived_as("north/20a.jpg") == "one");
}

TEST_CASE("open_rsync: when ssh fails nothing has arrived, and its words are told") {
    if (no_rsync())
        return;
    RemoteTree tree;
    tree.add("20a.jpg", "one");
    {
        OnPath ssh{"ssh", "echo 'Host key verification failed.' >&2\nexit 255\n"};
        const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
        CHECK(told.status == Exit::failed);
        CHECK(told.times == 0);
        CHECK(told.error.find("the host key is not known") != std::string::npos);
    }
    OnPath ssh{"ssh", "echo 'ssh: connect to host www port 22: Connection refused' >&2\nexit 255"};
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), {}));
    CHECK(told.status == Exit::unavailable);
    CHECK(told.times == 0);
}

TEST_CASE("open_rsync: ssh gets its options whole, and files with blanks in their names") {
    if (no_rsync())
        return;
    RemoteTree tree;
    tree.add("20a.jpg", "one");
    write_file(tree / "a 'key", bytes_of("x"));
    OnPath ssh{"ssh", OnPath::here() + "printf '%s\\n' \"$@\" >\"$here/arguments\"\n" + ssh_here()};
    RemoteOptions options;
    options.identity = (tree / "a 'key").string();
    options.port = 2222;
    const Told told = tree.send(*open_rsync(address_of(tree), tree.archive(), options));
    CHECK(told.arrived.size() == 1);
    const std::string arguments = ssh.said("arguments");
    CHECK(arguments.starts_with("-oBatchMode=yes\n-oStrictHostKeyChecking=yes\n"));
    CHECK(arguments.find("\n-oIdentityFile=\"" + options.identity + "\"\n") != std::string::npos);
    CHECK(arguments.find("\n-oPort=2222\n-l\ncam\nwww\n") != std::string::npos);
}

TEST_CASE("open_rsync: deletes what is named and no more, and nothing is no fault") {
    if (no_rsync())
        return;
    OnPath ssh{"ssh", ssh_here()};
    RemoteTree tree;
    tree.add("20kept.jpg", "here");
    for (const char* path :
         {"2026/01/20a.jpg", "2026/01/page.html", "20b'*.jpg", "20c.jpg", "20kept.jpg"}) {
        make_directory_for(tree.target() / path);
        write_file(tree.target() / path, bytes_of("there"));
    }
    const auto remote = open_rsync(address_of(tree), tree.archive(), {});
    std::size_t removed = 0;
    remote->remove({"2026/01/20a.jpg", "20b'*.jpg", "never/been.jpg", "-x", "2026"},
                   [&](std::size_t) { ++removed; });
    CHECK(removed == 5);
    CHECK(tree.names_there() ==
          std::set<std::string>{"2026/01/page.html", "20c.jpg", "20kept.jpg"});
    CHECK(tree.arrived_as("20kept.jpg") == "there");
}

TEST_CASE("check_rsync_end: what may pass is unavailable, what will not is failed") {
    CHECK(meaning(0, "").second == Exit::ok);
    CHECK(meaning(24, "file has vanished: \"/a\"\n").second == Exit::ok);
    const std::string sum = "rsync error: error in file IO (code 11) at x.c(1)\n";
    CHECK(meaning(11, "rsync: [receiver] write failed on \"/srv/a\": No space left on device (28)\n"
                      "rsync: [sender] write error: Broken pipe (32)\n" +
                          sum) ==
          std::pair<std::string, Exit>{"www:/srv: rsync: [receiver] write failed on \"/srv/a\": No "
                                       "space left on device (28)",
                                       Exit::unavailable});
    CHECK(meaning(11,
                  "rsync: [Receiver] mkdir \"/a/b\" failed: No such file or directory (2)\n" + sum)
              .second == Exit::failed);
    CHECK(meaning(11, "rsync: [Receiver] mkdir \"/a\" failed: Permission denied (13)\n" + sum)
              .second == Exit::failed);
    CHECK(meaning(23, "rsync: [receiver] mkstemp \"/a\" failed: Permission denied (13)\n").second ==
          Exit::failed);
    CHECK(meaning(127, "sh: 1: rsync: not found\n").first ==
          "www:/srv: there is no rsync on that host");
    CHECK(meaning(12, "rsync: connection unexpectedly closed (0 bytes received so far) [sender]\n")
              .second == Exit::unavailable);
    CHECK(meaning(30, "rsync error: timeout in data send/receive (code 30)\n").second ==
          Exit::unavailable);
    CHECK(
        meaning(12, "/usr/bin/rrsync error: sending to read-only server is not allowed\n").second ==
        Exit::failed);
    CHECK(meaning(12, "rrsync error: Another instance of rrsync is already accessing this "
                      "directory.\n")
              .second == Exit::unavailable);
    CHECK(meaning(1, "rsync: unknown option\n").second == Exit::failed);
}

TEST_CASE("as_rsync_prints: control characters, and what looks like one that is escaped") {
    CHECK(as_rsync_prints("a b\t\xff") == "a b\t\xff");
    CHECK(as_rsync_prints("a\nb\x7f") == "a\\#012b\x7f");
    CHECK(as_rsync_prints("\\#012") == "\\#134#012");
    CHECK(as_rsync_prints("\\#01x\\") == "\\#01x\\");
}
