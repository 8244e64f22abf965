#include "frame/archive.hpp"

#include "../scratch.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace img;
using namespace std::chrono;

namespace {

using Lines = std::vector<std::string>;
using Query = ArchiveQuery;

const Zone& athens() {
    static const Zone zone{"Europe/Athens"};
    return zone;
}

Instant at(std::string_view iso) {
    return parse_iso_time(iso).value();
}

/// An empty file, with the directories above it.
void touch(const fs::path& path) {
    fs::create_directories(path.parent_path());
    const Fd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)};
    REQUIRE(file);
}

void touch(const Scratch& scratch, const Lines& names) {
    for (const std::string& name : names)
        touch(scratch / name);
}

Lines paths(const Archive& archive, const std::vector<ArchiveFile>& files) {
    Lines lines;
    for (const ArchiveFile& file : files)
        lines.push_back(archive.path(file));
    return lines;
}

Archive read(const Scratch& scratch, Query query = {}) {
    query.zone = athens();
    return read_archive(scratch.path(), query);
}

Lines frames(const Scratch& scratch, const Query& query = {}) {
    const Archive archive = read(scratch, query);
    return paths(archive, archive.frames);
}

Lines others(const Scratch& scratch, const Query& query = {}) {
    const Archive archive = read(scratch, query);
    return paths(archive, archive.others);
}

/// "camera: path" of each frame.
Lines cameras(const Scratch& scratch) {
    const Archive archive = read(scratch);
    Lines lines;
    for (const ArchiveFile& frame : archive.frames)
        lines.push_back(archive.camera(frame) + ": " + archive.path(frame));
    return lines;
}

/// "link > target", in order of the text.
Lines links(const Scratch& scratch) {
    const Archive archive = read(scratch);
    Lines lines;
    for (const Archive::Link& link : archive.links)
        lines.push_back(archive.path(link.file) + " > " + link.target);
    std::sort(lines.begin(), lines.end());
    return lines;
}

Lines empties(const Scratch& scratch, const Query& query = {}) {
    const Archive archive = read(scratch, query);
    Lines lines;
    for (const Archive::EmptyDirectory& empty : archive.empty)
        lines.push_back(archive.directory(empty.directory) + " " +
                        iso_time(empty.end).substr(0, 16));
    return lines;
}

} // namespace

TEST_CASE("read_archive: frames are told from other files, and both are in order") {
    Scratch scratch;
    touch(scratch, {"2026/11/21/20261121T120000Z.jpg", "2026/11/20/2026-11-20_12-00-00.JPEG",
                    "2026/11/20/1795000000.jpg", "latest.jpg", "Latest.JPEG", "a-b/index.html",
                    "a/index.html", "2026/11/21/20261121T120000Z.json", "poster.jpg", "day.gif",
                    "20261121T120000Z.gif"});
    CHECK(frames(scratch) == Lines{"2026/11/20/1795000000.jpg",
                                   "2026/11/20/2026-11-20_12-00-00.JPEG",
                                   "2026/11/21/20261121T120000Z.jpg"});
    CHECK(others(scratch) == Lines{"2026/11/21/20261121T120000Z.json", "20261121T120000Z.gif",
                                   "Latest.JPEG", "a-b/index.html", "a/index.html", "day.gif",
                                   "latest.jpg", "poster.jpg"});
}

TEST_CASE("read_archive: of animations, GIFs are what frames are else") {
    Scratch scratch;
    touch(scratch, {"20261121T120000Z.jpg", "day.gif", "20261121T120000Z.gif", "latest.gif"});
    const Query animations{.kind = Query::Kind::animations};
    CHECK(frames(scratch, animations) == Lines{"20261121T120000Z.gif"});
    CHECK(others(scratch, animations) == Lines{"20261121T120000Z.jpg", "day.gif", "latest.gif"});
    fs::remove(scratch / "20261121T120000Z.gif");
    const Archive archive = read(scratch, animations);
    CHECK(paths(archive, archive.frames) == Lines{"day.gif"});
    CHECK(archive.frames[0].from == ArchiveEntry::TimeFrom::mtime);
}

