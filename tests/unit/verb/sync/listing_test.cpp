// What of an archive is listed for a delivery, in all or by paths.

#include "verb/sync/listing.hpp"

#include "../../scratch.hpp"

#include <doctest/doctest.h>
#include <fstream>

using namespace img;

namespace {

using Kind = SyncItem::Kind;

const char* kind_names[] = {"frame", "other", "pointer"};

struct Shelf {
    Scratch scratch;
    SyncChoice choice{};

    Shelf() { choice.zone = Zone{std::chrono::minutes{0}}; }
    void add(const std::string& path, const std::string& text = "text") {
        make_directory_for(scratch / path);
        std::ofstream{(scratch / path).string()} << text;
    }
    /// "PATH KIND", with a "-" before those that are passed over.
    static std::vector<std::string> words(const SyncListing& listing) {
        std::vector<std::string> all;
        for (const SyncItem& item : listing.items)
            all.push_back(str(item.choice == SyncItem::Choice::wanted ? "" : "-", item.file.path,
                              " ", kind_names[static_cast<int>(item.kind)]));
        return all;
    }
    std::vector<std::string> all() const { return words(list_for_sync(scratch.path(), choice)); }
};

using Words = std::vector<std::string>;

} // namespace

TEST_CASE("list for sync: all files in the order of their paths, with what they are") {
    Shelf shelf;
    shelf.add("b/2026/11/21/20261121T120000Z.jpg", "12345");
    shelf.add("a-b.css");
    shelf.add("a/20261121T120001Z.jpg");
    shelf.add("b/latest.jpg");
    shelf.add("index.html");
    shelf.add(".hidden/20261121T120001Z.jpg");
    CHECK(shelf.all() == Words{"a-b.css other", "a/20261121T120001Z.jpg frame",
                               "b/2026/11/21/20261121T120000Z.jpg frame", "b/latest.jpg pointer",
                               "index.html pointer"});
    SyncListing listing = list_for_sync(shelf.scratch.path(), shelf.choice);
    CHECK(listing.scope == SyncListing::Scope::all);
    const SyncFile& frame = listing.items[2].file;
    CHECK(frame.bytes == 5);
    CHECK(frame.changed > 1'600'000'000'000'000'000);
    CHECK(iso_time(*frame.time) == "2026-11-21T12:00:00.000Z");
    CHECK(frame.camera == "b");
    CHECK_FALSE(listing.items[0].file.time);
}

TEST_CASE("list for sync: a link has the size and time of what it shows") {
    Shelf shelf;
    shelf.add("20261121T120000Z.jpg", "a frame of some bytes");
    fs::create_symlink("20261121T120000Z.jpg", shelf.scratch / "latest.jpg");
    fs::create_symlink("none", shelf.scratch / "index.html");
    SyncListing listing = list_for_sync(shelf.scratch.path(), shelf.choice);
    REQUIRE(Shelf::words(listing) == Words{"20261121T120000Z.jpg frame", "latest.jpg pointer"});
    CHECK(listing.items[1].file.bytes == 21);
    CHECK(listing.items[1].file.changed == listing.items[0].file.changed);
}

TEST_CASE("list for sync: what is not chosen is there all the same") {
    Shelf shelf;
    for (const char* camera : {"a", "b"})
        for (int minute = 10; minute < 13; ++minute)
            shelf.add(str(camera, "/20261121T12", minute, "00Z.jpg"));
    shelf.add("b/page.html");
    shelf.choice.camera = "b";
    shelf.choice.selection.last = 1;
    CHECK(shelf.all() == Words{"-a/20261121T121000Z.jpg frame", "-a/20261121T121100Z.jpg frame",
                               "-a/20261121T121200Z.jpg frame", "-b/20261121T121000Z.jpg frame",
                               "-b/20261121T121100Z.jpg frame", "b/20261121T121200Z.jpg frame",
                               "b/page.html other"});
    shelf.choice.camera.clear();
    shelf.choice.selection = {};
    shelf.choice.selection.every = std::chrono::hours{1};
    shelf.choice.patterns = {"*T12[01]*", "*.html"};
    CHECK(shelf.all() == Words{"a/20261121T121000Z.jpg frame", "-a/20261121T121100Z.jpg frame",
                               "-a/20261121T121200Z.jpg frame", "b/20261121T121000Z.jpg frame",
                               "-b/20261121T121100Z.jpg frame", "-b/20261121T121200Z.jpg frame",
                               "b/page.html other"});
    shelf.choice = {};
    shelf.choice.takes = [](const SyncFile& file) { return file.time.has_value(); };
    CHECK(shelf.all().back() == "-b/page.html other");
}

