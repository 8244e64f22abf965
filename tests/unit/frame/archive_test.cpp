#include "frame/archive.hpp"

#include "../scratch.hpp"

#include "base/error.hpp"
#include "foreign/libjpeg.hpp"

#include <algorithm>
#include <doctest/doctest.h>

using namespace img;

namespace {

const Zone& athens() {
    static const Zone zone{"Europe/Athens"};
    return zone;
}

Instant at(std::string_view iso) {
    return parse_iso_time(iso).value();
}

/// Writes `bytes` to `path` with the modification time `iso`, and the directories above it.
void put(const fs::path& path, std::string_view iso, ByteView bytes = bytes_of("no JPEG")) {
    fs::create_directories(path.parent_path());
    AtomicFile file{path};
    file.write(bytes);
    file.set_time(at(iso));
    file.commit();
}

Frame frame_of(const Metadata& metadata) {
    return with_metadata(Frame{encode_jpeg(Picture{{8, 8}, ColorSpace::rgb}, 80)}, metadata);
}

/// "name time from" of each frame below `directory`, in order.
std::vector<std::string> listed(const fs::path& directory) {
    std::vector<std::string> lines;
    for (const ArchiveEntry& entry : list_archive(directory, athens())) {
        const char* from = entry.from == ArchiveEntry::TimeFrom::name   ? "name"
                           : entry.from == ArchiveEntry::TimeFrom::exif ? "exif"
                                                                        : "mtime";
        lines.push_back(str(fs::relative(entry.path, directory).string(), " ", iso_time(entry.time),
                            " ", from));
    }
    return lines;
}

using Lines = std::vector<std::string>;
constexpr const char* now = "2026-11-21T12:00:00Z";

/// What archive_path is refused with, and the status.
std::pair<std::string, Exit> refusal(const std::string& name, const Metadata& metadata) {
    try {
        archive_path(name, metadata);
    } catch (const Error& error) {
        return {error.what(), error.status()};
    }
    return {"", Exit::ok};
}

} // namespace

TEST_CASE("list_archive: frames named by their time, oldest first, however deep") {
    Scratch scratch;
    put(scratch / "2026/02/20260201T120000.500Z.jpg", now);
    put(scratch / "2026/01/b_20260101_120000.JPEG", now);
    put(scratch / "zz/20251231T235959Z.JPG", now);
    CHECK(listed(scratch.path()) == Lines{"zz/20251231T235959Z.JPG 2025-12-31T23:59:59.000Z name",
                                          "2026/01/b_20260101_120000.JPEG 2026-01-01T10:00:00.000Z "
                                          "name",
                                          "2026/02/20260201T120000.500Z.jpg "
                                          "2026-02-01T12:00:00.500Z name"});
}

TEST_CASE("list_archive: hidden files, latest.* and what is no .jpg are passed over") {
    Scratch scratch;
    for (const char* name :
         {".20260101T120000Z.jpg.x7q0", ".20260101T120000Z.jpg", ".thumbs/20260101T120000Z.jpg",
          "latest.jpg", "Latest.JPG", "20260101T120000Z.png", "20260101T120000Z.jpg.part",
          "20260101T120000Z", ".hidden/deep/20260101T120000Z.jpg"})
        put(scratch / name, now);
    fs::create_directory(scratch / "20260102T120000Z.jpg");
    CHECK(listed(scratch.path()).empty());
    put(scratch / "20260102T120000Z.jpg/20260103T120000Z.jpg", now);
    CHECK(listed(scratch.path()).size() == 1);
}

TEST_CASE("list_archive: beside files named by their time, others are no frames") {
    Scratch scratch;
    put(scratch / "20260101T120000Z.jpg", now);
    put(scratch / "poster.jpg", now);
    CHECK(listed(scratch.path()) == Lines{"20260101T120000Z.jpg 2026-01-01T12:00:00.000Z name"});
}

