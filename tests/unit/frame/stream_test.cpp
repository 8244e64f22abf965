#include "frame/stream.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"

#include <cstdio>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

using namespace img;

namespace {

Bytes small_jpeg(std::uint8_t shade) {
    Picture picture{{32, 24}, ColorSpace::rgb};
    for (std::uint8_t& value : picture.pixels)
        value = shade;
    return encode_jpeg(picture, 80);
}

/// `jpeg` with a segment behind its start marker that holds a whole other JPEG, as a thumbnail.
Bytes with_thumbnail(const Bytes& jpeg, const Bytes& thumbnail) {
    Bytes out{0xFF, 0xD8, 0xFF, 0xE1};
    std::size_t length = thumbnail.size() + 2;
    out.push_back(static_cast<std::uint8_t>(length >> 8));
    out.push_back(static_cast<std::uint8_t>(length));
    out.insert(out.end(), thumbnail.begin(), thumbnail.end());
    out.insert(out.end(), jpeg.begin() + 2, jpeg.end());
    return out;
}

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes out;
    for (const Bytes& part : parts)
        out.insert(out.end(), part.begin(), part.end());
    return out;
}

/// A pipe that a thread fills in pieces of `piece` bytes.
class Feed {
public:
    Feed(Bytes bytes, std::size_t piece) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        read_ = Fd{ends[0]};
        writer_ = std::thread{[bytes = std::move(bytes), piece, end = ends[1]] {
            Fd write{end};
            for (std::size_t at = 0; at < bytes.size(); at += piece)
                write_all(*write, ByteView{bytes}.subspan(at, std::min(piece, bytes.size() - at)),
                          "pipe");
        }};
    }
    ~Feed() { writer_.join(); }
    int fd() const { return *read_; }

private:
    Fd read_;
    std::thread writer_;
};