TEST_CASE("list for sync: where no camera has a name, frames are of any") {
    Shelf shelf;
    shelf.add("20261121T121000Z.jpg");
    shelf.choice.camera = "north";
    CHECK(shelf.all() == Words{"20261121T121000Z.jpg frame"});
}

TEST_CASE("list for sync: of some paths, each is what it is among all") {
    Shelf shelf;
    shelf.add("b/2026/11/21/20261121T120000Z.jpg", "12345");
    shelf.add("b/2026/11/21/20261121T120001Z.jpg");
    shelf.add("b/2026/11/22/20261122T120001Z.jpg");
    shelf.add("map.png");
    shelf.add("x.json");
    std::set<std::string> paths{"b/2026/11/21/20261121T120000Z.jpg", "map.png", "none.css",
                                "x.json"};
    SyncListing some = list_for_sync(shelf.scratch.path(), shelf.choice, paths);
    CHECK(some.scope == SyncListing::Scope::some);
    CHECK(Shelf::words(some) ==
          Words{"b/2026/11/21/20261121T120000Z.jpg frame", "map.png other", "x.json pointer"});
    CHECK(some.items[0].file.bytes == 5);
    CHECK(some.items[0].file.camera == "b");
    CHECK(iso_time(*some.items[0].file.time) == "2026-11-21T12:00:00.000Z");
}

TEST_CASE("list for sync: of some paths, all are listed where one alone says too little") {
    Shelf shelf;
    shelf.add("20261121T120000Z.jpg");
    shelf.add("undated.jpg");
    auto scope = [&](const std::string& path) {
        return list_for_sync(shelf.scratch.path(), shelf.choice, {path}).scope;
    };
    CHECK(scope("20261121T120000Z.jpg") == SyncListing::Scope::some);
    CHECK(scope("undated.jpg") == SyncListing::Scope::all);
    shelf.choice.selection.since = Instant{};
    CHECK(scope("20261121T120000Z.jpg") == SyncListing::Scope::some);
    shelf.choice.selection.every = std::chrono::minutes{10};
    CHECK(scope("20261121T120000Z.jpg") == SyncListing::Scope::all);
}

TEST_CASE("list for sync: of some paths, those of another camera are left out") {
    Shelf shelf;
    shelf.add("a/2026/11/21/20261121T120000Z.jpg");
    shelf.add("b/2026/11/21/20261121T120000Z.jpg");
    shelf.add("b/2026/10/01/20261001T120000Z.jpg");
    shelf.choice.camera = "b";
    SyncListing some =
        list_for_sync(shelf.scratch.path(), shelf.choice,
                      {"a/2026/11/21/20261121T120000Z.jpg", "b/2026/11/21/20261121T120000Z.jpg"});
    CHECK(some.scope == SyncListing::Scope::some);
    CHECK(Shelf::words(some) == Words{"b/2026/11/21/20261121T120000Z.jpg frame"});
    Shelf nameless;
    nameless.add("20261121T120000Z.jpg");
    nameless.choice.camera = "b";
    CHECK(list_for_sync(nameless.scratch.path(), nameless.choice, {"20261121T120000Z.jpg"})
              .items.size() == 1);
}
