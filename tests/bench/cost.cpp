// Runs a program and prints what it cost: CPU microseconds and peak KiB.
//
// usage: cost INPUT OUTPUT PROGRAM [ARGUMENT]...
//
// A program's peak memory is never reported as less than that of the process that started it, so
// this one is small: it needs neither the library nor C++'s.

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char** environ;

namespace {

long long microseconds(const timeval& time) {
    return static_cast<long long>(time.tv_sec) * 1'000'000 + static_cast<long long>(time.tv_usec);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("usage: cost INPUT OUTPUT PROGRAM [ARGUMENT]...\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, argv[1], O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, 1, argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0666);
    pid_t child = 0;
    if (int error = posix_spawnp(&child, argv[3], &files, nullptr, argv + 3, environ)) {
        std::fprintf(stderr, "cost: %s: %s\n", argv[3], std::strerror(error));
        return 1;
    }
    posix_spawn_file_actions_destroy(&files);
    int status = 0;
    rusage used{};
    while (::wait4(child, &status, 0, &used) < 0)
        if (errno != EINTR) {
            std::fprintf(stderr, "cost: %s: %s\n", argv[3], std::strerror(errno));
            return 1;
        }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::fprintf(stderr, "cost: %s: ended with wait status %d\n", argv[3], status);
        return 1;
    }
    std::printf("%lld %ld\n", microseconds(used.ru_utime) + microseconds(used.ru_stime),
                used.ru_maxrss);
    return 0;
}