std::string error_of(FrameReader& reader) {
    try {
        while (reader.next()) {
        }
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("jpeg_end: a thumbnail's end marker does not end the frame") {
    Bytes jpeg = with_thumbnail(small_jpeg(10), small_jpeg(200));
    CHECK(jpeg_end(jpeg) == jpeg.size());
}

TEST_CASE("jpeg_end: bytes after the end marker are not the frame's") {
    Bytes jpeg = small_jpeg(10);
    std::size_t length = jpeg.size();
    jpeg.insert(jpeg.end(), {0, 1, 2, 0xFF, 0xD9});
    CHECK(jpeg_end(jpeg) == length);
}

TEST_CASE("jpeg_end: every cut of a frame is a cut, never an end and never an error") {
    Bytes jpeg = with_thumbnail(small_jpeg(10), small_jpeg(200));
    for (std::size_t length = 0; length < jpeg.size(); ++length)
        CHECK_FALSE(jpeg_end(ByteView{jpeg}.first(length)).has_value());
}

TEST_CASE("jpeg_end: what does not begin as a JPEG is refused") {
    CHECK_THROWS_AS(jpeg_end(bytes_of("GIF89a")), Error);
    CHECK_THROWS_AS(jpeg_end(bytes_of("<html>")), Error);
}

TEST_CASE("FrameReader: gives each frame as it was, however it arrives") {
    Bytes first = with_thumbnail(small_jpeg(10), small_jpeg(200)), second = small_jpeg(99);
    for (std::size_t piece : {1U, 7U, 100U, 65536U}) {
        Feed feed{joined({first, second, first}), piece};
        FrameReader reader{feed.fd()};
        CHECK(reader.next()->jpeg == first);
        CHECK(reader.next()->jpeg == second);
        CHECK(reader.next()->jpeg == first);
        CHECK_FALSE(reader.next().has_value());
        CHECK(reader.count() == 3);
    }
}

TEST_CASE("FrameReader: an empty stream has no frames and is no error") {
    Feed feed{{}, 1};
    FrameReader reader{feed.fd()};
    CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("FrameReader: garbage between frames ends the stream, naming the frame") {
    Feed feed{joined({small_jpeg(1), {'x', 'y'}, small_jpeg(2)}), 64};
    FrameReader reader{feed.fd()};
    CHECK(error_of(reader) == "frame 2: not a JPEG");
}

TEST_CASE("FrameReader: a last frame that is cut off is an error that says where") {
    Bytes cut = small_jpeg(2);
    cut.resize(cut.size() - 5);
    Feed feed{joined({small_jpeg(1), cut}), 64};
    FrameReader reader{feed.fd(), "cam.mjpg"};
    CHECK(error_of(reader) == str("cam.mjpg: frame 2: cut off after ", cut.size(), " bytes"));
}

TEST_CASE("FrameWriter: what is written reads back") {
    Bytes jpeg = small_jpeg(77);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Fd read{ends[0]};
    {
        Fd write{ends[1]};
        FrameWriter writer{*write};
        writer.put(Frame{jpeg});
        writer.put(Frame{jpeg});
    }
    FrameReader reader{*read};
    CHECK(reader.next()->jpeg == jpeg);
    CHECK(reader.next()->jpeg == jpeg);
    CHECK_FALSE(reader.next().has_value());
}

TEST_CASE("FrameReader: memory does not grow with the length of the stream") {
    // A frame of a camera's size: a small one with a large comment in front.
    Bytes small = small_jpeg(50), frame{0xFF, 0xD8};
    for (int i = 0; i < 6; ++i) {
        frame.insert(frame.end(), {0xFF, 0xFE, 0xFF, 0xFF});
        frame.resize(frame.size() + 65533, 0xD9);
    }
    frame.insert(frame.end(), small.begin() + 2, small.end());
#ifdef __SANITIZE_ADDRESS__
    constexpr std::size_t length = std::size_t{256} << 20; // freed memory is kept aside
    constexpr long most_growth = 1 << 20;
#else
    constexpr std::size_t length = std::size_t{4} << 30;
    constexpr long most_growth = 32 << 10;
#endif
    std::size_t frames = length / frame.size() + 1;
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Fd read{ends[0]};
    rusage before{}, after{};
    ::getrusage(RUSAGE_SELF, &before);
    std::thread camera{[&, end = ends[1]] {
        Fd write{end};
        FrameWriter writer{*write};
        Frame one{frame};
        for (std::size_t i = 0; i < frames; ++i)
            writer.put(one);
    }};
    FrameReader reader{*read};
    bool same = true;
    while (std::optional<Frame> got = reader.next())
        same = same && got->jpeg.size() == frame.size();
    camera.join();
    ::getrusage(RUSAGE_SELF, &after);
    CHECK(same);
    CHECK(reader.count() == frames);
    CHECK(after.ru_maxrss - before.ru_maxrss < most_growth);
}

TEST_CASE("FrameReader: real camera files, joined, come apart as they were") {
    fs::path samples{"../../shared/data/jpeg"};
    if (!fs::is_directory(samples)) {
        MESSAGE("skipped: there are no sample files");
        return;
    }
    std::vector<Bytes> frames;
    Bytes stream;
    for (const auto& entry : fs::directory_iterator(samples)) {
        try {
            Frame frame = frame_from(read_file(entry.path()));
            stream.insert(stream.end(), frame.jpeg.begin(), frame.jpeg.end());
            frames.push_back(std::move(frame.jpeg));
        } catch (const Error&) {
            // Some samples are broken on purpose; what matters is that most are not refused.
        }
    }
    CHECK(frames.size() > 150);
    Feed feed{stream, 65521};
    FrameReader reader{feed.fd()};
    std::size_t same = 0;
    while (std::optional<Frame> frame = reader.next())
        same += frame->jpeg == frames[reader.count() - 1] ? 1 : 0;
    CHECK(same == frames.size());
    CHECK(reader.count() == frames.size());
}
