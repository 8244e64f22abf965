// every_nth - pass every n-th frame of a stream. A complete filter, as imgstream(5) shows it.
// Build it with: c++ -std=c++17 -O2 every_nth.cpp -o every_nth
#include <cstdio>
#include <cstdlib>
#include <string>

static int take(std::string& frame) {
    int byte = std::getchar();
    if (byte != EOF)
        frame += static_cast<char>(byte);
    return byte;
}

static void fail(const char* why) {
    std::fprintf(stderr, "every_nth: %s\n", why);
    std::exit(1);
}

// Reads one frame by walking its markers; false at the end of the stream.
static bool read_frame(std::string& frame) {
    frame.clear();
    if (take(frame) == EOF)
        return false;
    if (frame != "\xff" || take(frame) != 0xd8)
        fail("not a JPEG");
    int marker = 0;
    bool in_scan = false;
    while (marker != 0xd9) {
        int byte = take(frame);
        if (byte == EOF)
            fail("cut off");
        if (byte != 0xff) {
            if (!in_scan)
                fail("no marker where one must be");
            continue;
        }
        do
            marker = take(frame);
        while (marker == 0xff);
        if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd7) || marker == 0xd9)
            continue; // stuffing, a restart or the end: nothing follows that has a length
        int high = take(frame), low = take(frame);
        if (low == EOF)
            fail("cut off");
        for (int left = (high << 8 | low) - 2; left > 0; --left)
            if (take(frame) == EOF)
                fail("cut off");
        in_scan = marker == 0xda;
    }
    return true;
}

int main(int argc, char** argv) {
    int n = argc > 1 ? std::atoi(argv[1]) : 0;
    if (n < 1) {
        std::fprintf(stderr, "usage: every_nth N <frames >fewer\n");
        return 2;
    }
    std::string frame;
    for (int count = 0; read_frame(frame); ++count)
        if (count % n == 0)
            std::fwrite(frame.data(), 1, frame.size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
}
