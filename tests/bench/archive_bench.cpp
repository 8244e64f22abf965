// How fast archives are looked at, beside find(1): a window, the newest, and all frames.
// usage: archive_bench [DIRECTORY [FRAMES]]   makes the archive where there is no such directory.

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "frame/archive.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <functional>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace img;
using namespace std::chrono;

namespace {

constexpr int rounds = 7;
constexpr sys_days first_day = 2024y / 11 / 21, end_day = 2026y / 11 / 21;

Instant time_of(int frame, int frames) {
    return Instant{first_day} + (Instant{end_day} - Instant{first_day}) / frames * frame;
}

void make_archive(const fs::path& directory, int frames) {
    const Zone utc{minutes{0}};
    std::string day;
    for (int i = 0; i < frames; ++i) {
        const Instant time = time_of(i, frames);
        const std::string in = format_time("%Y/%m/%d/", time, utc);
        if (in != day)
            fs::create_directories(directory / in);
        day = in;
        const std::string path = (directory / (in + name_time(time) + ".jpg")).string();
        if (!Fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)})
            throw Error(path + ": cannot be made");
    }
}

struct Cost {
    double seconds = 0, megabytes = 0; ///< of CPU, user's and system's; of memory, at the most
};

/// What `work` costs a process of its own.
Cost cost_of(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        work();
        ::_exit(0);
    }
    int status = 0;
    rusage used{};
    if (::wait4(child, &status, 0, &used) != child || status != 0)
        throw Error("a measured process failed");
    auto seconds = [](timeval time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return {seconds(used.ru_utime) + seconds(used.ru_stime),
            static_cast<double>(used.ru_maxrss) / 1024};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double milliseconds_of(const std::function<void()>& work) {
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) {
        const auto begin = monotonic_now();
        work();
        took.push_back(duration<double, std::milli>(monotonic_now() - begin).count());
    }
    return median(took);
}

void find_files(const std::string& directory, ArchiveQuery::Details details) {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    if (details == ArchiveQuery::Details::names)
        ::execlp("find", "find", directory.c_str(), "-type", "f", nullptr);
    else
        ::execlp("find", "find", directory.c_str(), "-type", "f", "-printf", "%s %T@ %p\n",
                 nullptr);
    ::_exit(127);
}

void compare_with_find(const fs::path& directory, ArchiveQuery::Details details, const char* name) {
    std::vector<double> ours, theirs, memory;
    for (int i = 0; i < rounds; ++i) {
        theirs.push_back(cost_of([&] { find_files(directory.string(), details); }).seconds);
        const Cost cost = cost_of(
            [&] { read_archive(directory, {.zone = Zone{minutes{0}}, .details = details}); });
        ours.push_back(cost.seconds);
        memory.push_back(cost.megabytes);
    }
    std::printf("| %s, CPU | %.0f ms | find: %.0f ms, ratio %.2f; %.0f MB |\n", name,
                median(ours) * 1e3, median(theirs) * 1e3, median(ours) / median(theirs),
                median(memory));
}

void time_names(const char* name, const Zone& zone) {
    constexpr int names = 1'000'000;
    std::vector<std::string> all;
    for (int i = 0; i < names; ++i)
        all.push_back(format_time(name, time_of(i, names), zone));
    const double took = milliseconds_of([&] {
        LocalTimes times{zone};
        std::int64_t sum = 0;
        for (const std::string& text : all)
            sum += find_time(text, times)->time.time_since_epoch().count();
        if (sum == 0)
            std::abort();
    });
    std::printf("| time in %s | %.0f ns | |\n", name, took * 1e6 / names);
}

void measure(const fs::path& directory) {
    const Archive all = read_archive(directory, {});
    if (all.frames.empty())
        throw Error(directory.string() + ": no frames");
    const Instant noon = all.frames[all.frames.size() / 2].time;
    std::printf(
        "## Looking at an archive of %zu frames\n\n| what | ours | beside |\n|---|---:|---|\n",
        all.frames.size());
    std::printf("| five minutes | %.1f ms | |\n", milliseconds_of([&] {
                    select_from_archive(directory, {.since = noon, .until = noon + minutes{5}}, "",
                                        {});
                }));
    std::printf("| the newest ten | %.1f ms | |\n",
                milliseconds_of([&] { select_from_archive(directory, {.last = 10}, "", {}); }));
    std::fflush(stdout);
}

void run(const fs::path& directory, int frames) {
    if (!fs::exists(directory))
        make_archive(directory, frames);
    cost_of([&] { measure(directory); });
    compare_with_find(directory, ArchiveQuery::Details::names, "all names");
    compare_with_find(directory, ArchiveQuery::Details::sizes, "all names and sizes");
    time_names("%Y%m%dT%H%M%S.%LZ.jpg", Zone{minutes{0}});
    time_names("%Y%m%d_%H%M%S.jpg", Zone{"Europe/Athens"});
    time_names("%Y-%m-%d_%H-%M-%S.jpg", Zone{"Europe/Athens"});
    time_names("north-%s.jpg", Zone{minutes{0}});
}

} // namespace

int main(int argc, char** argv) {
    try {
        const int frames = argc > 2 ? std::atoi(argv[2]) : 1'000'000;
        if (argc > 1) {
            run(argv[1], frames);
            return 0;
        }
        const fs::path memory{"/dev/shm"};
        const fs::path place = fs::exists(memory) ? memory : fs::temp_directory_path();
        const fs::path directory = place / fs::unique_path("archive-bench-%%%%%%%%");
        run(directory, frames);
        fs::remove_all(directory);
    } catch (const Error& error) {
        std::fprintf(stderr, "archive_bench: %s\n", error.what());
        return 1;
    }
}