TEST_CASE("list_archive: where no name has a time, EXIF or else the file tells it") {
    Scratch scratch;
    Metadata metadata;
    metadata.time = at("2026-03-01T12:00:00.250Z");
    metadata.offset = std::chrono::minutes{120};
    put(scratch / "a.jpg", now, frame_of(metadata).jpeg);
    put(scratch / "b.jpg", "2026-02-01T12:00:00Z", frame_of({}).jpeg);
    put(scratch / "c.jpg", "2026-01-01T12:00:00Z"); // not a JPEG: who opens it will say so
    CHECK(listed(scratch.path()) == Lines{"c.jpg 2026-01-01T12:00:00.000Z mtime",
                                          "b.jpg 2026-02-01T12:00:00.000Z mtime",
                                          "a.jpg 2026-03-01T12:00:00.250Z exif"});
}

TEST_CASE("list_archive: frames of one instant are in the order of their paths") {
    Scratch scratch;
    for (const char* name : {"b/20260101T120000Z.jpg", "a/20260101T120000Z.jpg",
                             "20260101T120000Z-2.jpg", "20260101T120000Z-1.jpg"})
        put(scratch / name, now);
    Lines lines = listed(scratch.path());
    CHECK(lines.size() == 4);
    CHECK(std::is_sorted(lines.begin(), lines.end()));
}

TEST_CASE("list_archive: an empty directory has no frames, a missing one is an error") {
    Scratch scratch;
    CHECK(listed(scratch.path()).empty());
    CHECK_THROWS_WITH(listed(scratch / "none"),
                      ((scratch / "none").string() + ": No such file or directory").c_str());
    put(scratch / "file.jpg", now);
    CHECK_THROWS_WITH(listed(scratch / "file.jpg"),
                      ((scratch / "file.jpg").string() + ": Not a directory").c_str());
}

TEST_CASE("list_archive: links to directories are not followed round and round") {
    Scratch scratch;
    put(scratch / "a/20260101T120000Z.jpg", now);
    fs::create_directory_symlink("..", scratch / "a/up");
    fs::create_symlink("nowhere", scratch / "a/20260102T120000Z.jpg");
    CHECK(listed(scratch.path()).size() == 1);
}

namespace {

/// The names of those of ten frames, one a minute from 12:00 on, that are selected.
std::string chosen(const Selection& selection) {
    std::vector<ArchiveEntry> entries;
    for (int minute = 0; minute < 10; ++minute)
        entries.push_back({str(minute), at("2026-01-01T12:00:00Z") + std::chrono::minutes{minute},
                           ArchiveEntry::TimeFrom::name});
    std::string names;
    for (std::size_t i : choose(
             entries.size(), [&](std::size_t at) { return entries[at].time; }, selection))
        names += entries[i].path.string();
    return names;
}

} // namespace

TEST_CASE("choose: since and until, both included, then the newest") {
    Instant five = at("2026-01-01T12:05:00Z"), two = at("2026-01-01T12:02:00Z");
    CHECK(chosen({}) == "0123456789");
    CHECK(chosen({.since = five}) == "56789");
    CHECK(chosen({.until = five}) == "012345");
    CHECK(chosen({.since = two, .until = five}) == "2345");
    CHECK(chosen({.since = five, .until = two}) == "");
    CHECK(chosen({.last = 3}) == "789");
    CHECK(chosen({.last = 10}) == "0123456789");
    CHECK(chosen({.last = 11}) == "0123456789");
    CHECK(chosen({.since = five, .last = 2}) == "89");
    CHECK(chosen({.until = five, .last = 2}) == "45");
    CHECK(chosen({.since = five, .last = 9}) == "56789");
}

TEST_CASE("choose: of every interval the first, on the grid of the clock") {
    using std::chrono::minutes;
    CHECK(chosen({.every = minutes{3}}) == "0369");
    CHECK(chosen({.every = minutes{1}}) == "0123456789");
    CHECK(chosen({.every = std::chrono::hours{24}}) == "0");
    // The grid does not move with the window.
    CHECK(chosen({.since = at("2026-01-01T12:01:00Z"), .every = minutes{3}}) == "1369");
    CHECK(chosen({.every = minutes{3}, .last = 2}) == "69");
}

