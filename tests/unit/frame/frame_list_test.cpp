#include "frame/frame_list.hpp"

#include "base/error.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/metadata.hpp"

#include <cstdlib>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

const Instant noon = *parse_iso_time("2026-11-21T12:00:00Z");
const Zone utc{"UTC"};

Bytes jpeg_of(int shade) {
    Picture picture{{32, 24}, ColorSpace::gray};
    for (std::uint8_t& value : picture.pixels)
        value = static_cast<std::uint8_t>(shade);
    return encode_jpeg(picture, 80);
}

class Directory {
public:
    Directory() {
        std::string name = (fs::temp_directory_path() / "frame_list_test.XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()));
        path_ = name;
    }
    ~Directory() { fs::remove_all(path_); }
    fs::path put(const std::string& name, const Bytes& bytes) const {
        write_file(path_ / name, bytes);
        return path_ / name;
    }
    const fs::path& path() const { return path_; }
    bool empty() const { return fs::is_empty(path_); }

private:
    fs::path path_;
};

/// $TMPDIR, until the end of the test.
class Spool {
public:
    explicit Spool(const std::string& path) {
        if (const char* before = std::getenv("TMPDIR"))
            before_ = before;
        ::setenv("TMPDIR", path.c_str(), 1);
    }
    ~Spool() {
        if (before_)
            ::setenv("TMPDIR", before_->c_str(), 1);
        else
            ::unsetenv("TMPDIR");
    }
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

private:
    std::optional<std::string> before_;
};

/// A file to read from its start, with these bytes.
Fd stream_of(const Directory& directory, const std::vector<Bytes>& frames) {
    Bytes all;
    for (const Bytes& frame : frames)
        all.insert(all.end(), frame.begin(), frame.end());
    fs::path path = directory.put("stream", all);
    Fd fd = open_to_read(path);
    fs::remove(path);
    return fd;
}

std::string error_of(const FrameList& list, std::size_t index) {
    try {
        list.at(index);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("FrameList: a file is read each time, as it is then") {
    Directory directory;
    fs::path path = directory.put("a.jpg", jpeg_of(10));
    FrameList list;
    list.add_file(path);
    CHECK(list.at(0).jpeg == jpeg_of(10));
    write_file(path, jpeg_of(200));
    CHECK(list.at(0).jpeg == jpeg_of(200));
    fs::remove(path);
    CHECK(error_of(list, 0) == path.string() + ": No such file or directory");
}

TEST_CASE("FrameList: a file is not opened before it is wanted") {
    FrameList list;
    CHECK(list.empty());
    list.add_file("/nowhere/a.jpg");
    CHECK(list.size() == 1);
    CHECK(list.place(0) == "/nowhere/a.jpg");
    CHECK(error_of(list, 0) == "/nowhere/a.jpg: No such file or directory");
}

TEST_CASE("FrameList: what is no JPEG, or a cut one, is an error that begins with the place") {
    Directory directory;
    Bytes cut = jpeg_of(1);
    cut.resize(cut.size() - 3);
    FrameList list;
    list.add_file(directory.put("cut.jpg", cut));
    list.add_file(directory.put("text.jpg", Bytes{'h', 'e', 'l', 'l', 'o'}));
    list.add_file(directory.put("empty.jpg", Bytes{}));
    for (std::size_t i = 0; i < list.size(); ++i)
        CHECK(error_of(list, i).starts_with(list.place(i) + ": "));
    CHECK(error_of(list, 0).find("cut off") != std::string::npos);
}

TEST_CASE("FrameList: bytes behind a file's end marker are not the frame's") {
    Directory directory;
    Bytes longer = jpeg_of(5);
    longer.insert(longer.end(), {0, 0, 7});
    FrameList list;
    list.add_file(directory.put("a.jpg", longer));
    CHECK(list.at(0).jpeg == jpeg_of(5));
}

TEST_CASE("FrameList: a stream's frames are read in any order, as often as wanted") {
    Directory directory, spool;
    Spool here{spool.path().string()};
    Fd fd = stream_of(directory, {jpeg_of(1), jpeg_of(100), jpeg_of(250)});
    FrameList list;
    list.add_stream(*fd);
    REQUIRE(list.size() == 3);
    for (int round = 0; round < 2; ++round) {
        CHECK(list.at(2).jpeg == jpeg_of(250));
        CHECK(list.at(0).jpeg == jpeg_of(1));
        CHECK(list.at(1).jpeg == jpeg_of(100));
    }
    CHECK(list.place(2) == "frame 3");
    // The copy has no name: nothing is left, whatever ends the process.
    CHECK(spool.empty());
}

TEST_CASE("FrameList: files and streams stand in the order in which they were added") {
    Directory directory;
    FrameList list;
    Fd first = stream_of(directory, {jpeg_of(1), jpeg_of(2)});
    list.add_stream(*first, "first");
    list.add_file(directory.put("a.jpg", jpeg_of(3)));
    Fd second = stream_of(directory, {jpeg_of(4)});
    list.add_stream(*second, "second");
    REQUIRE(list.size() == 4);
    for (int i = 0; i < 4; ++i)
        CHECK(list.at(static_cast<std::size_t>(i)).jpeg == jpeg_of(i + 1));
}

TEST_CASE("FrameList: an empty stream adds nothing and needs no room") {
    Directory directory;
    Spool nowhere{"/nowhere"};
    Fd fd = stream_of(directory, {});
    FrameList list;
    list.add_stream(*fd);
    CHECK(list.empty());
}

TEST_CASE("FrameList: a broken stream, or no place for its copy, is an error") {
    Directory directory;
    Fd broken = stream_of(directory, {jpeg_of(1), {'x'}});
    FrameList list;
    CHECK_THROWS_WITH_AS(list.add_stream(*broken, "cam"), "cam: frame 2: not a JPEG", Error);
    Spool nowhere{"/nowhere"};
    Fd whole = stream_of(directory, {jpeg_of(1)});
    FrameList other;
    CHECK_THROWS_WITH_AS(other.add_stream(*whole), "/nowhere: No such file or directory", Error);
}

TEST_CASE("FrameList: the time is the one given, else the name's, else EXIF's, else none") {
    Directory directory;
    FrameList list;
    list.add_file(directory.put("20261121T130000.500Z.jpg", jpeg_of(1)), noon);
    list.add_file(directory.put("20261121T130001.500Z.jpg", jpeg_of(1)));
    Metadata facts;
    facts.time = noon + 7h;
    list.add_file(directory.put("b.jpg", with_metadata(Frame{jpeg_of(1)}, facts).jpeg));
    list.add_file(directory.put("a.jpg", jpeg_of(1)));
    CHECK(list.time(0, utc) == noon);
    CHECK(list.time(1, utc) == noon + 1h + 1500ms);
    CHECK(list.time(2, utc) == noon + 7h);
    CHECK_FALSE(list.time(3, utc).has_value());
}

TEST_CASE("FrameList: a name without a zone is read as local time") {
    FrameList list;
    list.add_file("20261121_140000.jpg");
    CHECK(list.time(0, utc) == noon + 2h);
    CHECK(list.time(0, Zone{"Europe/Athens"}) == noon);
}

TEST_CASE("FrameList: of a selection the newest are kept, in order") {
    FrameList list;
    for (int i = 0; i < 6; ++i)
        list.add_file(str(i, ".jpg"), noon + i * 1min);
    SUBCASE("nothing is dropped when all is wanted") {
        list.keep({}, utc);
        CHECK(list.size() == 6);
        list.keep({.last = 100}, utc);
        CHECK(list.size() == 6);
    }
    SUBCASE("the last two") {
        list.keep({.last = 2}, utc);
        REQUIRE(list.size() == 2);
        CHECK(list.place(0) == "4.jpg");
        CHECK(list.place(1) == "5.jpg");
    }
    SUBCASE("those of the last two minutes, the limit included") {
        list.keep({.since = noon + 3min}, utc);
        REQUIRE(list.size() == 3);
        CHECK(list.place(0) == "3.jpg");
    }
    SUBCASE("both limits hold") {
        list.keep({.since = noon + 2min, .last = 2}, utc);
        REQUIRE(list.size() == 2);
        CHECK(list.place(0) == "4.jpg");
    }
    SUBCASE("one of every two minutes, and of those the ends") {
        list.keep({.every = 2min, .frames = 2}, utc);
        REQUIRE(list.size() == 2);
        CHECK(list.place(0) == "0.jpg");
        CHECK(list.place(1) == "4.jpg");
    }
    SUBCASE("none is new enough") {
        list.keep({.since = noon + 59min}, utc);
        CHECK(list.empty());
    }
}

TEST_CASE("FrameList: a selection by time names the frame that has none") {
    Directory directory;
    FrameList list;
    list.add_file("1.jpg", noon);
    list.add_file(directory.put("a.jpg", jpeg_of(1)));
    CHECK_THROWS_WITH_AS(list.keep({.since = noon - 1h}, utc),
                         (list.place(1) + ": has no time, neither in its name nor in EXIF").c_str(),
                         Error);
}