TEST_CASE("read_archive: sizes and times of files only when they are asked for") {
    Scratch scratch;
    write_file(scratch / "20261121T120000Z.jpg", bytes_of("12345"));
    write_file(scratch / "index.html", bytes_of("123"));
    fs::last_write_time(scratch / "index.html", 1'700'000'000);
    Archive archive = read(scratch);
    CHECK(archive.frames[0].bytes == 0);
    CHECK(archive.others[0].changed == 0);
    archive = read(scratch, {.details = Query::Details::sizes});
    CHECK(archive.frames[0].bytes == 5);
    CHECK(archive.others[0].bytes == 3);
    CHECK(archive.others[0].changed == 1'700'000'000'000'000'000);
}

TEST_CASE("read_archive: a file as we know it takes 40 bytes") {
    CHECK(sizeof(ArchiveFile) == 40);
}

TEST_CASE("read_archive: a camera is its directories without those of the time") {
    Scratch scratch;
    touch(scratch, {"20260101T000000Z.jpg", "north/2026/01/01/20260101T000001Z.jpg",
                    "11/2026/01/01/20260101T000002Z.jpg", "2001/2026/01/01/20260101T000003Z.jpg",
                    "site/east/20260101/20260101T000004Z.jpg", "2026/001/west/20260101T000005Z.jpg",
                    "2026-01/01/20260101T000006Z.jpg", "2025/20260101T000007Z.jpg",
                    "2026/07/01/20260101T000008Z.jpg", "01/20260101T000009Z.jpg"});
    CHECK(cameras(scratch) ==
          Lines{": 20260101T000000Z.jpg", "north: north/2026/01/01/20260101T000001Z.jpg",
                "11: 11/2026/01/01/20260101T000002Z.jpg",
                "2001: 2001/2026/01/01/20260101T000003Z.jpg",
                "site/east: site/east/20260101/20260101T000004Z.jpg",
                "west: 2026/001/west/20260101T000005Z.jpg", ": 2026-01/01/20260101T000006Z.jpg",
                "2025: 2025/20260101T000007Z.jpg", "07/01: 2026/07/01/20260101T000008Z.jpg",
                "01: 01/20260101T000009Z.jpg"});
}

TEST_CASE("read_archive: directories may be named by UTC's or by the zone's clock") {
    Scratch scratch;
    touch(scratch, {"2026/01/01/23/20260101T230000Z.jpg", "2026/01/02/01/20260101T230001Z.jpg",
                    "2026/01/02/01/20260102_010002.jpg", "2026/01/02/02/20260101T230003Z.jpg"});
    CHECK(cameras(scratch) ==
          Lines{": 2026/01/01/23/20260101T230000Z.jpg", ": 2026/01/02/01/20260101T230001Z.jpg",
                ": 2026/01/02/01/20260102_010002.jpg", "02: 2026/01/02/02/20260101T230003Z.jpg"});
}

TEST_CASE("read_archive: where directories tell no camera, what stands before the time does") {
    Scratch scratch;
    touch(scratch,
          {"north_20260101T000000Z.jpg", "2026/n-7 - 20260101T000001Z.jpg", "_20260101T000002Z.jpg",
           "south/x_20260101T000003Z.jpg", "east.1767225604.jpg"});
    CHECK(cameras(scratch) ==
          Lines{"north: north_20260101T000000Z.jpg", "n-7: 2026/n-7 - 20260101T000001Z.jpg",
                ": _20260101T000002Z.jpg", "south: south/x_20260101T000003Z.jpg",
                "east: east.1767225604.jpg"});
}

TEST_CASE("read_archive: of one camera, only its frames; where none has a name, all") {
    Scratch scratch;
    touch(scratch, {"2026/01/01/20260101T000000Z.jpg", "2026/01/01/20260101T000001Z.jpg"});
    CHECK(frames(scratch, {.camera = "north"}).size() == 2);
    touch(scratch, {"north/20260101T000002Z.jpg", "north/inner/20260101T000003Z.jpg",
                    "south/20260101T000004Z.jpg"});
    CHECK(frames(scratch, {.camera = "north"}) == Lines{"north/20260101T000002Z.jpg"});
    CHECK(others(scratch, {.camera = "north"}).empty());
    CHECK(frames(scratch, {.camera = "nort"}).empty());
    CHECK(frames(scratch).size() == 5);
}

TEST_CASE("read_archive: directories of another time are not entered") {
    Scratch scratch;
    touch(scratch, {"2025/12/31/20251231T120000Z.jpg", "2026/01/01/20260101T120000Z.jpg",
                    "2026/01/05/20260105T120000Z.jpg", "2026/01/09/20260109T120000Z.jpg",
                    "2026/02/01/20260201T120000Z.jpg", "20200101T120000Z.jpg"});
    const Query window{.since = at("2026-01-05T12:00:00Z"), .until = at("2026-01-05T12:05:00Z")};
    CHECK(frames(scratch, window) ==
          Lines{"20200101T120000Z.jpg", "2026/01/05/20260105T120000Z.jpg"});
    // A name a day off, as those of zones far from UTC are, is still found.
    touch(scratch / "2026/01/04/20260105T120001Z.jpg");
    touch(scratch / "2026/01/06/20260105T120002Z.jpg");
    CHECK(frames(scratch, window).size() == 4);
    CHECK(frames(scratch, {.since = at("2026-01-15T00:00:00Z")}) ==
          Lines{"20200101T120000Z.jpg", "2026/02/01/20260201T120000Z.jpg"});
}

TEST_CASE("read_archive: a window does not make frames of what is none") {
    Scratch scratch;
    touch(scratch, {"2020/01/01/20200101T120000Z.jpg", "poster.jpg"});
    const Archive archive = read(scratch, {.since = at("2026-01-01T00:00:00Z")});
    CHECK(archive.frames.empty());
    CHECK(paths(archive, archive.others) == Lines{"poster.jpg"});
    // Nor those of another camera: it is known that cameras have names.
    touch(scratch, {"20260101T120000Z.jpg", "north/2020/01/01/20200101T120000Z.jpg"});
    CHECK(frames(scratch, {.since = at("2026-01-01T00:00:00Z"), .camera = "north"}).empty());
}

TEST_CASE("read_archive: for the newest, older directories are not entered") {
    Scratch scratch;
    for (int day = 1; day <= 9; ++day)
        for (int hour : {10, 11})
            touch(scratch / str("2026/01/0", day, "/2026010", day, "T", hour, "0000Z.jpg"));
    const Lines newest = frames(scratch, {.last = 1});
    CHECK(newest.size() < 8);
    CHECK(newest.back() == "2026/01/09/20260109T110000Z.jpg");
    CHECK(frames(scratch, {.last = 18}).size() == 18);
    CHECK(frames(scratch, {.last = 100}).size() == 18);
    // Of a camera, however far back they are.
    touch(scratch / "north/2025/01/01/20250101T000000Z.jpg");
    CHECK(frames(scratch, {.camera = "north", .last = 3}) ==
          Lines{"north/2025/01/01/20250101T000000Z.jpg"});
    const Lines before = frames(scratch, {.until = at("2026-01-05T10:30:00Z"), .last = 1});
    CHECK(std::count(before.begin(), before.end(), "2026/01/05/20260105T100000Z.jpg") == 1);
}

TEST_CASE("read_archive: hidden directories are no part of it, hidden files only what we left") {
    Scratch scratch;
    touch(scratch,
          {".20260101T000000Z.jpg.a1b2c3d4", "2026/.latest.jpg.zzzzzzzz", ".index.json.00000000",
           ".day.gif.00000000", ".1795268618.txt.00000000", ".a.JPG.00000000",
           ".secret/.latest.jpg.zzzzzzzz", ".secret/20260101T000000Z.jpg", ".20260101T000000Z.jpg",
           ".x.jpg.A1b2c3d4", ".x.jpg.a1b2c3d", ".x.jpg.a1b2c3d44", ".x.jpga1b2c3d4",
           ".index.html.00000000", ".swp", "..00000000", ".jpg"});
    fs::create_directory(scratch / ".b.jpg.00000000");
    write_file(scratch / ".c.jpeg.00000000", bytes_of("1234"));
    const Archive archive = read(scratch);
    Lines left = paths(archive, archive.leftovers);
    std::sort(left.begin(), left.end());
    CHECK(left == Lines{".1795268618.txt.00000000", ".20260101T000000Z.jpg.a1b2c3d4",
                        ".a.JPG.00000000", ".c.jpeg.00000000", ".day.gif.00000000",
                        ".index.json.00000000", "2026/.latest.jpg.zzzzzzzz"});
    for (const ArchiveFile& file : archive.leftovers) {
        CHECK(file.changed > 0);
        CHECK(file.bytes == (archive.name(file) == std::string{".c.jpeg.00000000"} ? 4 : 0));
    }
    CHECK(archive.frames.empty());
    CHECK(archive.others.empty());
}

TEST_CASE("read_archive: where links lead, by way of which others") {
    Scratch scratch, outside;
    touch(scratch, {"2026/20260101T000000Z.jpg", "index.html"});
    touch(outside / "20260102T000000Z.jpg");
    fs::create_symlink("2026/20260101T000000Z.jpg", scratch / "latest.jpg");
    fs::create_symlink(scratch / "2026/20260101T000000Z.jpg", scratch / "2026/absolute.jpg");
    fs::create_symlink("../latest.jpg", scratch / "2026/chain.jpg");
    fs::create_symlink("./../2026/../index.html", scratch / "2026/index");
    fs::create_symlink("nowhere", scratch / "20260103T000000Z.jpg");
    fs::create_symlink("loop.jpg", scratch / "loop.jpg");
    fs::create_symlink(outside / "20260102T000000Z.jpg", scratch / "20260102T000000Z.jpg");
    fs::create_directory_symlink("2026", scratch / "year");
    fs::create_directory_symlink("..", scratch / "2026/up");
    fs::create_symlink("year/20260101T000000Z.jpg", scratch / "by-year.jpg");
    fs::create_symlink("index.html", scratch / ".hidden");
    fs::create_symlink("/", scratch / "root");
    CHECK(links(scratch) ==
          Lines{".hidden > index.html", "2026/absolute.jpg > 2026/20260101T000000Z.jpg",
                "2026/chain.jpg > 2026/20260101T000000Z.jpg", "2026/chain.jpg > latest.jpg",
                "2026/index > index.html", "2026/up > ", "20260102T000000Z.jpg > ",
                "20260103T000000Z.jpg > ", "by-year.jpg > 2026/20260101T000000Z.jpg",
                "latest.jpg > 2026/20260101T000000Z.jpg", "loop.jpg > ", "root > ", "year > 2026"});
    // A link to a file is a file, by its own name.
    CHECK(frames(scratch) == Lines{"2026/20260101T000000Z.jpg", "20260102T000000Z.jpg"});
    CHECK(others(scratch) == Lines{"2026/absolute.jpg", "2026/chain.jpg", "2026/index",
                                   "by-year.jpg", "index.html", "latest.jpg"});
}

TEST_CASE("read_archive: the directory may itself be a link, and be spelled in any way") {
    Scratch scratch, other;
    touch(scratch / "2026/20260101T000000Z.jpg");
    fs::create_symlink("2026/20260101T000000Z.jpg", scratch / "latest.jpg");
    fs::create_directory_symlink(scratch.path(), other / "link");
    for (const fs::path& root : {other / "link", fs::path{scratch.path().string() + "/"},
                                 scratch.path() / ".", scratch.path() / "2026/.."}) {
        const Archive archive = read_archive(root, {});
        CHECK(paths(archive, archive.frames) == Lines{"2026/20260101T000000Z.jpg"});
        CHECK(archive.links.at(0).target == "2026/20260101T000000Z.jpg");
        CHECK(archive.root() == root);
    }
}

TEST_CASE("read_archive: pipes and sockets are no files") {
    Scratch scratch;
    REQUIRE(::mkfifo((scratch / "20260101T000000Z.jpg").c_str(), 0666) == 0);
    REQUIRE(::mkfifo((scratch / "pipe").c_str(), 0666) == 0);
    const Archive archive = read(scratch, {.details = Query::Details::sizes});
    CHECK(archive.frames.empty());
    CHECK(archive.others.empty());
}

TEST_CASE("read_archive: directories of a time that hold nothing, the deepest first") {
    Scratch scratch;
    for (const char* name : {"2026/01/01", "2026/01/02/03", "2026/02", "2025/12", "north/2026/03",
                             "poster", "11", "2024/north"})
        fs::create_directories(scratch / name);
    touch(scratch, {"2025/11/20251101T000000Z.jpg", "2023/.hidden", "2022/.cache/x"});
    fs::create_symlink("nowhere", scratch / "2026/02/link");
    CHECK(empties(scratch) == Lines{"2026/01/02/03 2026-01-02T04:00", "2026/01/01 2026-01-02T00:00",
                                    "2026/01/02 2026-01-03T00:00", "north/2026/03 2026-04-01T00:00",
                                    "2025/12 2026-01-01T00:00", "2026/01 2026-02-01T00:00",
                                    "north/2026 2027-01-01T00:00"});
    // What was not entered is not known to be empty.
    CHECK(empties(scratch, {.since = at("2026-02-20T00:00:00Z")}) ==
          Lines{"north/2026/03 2026-04-01T00:00", "north/2026 2027-01-01T00:00"});
    fs::remove(scratch / "2026/02/link");
    CHECK(empties(scratch).back() == "2026 2027-01-01T00:00");
}

TEST_CASE("read_archive: any bytes may be in names") {
    Scratch scratch;
    const std::string longest = std::string(235, 'x') + "20260101T000000Z.jpg";
    touch(scratch, {"a\nb/20260101T000001Z.jpg", "\xff\xfe_20260101T000002Z.jpg", longest,
                    std::string(255, 'y'), "\n", "*", "-rf", "\xff"});
    CHECK(frames(scratch) ==
          Lines{longest, "a\nb/20260101T000001Z.jpg", "\xff\xfe_20260101T000002Z.jpg"});
    CHECK(others(scratch) == Lines{"\n", "*", "-rf", std::string(255, 'y'), "\xff"});
    CHECK(cameras(scratch).back() == "\xff\xfe: \xff\xfe_20260101T000002Z.jpg");
}

TEST_CASE("read_archive: frames of clocks that stood are frames") {
    Scratch scratch;
    touch(scratch, {"1970/01/01/19700101T000007Z.jpg", "2036/02/07/20360207T062816Z.jpg",
                    "2026/01/01/20260101T000000Z.jpg"});
    CHECK(frames(scratch).size() == 3);
    CHECK(frames(scratch).front() == "1970/01/01/19700101T000007Z.jpg");
    CHECK(frames(scratch, {.since = at("2030-01-01T00:00:00Z")}) ==
          Lines{"2036/02/07/20360207T062816Z.jpg"});
}

TEST_CASE("read_archive: what may not be read below it is passed over") {
    Scratch scratch;
    touch(scratch, {"closed/20260101T000000Z.jpg", "20260102T000000Z.jpg"});
    fs::permissions(scratch / "closed", fs::no_perms);
    if (::access((scratch / "closed").c_str(), R_OK) == 0)
        MESSAGE("skipped: this user may read everything");
    else
        CHECK(frames(scratch) == Lines{"20260102T000000Z.jpg"});
    fs::permissions(scratch / "closed", fs::owner_all);
}

TEST_CASE("read_archive: directories may vanish while they are read") {
    Scratch scratch;
    for (int i = 0; i < 200; ++i)
        touch(scratch / str("n", i, "/2026/01/01/20260101T000000Z.jpg"));
    touch(scratch / "20260102T000000Z.jpg");
    std::thread remover{[&] {
        for (int i = 199; i >= 0; --i)
            fs::remove_all(scratch / str("n", i));
    }};
    std::size_t least = 1000;
    for (int i = 0; i < 20; ++i)
        least = std::min(least, read(scratch, {.details = Query::Details::sizes}).frames.size());
    remover.join();
    CHECK(least >= 1);
    CHECK(frames(scratch) == Lines{"20260102T000000Z.jpg"});
}

TEST_CASE("read_archive: a tree may be deeper than files can be open") {
    Scratch scratch;
    std::vector<fs::path> down{scratch.path()};
    while (down.size() < 1500) {
        down.push_back(down.back() / "d");
        REQUIRE(::mkdir(down.back().c_str(), 0777) == 0);
    }
    touch(down.back() / "20260101T000000Z.jpg");
    CHECK(frames(scratch).size() == 1);
    // remove_all opens as many as it is deep.
    fs::remove(down.back() / "20260101T000000Z.jpg");
    for (; down.size() > 1; down.pop_back())
        fs::remove(down.back());
}

namespace {

/// A random archive: cameras, templates and times, all in the directories of their times.
void grow(const Scratch& scratch, std::mt19937& random) {
    auto below = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
    const Zone utc{minutes{0}};
    const Lines templates{
        "%Y/%m/%d/%Y%m%dT%H%M%SZ.jpg", "%Y/%j/%H/%Y%m%dT%H%M%SZ.jpg", "%Y-%m-%d/%s.jpg",
        "%Y%m/%Y%m%dT%H%M%SZ.jpg",     "%Y%m%dT%H%M%SZ.jpg",          "%Y/%m/%d/%H/%M/%s.jpg",
        "pictures/%Y%m%dT%H%M%SZ.jpg"};
    const Lines places{"", "north/", "11/", "site/south/"};
    const bool is_local = below(3) == 0;
    const std::string place = places[static_cast<std::size_t>(below(4))];
    for (int i = below(60); i > 0; --i) {
        const Instant time = at("2025-12-01T00:00:00Z") + minutes{below(60 * 24 * 90)};
        const std::string& in =
            below(8) == 0 ? places[static_cast<std::size_t>(below(3)) + 1] : place;
        std::string name = templates[static_cast<std::size_t>(below(7))];
        if (is_local && name.find("Z.jpg") != std::string::npos)
            name.replace(name.find("Z.jpg"), 5, ".jpg");
        touch(scratch / (in + format_time(name, time, is_local ? athens() : utc)));
    }
    if (below(3) == 0)
        touch(scratch / "poster.jpg");
}

Lines chosen(const Scratch& scratch, const Selection& selection, const std::string& camera) {
    Lines lines;
    for (const ArchiveEntry& entry :
         select_from_archive(scratch.path(), selection, camera, athens()))
        lines.push_back(entry.path.string());
    return lines;
}

Lines chosen_of_all(const Scratch& scratch, const Selection& selection, const std::string& camera) {
    const Archive archive = read(scratch, {.camera = camera});
    Lines lines;
    for (std::size_t i : choose(
             archive.frames.size(), [&](std::size_t k) { return archive.frames[k].time; },
             selection))
        lines.push_back((scratch.path() / archive.path(archive.frames[i])).string());
    return lines;
}

} // namespace

TEST_CASE("select_from_archive: what is not entered would not have been chosen") {
    std::mt19937 random{20261121};
    for (int round = 0; round < 60; ++round) {
        Scratch scratch;
        grow(scratch, random);
        for (int i = 0; i < 12; ++i) {
            auto moment = [&] {
                return at("2025-11-20T00:00:00Z") + minutes{random() % (60 * 24 * 110)};
            };
            Selection selection;
            if (random() % 2)
                selection.since = moment();
            if (random() % 2)
                selection.until = random() % 2 && selection.since
                                      ? *selection.since + minutes{random() % 3000}
                                      : moment();
            if (random() % 3 == 0)
                selection.every = hours{1 + random() % 48};
            if (random() % 2)
                selection.last = 1 + static_cast<int>(random() % 12);
            if (random() % 4 == 0)
                selection.frames = 1 + static_cast<int>(random() % 5);
            const std::string camera =
                std::vector<std::string>{"", "", "north", "11", "none"}[random() % 5];
            CAPTURE(round);
            CAPTURE(i);
            CHECK(chosen(scratch, selection, camera) == chosen_of_all(scratch, selection, camera));
        }
    }
}
