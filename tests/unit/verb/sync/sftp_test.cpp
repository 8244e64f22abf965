#include "verb/sync/sftp.hpp"

#include "here.hpp"
#include "remote_tree.hpp"

#include <doctest/doctest.h>

using namespace img;

namespace {

constexpr const char* server = "/usr/lib/openssh/sftp-server";

bool no_sftp() {
    const bool none = !has_program(server) || !has_program("/usr/bin/sftp");
    WARN_MESSAGE(!none, "sftp or its server is not installed");
    return none;
}

/// The real sftp with the real server, without ssh between them.
std::string sftp_here() {
    return OnPath::here() + "printf '%s\\n' \"$@\" >\"$here/arguments\"\nexec /usr/bin/sftp -D " +
           server + " -b -\n";
}

std::string address_of(const RemoteTree& tree) {
    return "sftp://cam@www:2222" + tree.target().string();
}

} // namespace

TEST_CASE("open_sftp: files arrive whole below the same paths, whatever they are called") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    tree.add("north/2026/11/20261121T134338Z.jpg", "frame");
    for (const char* name :
         {"-rf", "#c.jpg", "20 a  b .jpg", "20'\"\\*?[x]{a,b}.jpg", "\\", "\\\\*", "t\tab",
          "\xff\xfe.jpg", "~", "$HOME", "!id", " d 'x [*]/20.jpg", "\r", "index.html"})
        tree.add(name, name);
    const auto remote = open_sftp(address_of(tree), tree.archive(), {});
    const Told told = tree.send(*remote);
    CHECK(told.error == "");
    CHECK(told.arrived.size() == 15);
    CHECK(told.times == 15);
    CHECK(tree.difference().empty());
    CHECK(tree.send(*remote).arrived.size() == 15);
    CHECK(tree.difference().empty());
    CHECK(sftp.said("arguments").starts_with("-b\n-\n-oBatchMode=yes\n"));
    CHECK(sftp.said("arguments").ends_with("\n-oPort=2222\n--\ncam@www\n"));
}

TEST_CASE("open_sftp: a link arrives as its file, in place of what was there, at its turn") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    tree.add("z.jpg", "frame");
    fs::create_symlink("z.jpg", tree.archive() / "latest.jpg");
    tree.list("latest.jpg");
    write_file(tree.target() / "latest.jpg", bytes_of("old"));
    write_file(tree.target() / ".latest.jpg.part", bytes_of("what a run before left behind"));
    const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
    CHECK(told.order == std::vector<std::string>{"z.jpg", "latest.jpg"});
    CHECK(tree.arrived_as("latest.jpg") == "frame");
    CHECK(tree.names_there() == std::set<std::string>{"z.jpg", "latest.jpg"});
}

TEST_CASE("open_sftp: names that cannot be said are refused, and the rest arrives") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    tree.add("a.jpg", "one");
    tree.add("line\nbreak.jpg", "two");
    tree.add(std::string(250, 'x'), "three");
    std::string deep;
    for (int i = 0; i < 8; ++i)
        deep += std::string(200, 'd') + "/";
    tree.add(deep + "z.jpg", "four");
    tree.add("b.jpg", "five");
    const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
    CHECK(told.refused.size() == 3);
    CHECK(told.arrived == std::set<std::string>{"a.jpg", "b.jpg"});
    CHECK(told.times == 5);
    CHECK(tree.names_there() == std::set<std::string>{"a.jpg", "b.jpg"});
}

TEST_CASE("open_sftp: what ends a session for one file does not keep the others back") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    for (const char* name : {"a.jpg", "b.jpg", "line\nbreak", "c.jpg", "d.jpg", "e.jpg"})
        tree.add(name, name);
    fs::create_directories(tree.target() / "b.jpg/in the way");
    fs::create_directories(tree.target() / "d.jpg/in the way");
    write_file(tree.archive() / "c.jpg", bytes_of("changed since"));
    const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
    CHECK(told.arrived == std::set<std::string>{"a.jpg", "e.jpg"});
    CHECK(told.refused == std::set<std::string>{"b.jpg", "line\nbreak", "d.jpg"});
    CHECK(told.gone == std::set<std::string>{"c.jpg"});
    CHECK(told.times == 6);
    CHECK(told.status == Exit::ok);
}

TEST_CASE("open_sftp: a target that is not there is not made") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    tree.add("a.jpg", "one");
    fs::remove(tree.target());
    const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
    CHECK(told.status == Exit::failed);
    CHECK(told.error == "cam@www:" + tree.target().string() + ": this directory is not there");
    CHECK_FALSE(fs::exists(tree.target()));
}

TEST_CASE("open_sftp: when ssh fails nothing has arrived, and its words are told") {
    RemoteTree tree;
    tree.add("a.jpg", "one");
    {
        OnPath sftp{"sftp", "echo 'cam@www: Permission denied (publickey).' >&2\n"
                            "echo 'Connection closed' >&2\nexit 255\n"};
        const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
        CHECK(told.status == Exit::failed);
        CHECK(told.times == 0);
    }
    OnPath sftp{"sftp", "echo 'Connection closed' >&2\nexit 255\n"};
    CHECK(tree.send(*open_sftp(address_of(tree), tree.archive(), {})).status == Exit::unavailable);
}

TEST_CASE("open_sftp: what was told of stays told when the connection breaks") {
    if (no_sftp())
        return;
    RemoteTree tree;
    for (const char* name : {"a.jpg", "b.jpg", "c.jpg"})
        tree.add(name, name);
    // All but the last file's two commands.
    OnPath sftp{"sftp", std::string{"head -n -2 | /usr/bin/sftp -D "} + server +
                            " -b -\necho 'sftp> put'; echo 'Connection closed' >&2; exit 255\n"};
    const Told told = tree.send(*open_sftp(address_of(tree), tree.archive(), {}));
    CHECK(told.arrived == std::set<std::string>{"a.jpg", "b.jpg"});
    CHECK(told.status == Exit::unavailable);
}

TEST_CASE("open_sftp: deletes what is named and no more, and nothing is no fault") {
    if (no_sftp())
        return;
    OnPath sftp{"sftp", sftp_here()};
    RemoteTree tree;
    for (const char* path : {"2026/a.jpg", "2026/page.html", "b*.jpg", "bb.jpg", "d.jpg/x"}) {
        make_directory_for(tree.target() / path);
        write_file(tree.target() / path, bytes_of("there"));
    }
    const auto remote = open_sftp(address_of(tree), tree.archive(), {});
    std::size_t removed = 0;
    remote->remove({"2026/a.jpg", "b*.jpg", "never/been.jpg", "-x"},
                   [&](std::size_t) { ++removed; });
    CHECK(removed == 4);
    CHECK(tree.names_there() == std::set<std::string>{"2026/page.html", "bb.jpg", "d.jpg/x"});
    CHECK_THROWS_AS(remote->remove({"bb.jpg", "d.jpg"}, [&](std::size_t) { ++removed; }), Error);
    CHECK(removed == 4);
}

TEST_CASE("open_sftp: passwords in an address are refused") {
    RemoteTree tree;
    CHECK_THROWS_AS(open_sftp("sftp://cam:secret@www/srv", tree.archive(), {}), Error);
}

TEST_CASE("sftp_word: what separates words or stands for others is escaped") {
    CHECK(sftp_word("/srv/a b.jpg") == "/srv/a\\ b.jpg");
    CHECK(sftp_word("'\"\\#*?[") == "\\'\\\"\\\\\\#\\*\\?\\[");
    CHECK_FALSE(sftp_word("a\nb"));
}
