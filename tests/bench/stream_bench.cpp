// How fast frames flow: FrameReader to FrameWriter, by CPU time, and in how much memory.

#include "base/file.hpp"
#include "base/text.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/stream.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace img;

namespace {

constexpr double giga = 1e9;

/// A frame as a camera gives it: about 400 kB of noisy picture.
Bytes camera_frame() {
    Picture picture{{1920, 1080}, ColorSpace::rgb};
    std::uint64_t state = 88172645463325252; // xorshift64, Marsaglia 2003
    for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        picture.pixels[i] = static_cast<std::uint8_t>(100 + i / 5760 % 60 + state % 16);
    }
    for (int quality = 98; quality > 10; quality -= 3)
        if (Bytes jpeg = encode_jpeg(picture, quality); jpeg.size() <= 450'000)
            return jpeg;
    return encode_jpeg(picture, 10);
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    auto seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double peak_megabytes() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

/// Reads all frames of `from` and writes them to `to`; the row of the table.
void flow(const char* name, int from, int to) {
    double before = cpu_seconds();
    FrameReader reader{from};
    FrameWriter writer{to};
    double bytes = 0;
    while (std::optional<Frame> frame = reader.next()) {
        bytes += static_cast<double>(frame->jpeg.size());
        writer.put(*frame);
    }
    double used = cpu_seconds() - before;
    std::printf("| %s | %.2f | %zu | %.2f | %.0f |\n", name, bytes / giga, reader.count(),
                bytes / giga / used, peak_megabytes());
    std::fflush(stdout);
}

/// A child that repeats `frame` into a pipe; the end to read from.
Fd endless(const Bytes& frame, double bytes) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        std::abort();
    if (::fork() != 0) {
        ::close(ends[1]);
        return Fd{ends[0]};
    }
    ::close(ends[0]);
    for (double sent = 0; sent < bytes; sent += static_cast<double>(frame.size()))
        write_all(ends[1], frame, "pipe");
    ::_exit(0);
}

Fd temporary_file(const Bytes& frame, double bytes) {
    char name[] = "/tmp/stream_bench.XXXXXX";
    Fd file{::mkstemp(name)};
    ::unlink(name);
    for (double sent = 0; sent < bytes; sent += static_cast<double>(frame.size()))
        write_all(*file, frame, name);
    ::lseek(*file, 0, SEEK_SET);
    return file;
}

} // namespace

int main() {
    Bytes frame = camera_frame();
    Fd null{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    std::printf("Frames of %zu kB through FrameReader and FrameWriter\n\n", frame.size() / 1000);
    std::printf(
        "| from | GB | frames | GB a CPU second | peak memory MB |\n|---|---|---|---|---|\n");
    {
        Fd file = temporary_file(frame, giga);
        flow("file", *file, *null);
    }
    {
        Fd pipe = endless(frame, giga);
        flow("pipe", *pipe, *null);
    }
    {
        Fd pipe = endless(frame, 4 * giga);
        flow("pipe, 4 GB", *pipe, *null);
    }
    while (::wait(nullptr) > 0) {
    }
    return 0;
}
