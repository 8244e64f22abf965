#include "cli/operands.hpp"

#include "../scratch.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "foreign/libjpeg.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <thread>

using namespace img;

namespace {

Bytes small_jpeg(std::uint8_t shade) {
    Picture picture{{16, 16}, ColorSpace::gray};
    for (std::uint8_t& value : picture.pixels)
        value = shade;
    return encode_jpeg(picture, 80);
}

Bytes joined(const Bytes& first, const Bytes& second) {
    Bytes both = first;
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

/// While it lives, stdin is a pipe that holds `bytes` (less than a pipe's room).
class Stdin {
public:
    explicit Stdin(const Bytes& bytes) : before_(::dup(STDIN_FILENO)) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        Fd read{ends[0]}, write{ends[1]};
        write_all(*write, bytes, "pipe");
        ::dup2(*read, STDIN_FILENO);
    }
    ~Stdin() { ::dup2(*before_, STDIN_FILENO); }

private:
    Fd before_;
};

/// What reading all frames of `operands` came to.
struct Got {
    std::vector<Bytes> frames;
    std::vector<std::string> places, files;
    Exit status = Exit::ok;
    std::string err;
};

Got read_all(std::vector<std::string> operands) {
    Got got;
    set_log("imgseq", LogLevel::normal);
    Captured err{STDERR_FILENO};
    FrameInput input{std::move(operands)};
    while (std::optional<Frame> frame = input.next()) {
        got.frames.push_back(frame->jpeg);
        got.places.push_back(input.place());
        got.files.push_back(input.file().string());
    }
    got.status = input.status();
    got.err = err.text();
    return got;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("FrameInput: files in the order that they are given, cut at their end marker") {
    Scratch scratch;
    std::string a = (scratch / "a.jpg").string(), b = (scratch / "b.jpg").string();
    write_file(a, joined(small_jpeg(1), {0, 1, 2}));
    write_file(b, small_jpeg(2));
    Got got = read_all({b, a, b});
    CHECK(got.frames == std::vector<Bytes>{small_jpeg(2), small_jpeg(1), small_jpeg(2)});
    CHECK(got.places == Names{b, a, b});
    CHECK(got.files == Names{b, a, b});
    CHECK(got.status == Exit::ok);
    CHECK(got.err == "");
}

TEST_CASE("FrameInput: without operands, and for -, the stream on stdin") {
    Scratch scratch;
    std::string a = (scratch / "a.jpg").string();
    write_file(a, small_jpeg(3));
    {
        Stdin stream{joined(small_jpeg(1), small_jpeg(2))};
        Got got = read_all({});
        CHECK(got.frames == std::vector<Bytes>{small_jpeg(1), small_jpeg(2)});
        CHECK(got.places == Names{"frame 1", "frame 2"});
        CHECK(got.files == Names{"", ""});
    }
    Stdin stream{small_jpeg(1)};
    Got got = read_all({a, "-", a});
    CHECK(got.places == Names{a, "frame 1", a});
    CHECK(got.files == Names{a, "", a});
}

TEST_CASE("FrameInput: an empty stream has no frames, a broken one is an error") {
    {
        Stdin stream{{}};
        Got got = read_all({});
        CHECK(got.frames.empty());
        CHECK(got.status == Exit::ok);
    }
    Stdin stream{joined(small_jpeg(1), {'x'})};
    CHECK_THROWS_WITH(read_all({"-"}), "frame 2: not a JPEG");
}

TEST_CASE("FrameInput: files that are missing or broken are named and passed over") {
    Scratch scratch;
    auto file = [&](const char* name, const Bytes& bytes) {
        write_file(scratch / name, bytes);
        return (scratch / name).string();
    };
    std::string good = file("good.jpg", small_jpeg(1)), empty = file("empty.jpg", {}),
                html = file("page.jpg", {'<', 'h', 't', 'm', 'l', '>'});
    Bytes cut = small_jpeg(1);
    cut.resize(100);
    std::string part = file("part.jpg", cut), none = (scratch / "none.jpg").string(),
                directory = scratch.path().string();
    Got got = read_all({none, good, empty, html, part, directory, good});
    CHECK(got.places == Names{good, good});
    CHECK(got.status == Exit::failed);
    CHECK(got.err == str("imgseq: ", none, ": No such file or directory\n",    //
                         "imgseq: ", empty, ": empty\n",                       //
                         "imgseq: ", html, ": not a JPEG\n",                   //
                         "imgseq: ", part, ": JPEG cut off after 100 bytes\n", //
                         "imgseq: ", directory, ": Is a directory\n"));
}

TEST_CASE("FrameInput: a file's name is said whatever it is") {
    Scratch scratch;
    fs::path before = fs::current_path();
    fs::current_path(scratch.path());
    write_file("not", bytes_of("<html>"));
    Got got = read_all({"not"});
    fs::current_path(before);
    CHECK(got.err == "imgseq: not: not a JPEG\n");
}

TEST_CASE("FrameInput: a file of several frames is noted, but not a phone's with its previews") {
    Scratch scratch;
    std::string several = (scratch / "several.mjpg").string(),
                phone = (scratch / "phone.jpg").string();
    write_file(several, joined(small_jpeg(1), small_jpeg(2)));
    Bytes picture = small_jpeg(1), mpf{0xFF, 0xD8, 0xFF, 0xE2, 0, 6, 'M', 'P', 'F', 0};
    mpf.insert(mpf.end(), picture.begin() + 2, picture.end());
    write_file(phone, joined(mpf, small_jpeg(2)));
    Got got = read_all({several, phone});
    CHECK(got.frames == std::vector<Bytes>{small_jpeg(1), mpf});
    CHECK(got.status == Exit::ok);
    CHECK(got.err == str("imgseq: ", several,
                         ": only its first frame is used; read a stream of "
                         "frames with < ",
                         several, "\n"));
}

TEST_CASE("FrameInput: a dropped frame is named, and the status remembers") {
    Stdin stream{joined(small_jpeg(1), small_jpeg(2))};
    set_log("imgseq", LogLevel::normal);
    Captured err{STDERR_FILENO};
    FrameInput input{{}};
    input.next();
    input.next();
    input.drop(Error{"does not decode"});
    CHECK_FALSE(input.next());
    CHECK(input.status() == Exit::failed);
    CHECK(err.text() == "imgseq: frame 2: does not decode\n");
}

TEST_CASE("FrameOutput: a frame goes to every target, with directories and its time") {
    Scratch scratch;
    std::string latest = (scratch / "latest.jpg").string(),
                named = (scratch / "{camera}/%Y/%m/%Y%m%dT%H%M%S.%LZ.jpg").string();
    Frame frame{small_jpeg(1)};
    Metadata metadata;
    metadata.camera = "north";
    metadata.time = parse_iso_time("2026-11-21T13:43:38.123Z");
    FrameOutput output{{latest, named}};
    CHECK_FALSE(output.to_stdout());
    std::vector<fs::path> paths = output.put(frame, metadata);
    CHECK(paths ==
          std::vector<fs::path>{latest, scratch / "north/2026/11/20261121T134338.123Z.jpg"});
    for (const fs::path& path : paths) {
        CHECK(read_file(path) == frame.jpeg);
        struct stat about {};
        REQUIRE(::stat(path.c_str(), &about) == 0);
        CHECK(about.st_mtim.tv_sec == 1'795'268'618);
        CHECK(about.st_mtim.tv_nsec == 123'000'000);
    }
    Frame second{small_jpeg(2)};
    metadata.time = *metadata.time + std::chrono::seconds{1};
    CHECK(output.put(second, metadata).back() != paths.back());
    CHECK(read_file(latest) == second.jpeg);
    CHECK(scratch.names() == std::set<std::string>{"latest.jpg", "north"});
}

TEST_CASE("FrameOutput: to stdout goes the stream, alone or beside files") {
    Scratch scratch;
    Frame frame{small_jpeg(1)};
    Bytes expected = joined(frame.jpeg, frame.jpeg);
    for (const Names& targets : {Names{}, Names{"-"}, Names{"-", (scratch / "a.jpg").string()}}) {
        std::string out;
        std::size_t paths = 0;
        {
            Captured captured{STDOUT_FILENO};
            FrameOutput output{targets};
            paths += output.put(frame, {}).size();
            paths += output.put(frame, {}).size();
            out = output.to_stdout() ? captured.text() : "";
        }
        CHECK(out == text_of(expected));
        CHECK(paths == (targets.size() == 2 ? 2 : 0));
    }
}

TEST_CASE("FrameOutput: stdout is named once") {
    try {
        Captured captured{STDOUT_FILENO};
        FrameOutput{{"-", "a.jpg", "-"}};
        FAIL("not refused");
    } catch (const Error& error) {
        CHECK(std::string{error.what()} == "-o -: stdout is named twice");
        CHECK(error.status() == Exit::usage);
    }
}

TEST_CASE("FrameOutput: a directory that is missing is made for a template only") {
    Scratch scratch;
    Metadata metadata;
    metadata.camera = "north";
    std::string plain = (scratch / "none/a.jpg").string();
    CHECK_THROWS_WITH(FrameOutput{{plain}}.put(Frame{small_jpeg(1)}, metadata),
                      (plain + ": No such file or directory").c_str());
    write_file(scratch / "north", bytes_of("a file"));
    CHECK_THROWS_WITH(
        FrameOutput{{(scratch / "{camera}/a.jpg").string()}}.put(Frame{small_jpeg(1)}, metadata),
        ((scratch / "north").string() + ": File exists").c_str());
}

TEST_CASE("FrameOutput: what stands behind a frame stays in files, never in the stream") {
    Scratch directory;
    const Bytes frame = small_jpeg(10), behind{'m', 'o', 'r', 'e'};
    write_file(directory / "a.jpg", joined(frame, behind));
    FrameInput input{{(directory / "a.jpg").string()}};
    Frame read = input.next().value();
    CHECK(Bytes{input.trailing().begin(), input.trailing().end()} == behind);
    {
        Captured out{STDOUT_FILENO};
        FrameOutput output{{"-", (directory / "b.jpg").string(), (directory / "c.jpg").string()}};
        output.put(read, {}, input, FrameOutput::Extras::kept);
        CHECK(bytes_of(out.text()).size() == frame.size());
    }
    CHECK(read_file(directory / "b.jpg") == joined(frame, behind));
    FrameOutput{{(directory / "c.jpg").string()}}.put(read, {}, input,
                                                      FrameOutput::Extras::dropped);
    CHECK(read_file(directory / "c.jpg") == frame);
}

TEST_CASE("FrameOutput: in place, a file keeps its permissions and its time") {
    Scratch directory;
    const fs::path path = directory / "a.jpg";
    write_file(path, joined(small_jpeg(10), {'m'}));
    ::chmod(path.c_str(), 0604);
    const timespec times[2]{{1'600'000'000, 1}, {1'600'000'000, 123'456'789}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
    fs::create_symlink(path, directory / "link.jpg");
    FrameInput input{{(directory / "link.jpg").string()}};
    input.next();
    FrameOutput::in_place().put(Frame{small_jpeg(99)}, {}, input, FrameOutput::Extras::kept);
    CHECK(read_file(path) == joined(small_jpeg(99), {'m'}));
    CHECK(fs::is_symlink(directory / "link.jpg"));
    CHECK(directory.names() == std::set<std::string>{"a.jpg", "link.jpg"});
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777) == 0604);
    CHECK(about.st_mtim.tv_sec == 1'600'000'000);
    CHECK(about.st_mtim.tv_nsec == 123'456'789);

    Metadata metadata;
    metadata.time = parse_iso_time("2026-11-21T13:40:00Z");
    FrameOutput::in_place().put(Frame{small_jpeg(50)}, metadata, input,
                                FrameOutput::Extras::dropped);
    CHECK(read_file(path) == small_jpeg(50));
    CHECK(fs::last_write_time(path) == 1'795'268'400);
}

TEST_CASE("FrameOutput: in place, a file that is gone is named, and the status remembers") {
    Scratch directory;
    const std::string path = (directory / "a.jpg").string();
    write_file(path, small_jpeg(10));
    FrameInput input{{path}};
    input.next();
    fs::remove(path);
    set_log("imgseq", LogLevel::normal);
    Captured err{STDERR_FILENO};
    CHECK(FrameOutput::in_place()
              .put(Frame{small_jpeg(9)}, {}, input, FrameOutput::Extras::kept)
              .empty());
    CHECK(err.text() == "imgseq: " + path + ": No such file or directory\n");
    CHECK(input.status() == Exit::failed);
    CHECK(directory.names().empty());
    CHECK(FrameOutput::nowhere()
              .put(Frame{small_jpeg(9)}, {}, input, FrameOutput::Extras::kept)
              .empty());
    CHECK(directory.names().empty());
}