TEST_CASE("choose: some evenly, the first and the last among them") {
    CHECK(chosen({.frames = 2}) == "09");
    CHECK(chosen({.frames = 4}) == "0369");
    CHECK(chosen({.frames = 10}) == "0123456789");
    CHECK(chosen({.frames = 11}) == "0123456789");
    CHECK(chosen({.frames = 1}) == "9");
    CHECK(chosen({.last = 5, .frames = 3}) == "579");
    for (int frames = 2; frames < 10; ++frames) {
        std::string names = chosen({.frames = frames});
        CHECK(names.size() == static_cast<std::size_t>(frames));
        CHECK(names.front() == '0');
        CHECK(names.back() == '9');
        CHECK(std::adjacent_find(names.begin(), names.end(), std::greater_equal<>{}) ==
              names.end());
    }
}

TEST_CASE("choose: times before 1970 have their intervals too, and files may stand in any order") {
    std::vector<std::int64_t> times{5, -1, -9, 12, 3, -10, -11};
    auto time = [&](std::size_t i) { return Instant{Duration{times[i]}}; };
    CHECK(choose(7, time, {.every = Duration{10}}) == std::vector<std::size_t>{0, 1, 3, 6});
}

TEST_CASE("is_name_template: a name with fields stands for many") {
    CHECK(is_name_template("%Y/%m.jpg"));
    CHECK(is_name_template("{camera}.jpg"));
    CHECK_FALSE(is_name_template("latest.jpg"));
    CHECK_FALSE(is_name_template("-"));
    CHECK_FALSE(is_name_template(""));
}

TEST_CASE("archive_path: the time is in UTC, wherever the camera stands") {
    Metadata metadata;
    metadata.time = at("2026-10-25T00:30:00.007Z");
    metadata.offset = std::chrono::minutes{180};
    metadata.camera = "north";
    CHECK(archive_path("/srv/{camera}/%Y/%m/%d/%Y%m%dT%H%M%S.%LZ.jpg", metadata) ==
          "/srv/north/2026/10/25/20261025T003000.007Z.jpg");
    CHECK(archive_path("%Z%z", metadata) == "UTC+0000");
    CHECK(archive_path("100%%-{{x}}.jpg", metadata) == "100%-{x}.jpg");
}

TEST_CASE("archive_path: a field gives one harmless component") {
    auto of_camera = [](const std::string& camera) {
        Metadata metadata;
        metadata.camera = camera;
        return archive_path("/srv/{camera}/a.jpg", metadata).string();
    };
    CHECK(of_camera("../../etc") == "/srv/_._.._etc/a.jpg");
    CHECK(of_camera("..") == "/srv/_./a.jpg");
    CHECK(of_camera(".hidden") == "/srv/_hidden/a.jpg");
    CHECK(of_camera("a/b\\c") == "/srv/a_b_c/a.jpg");
    CHECK(of_camera("a\nb\x7f\x01") == "/srv/a_b__/a.jpg");
    CHECK(of_camera("%Y{camera}") == "/srv/%Y{camera}/a.jpg");
    CHECK(of_camera("Νότια πύλη") == "/srv/Νότια πύλη/a.jpg");
}

TEST_CASE("archive_path: notes are fields too, an empty one gives no name") {
    Metadata metadata;
    metadata.notes = R"({"road":{"condition":"snow/ice"},"empty":""})";
    CHECK(archive_path("{road.condition}.jpg", metadata) == "snow_ice.jpg");
    CHECK(refusal("{empty}/a.jpg", metadata).first ==
          "no 'empty' in the frame for the name '{empty}/a.jpg'");
}

TEST_CASE("archive_path: what the frame lacks is said, and the name it is for") {
    CHECK(refusal("%Y.jpg", {}) ==
          std::pair<std::string, Exit>{"no time in the frame for the name '%Y.jpg'", Exit::failed});
    CHECK(refusal("{camera}.jpg", {}) ==
          std::pair<std::string, Exit>{"no 'camera' in the frame for the name '{camera}.jpg'",
                                       Exit::failed});
    CHECK(refusal("{road.lane}.jpg", {}).second == Exit::failed);
    CHECK(refusal("{camera", {}).second == Exit::usage);
}
