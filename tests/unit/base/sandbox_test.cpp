#include "base/sandbox.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <functional>
#include <grp.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace img;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// What a child process says that did this: what is given up must not be this process's. "killed"
/// when it did not live to say anything.
std::string in_child(const std::function<std::string()>& act) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        for (int number : {SIGABRT, SIGSEGV, SIGSYS})
            std::signal(number, SIG_DFL); // the test framework's handlers
        std::string said;
        try {
            said = act();
        } catch (const Error& error) {
            said = error.what();
        }
        [[maybe_unused]] ssize_t written = ::write(ends[1], said.data(), said.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    std::uint8_t some[1000];
    while (std::size_t got = read_some(ends[0], some, sizeof some, "child"))
        said.append(some, some + got);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? "killed" : said;
}

/// "ok", or the name of the error of a call that said -1.
std::string outcome(long result) {
    return result == -1 ? ::strerrorname_np(errno) : "ok";
}

std::string opening(const fs::path& path, int flags = O_RDONLY) {
    return outcome(::open(path.c_str(), flags | O_CLOEXEC, 0600));
}

bool skipped(bool possible, const std::string& lack) {
    if (!possible)
        MESSAGE("skipped: ", lack);
    return !possible;
}

long landlock_version() {
    return ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0},
                     LANDLOCK_CREATE_RULESET_VERSION);
}

bool has_landlock() {
    return landlock_version() >= 1;
}

bool has_seccomp() {
    std::uint32_t action = SECCOMP_RET_ERRNO;
    return !sanitized && ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/// Enough for a child to say something and end.
std::vector<long> few_calls(std::vector<long> more = {}) {
    more.insert(more.end(),
                {SYS_write, SYS_exit_group, SYS_brk, SYS_mmap, SYS_mprotect, SYS_munmap, SYS_close,
                 SYS_tgkill, SYS_gettid, SYS_getpid, SYS_rt_sigprocmask, SYS_futex});
    return more;
}

std::string confined(std::vector<long> calls, const std::function<std::string()>& act) {
    return in_child([&] {
        confine_files({});
        confine_calls(few_calls(std::move(calls)));
        return act();
    });
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

template <class Call>
std::string on_loopback(Call call, int socket, std::uint16_t port) {
    sockaddr_in address = loopback(port);
    return outcome(call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address));
}

/// An Error's status and words; {ok} when there was none.
std::pair<Exit, std::string> refusal(const std::string& user) {
    try {
        become_user(user, Reserve::nothing);
    } catch (const Error& error) {
        return {error.status(), error.what()};
    }
    return {Exit::ok, ""};
}

} // namespace

TEST_CASE("confine_files: files outside cannot be opened, those inside only as was said") {
    if (skipped(has_landlock(), "this kernel has no Landlock"))
        return;
    Scratch scratch;
    for (const char* directory : {"read", "write", "other"}) {
        fs::create_directory(scratch / directory);
        write_file(scratch / directory / "file", bytes_of("text"));
    }
    write_file(scratch / "alone", bytes_of("text"));
    auto attempt = [&](const std::function<std::string()>& act) {
        return in_child([&] {
            confine_files(
                {{scratch / "read", scratch / "alone", scratch / "absent"}, {scratch / "write"}});
            return act();
        });
    };
    auto opened = [&](const fs::path& path, int flags) {
        return attempt([&] { return opening(path, flags); });
    };
    CHECK(opened("/etc/passwd", O_RDONLY) == "EACCES");
    CHECK(opened(scratch / "other" / "file", O_RDONLY) == "EACCES");
    CHECK(opened(scratch / "read" / ".." / "other" / "file", O_RDONLY) == "EACCES");
    CHECK(opened(scratch / "read" / "file", O_RDONLY) == "ok");
    CHECK(opened(scratch / "alone", O_RDONLY) == "ok");
    CHECK(opened(scratch / "read", O_RDONLY | O_DIRECTORY) == "ok");
    CHECK(opened(scratch / "read" / "file", O_WRONLY) == "EACCES");
    CHECK(opened(scratch / "read" / "made", O_WRONLY | O_CREAT) == "EACCES");
    CHECK(opened(scratch / "write" / "made", O_WRONLY | O_CREAT) == "ok");
    CHECK(opened(scratch / "write" / "file", O_RDONLY) == "EACCES");
    CHECK(attempt([&] { return outcome(::unlink((scratch / "read" / "file").c_str())); }) ==
          "EACCES");
    CHECK(attempt([&] {
              return outcome(::rename((scratch / "write" / "file").c_str(),
                                      (scratch / "read" / "moved").c_str()));
          }) == "EACCES");
    CHECK(attempt([&] {
              ::execl("/bin/sh", "sh", "-c", "exit 0", nullptr);
              return outcome(-1);
          }) == "EACCES");
}

TEST_CASE("confine_files: a file is replaced whole in a directory for reading and writing") {
    Scratch scratch;
    write_file(scratch / "file", bytes_of("before"));
    CHECK(in_child([&] {
              confine_files({{scratch.path()}, {scratch.path()}});
              write_file(scratch / "file", bytes_of("after"));
              Bytes bytes = read_file(scratch / "file");
              return std::string{bytes.begin(), bytes.end()};
          }) == "after");
    CHECK(scratch.names() == std::set<std::string>{"file"});
}

TEST_CASE("confine_files: what is open stays open") {
    Scratch scratch;
    write_file(scratch / "file", bytes_of("text"));
    Fd file = open_to_read(scratch / "file");
    CHECK(in_child([&] {
              confine_files({});
              std::uint8_t some[10];
              return std::to_string(read_some(*file, some, sizeof some, "file"));
          }) == "4");
}

TEST_CASE("confine_files: no new privileges, no core dumps, no tracing by others") {
    CHECK(in_child([] {
              confine_files({});
              rlimit core{};
              ::getrlimit(RLIMIT_CORE, &core);
              return str(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), " ", ::prctl(PR_GET_DUMPABLE),
                         " ", core.rlim_max);
          }) == "1 0 0");
}

TEST_CASE("confine_files: no TCP connection is made and no port is taken") {
    if (skipped(landlock_version() >= 4, "this kernel's Landlock knows no network"))
        return;
    CHECK(in_child([] {
              int socket = ::socket(AF_INET, SOCK_STREAM, 0);
              confine_files({});
              return on_loopback(::bind, socket, 0) + " " + on_loopback(::connect, socket, 9);
          }) == "EACCES EACCES");
}

TEST_CASE("confine_files: signals reach nobody else, abstract sockets only who was connected") {
    if (skipped(landlock_version() >= 6, "this kernel's Landlock has no scopes"))
        return;
    CHECK(in_child([] {
              sockaddr_un address{};
              address.sun_family = AF_UNIX;
              std::string name = str("imgseq-", ::getpid());
              name.copy(address.sun_path + 1, name.size());
              auto length =
                  static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
              const auto* place = reinterpret_cast<const sockaddr*>(&address);
              int server = ::socket(AF_UNIX, SOCK_DGRAM, 0);
              int friendly = ::socket(AF_UNIX, SOCK_DGRAM, 0);
              int stranger = ::socket(AF_UNIX, SOCK_DGRAM, 0);
              ::bind(server, place, length);
              ::connect(friendly, place, length);
              confine_files({});
              return outcome(::kill(::getppid(), 0)) + " " + outcome(::send(friendly, "x", 1, 0)) +
                     " " + outcome(::connect(stranger, place, length));
          }) == "EPERM ok EPERM");
}

TEST_CASE("confine_calls: what is not on the list fails, and the program goes on") {
    if (skipped(has_seccomp(), "no seccomp, or a sanitizer"))
        return;
    auto fails = [](const std::function<long()>& call) {
        return confined({}, [&] { return outcome(call()); });
    };
    CHECK(fails([] { return ::open("/etc/passwd", O_RDONLY); }) == "EPERM");
    CHECK(fails([] { return ::socket(AF_INET, SOCK_STREAM, 0); }) == "EPERM");
    CHECK(fails([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }) == "EPERM");
    CHECK(fails([] { return ::execl("/bin/sh", "sh", nullptr); }) == "EPERM");
    CHECK(fails([] { return ::fork(); }) == "EPERM");
    CHECK(fails([] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }) == "EPERM");
    CHECK(fails([] { return ::kill(::getppid(), 0); }) == "EPERM");
    CHECK(fails([] { return ::setuid(0); }) == "EPERM");
    CHECK(fails([] { return ::syscall(100'000); }) == "ENOSYS");
    CHECK(confined({SYS_getppid}, [] { return outcome(::getppid()); }) == "ok");
}

TEST_CASE("confine_calls: memory is had, but no code") {
    if (skipped(has_seccomp(), "no seccomp, or a sanitizer"))
        return;
    auto mapped = [](int protection) {
        return ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    };
    CHECK(confined({}, [&] {
              return outcome(mapped(PROT_READ | PROT_WRITE) == MAP_FAILED ? -1 : 0);
          }) == "ok");
    CHECK(confined({}, [&] {
              return outcome(mapped(PROT_READ | PROT_EXEC) == MAP_FAILED ? -1 : 0);
          }) == "EPERM");
    CHECK(confined({}, [&] {
              return outcome(mapped(PROT_WRITE | PROT_EXEC) == MAP_FAILED ? -1 : 0);
          }) == "EPERM");
    CHECK(confined({}, [&] {
              return outcome(::mprotect(mapped(PROT_READ), 4096, PROT_READ | PROT_EXEC));
          }) == "EPERM");
    CHECK(confined({}, [&] { return outcome(::mprotect(mapped(PROT_READ), 4096, PROT_WRITE)); }) ==
          "ok");
    CHECK(confined({}, [&] {
              return outcome(
                  ::syscall(SYS_mprotect, mapped(PROT_READ), 4096, 1L << 40 | PROT_READ));
          }) == "EPERM");
}

TEST_CASE("confine_calls: signals go to this process only, and it can abort") {
    if (skipped(has_seccomp(), "no seccomp, or a sanitizer"))
        return;
    pid_t parent = ::getpid();
    CHECK(confined({}, [&] { return outcome(::syscall(SYS_tgkill, parent, parent, 0)); }) ==
          "EPERM");
    CHECK(confined({}, []() -> std::string { std::abort(); }) == "killed");
}

TEST_CASE("confine_calls: an exception is thrown and caught") {
    if (skipped(has_seccomp(), "no seccomp, or a sanitizer"))
        return;
    CHECK(confined({}, []() -> std::string { throw Error("as ever"); }) == "as ever");
}

#ifdef __x86_64__
TEST_CASE("confine_calls: the calls of x32 do not exist, one of i386 is the end") {
    if (skipped(has_seccomp(), "no seccomp, or a sanitizer"))
        return;
    CHECK(confined({SYS_getppid}, [] { return outcome(::syscall(0x40000000 | SYS_getppid)); }) ==
          "ENOSYS");
    auto interrupt = [] {
        long result = 20; // getpid of i386
        asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
        return str("came back");
    };
    CHECK(confined({}, interrupt) == "killed");
}
#endif

TEST_CASE("become_user: unknown users, root, and whoever is not root are refused") {
    CHECK(refusal("no-such-user").first == Exit::usage);
    CHECK(refusal("no-such-user").second == "there is no user 'no-such-user'");
    CHECK(refusal("root").first == Exit::usage);
    if (::geteuid() != 0)
        CHECK(refusal("nobody") ==
              std::pair{Exit::usage, std::string{"only root can become 'nobody'"}});
}

TEST_CASE("become_user: root cannot be had back") {
    if (skipped(::geteuid() == 0, "not root"))
        return;
    CHECK(in_child([] {
              become_user("nobody", Reserve::reading);
              ReadingAsRoot reading;
              return outcome(::setuid(0)) + " " + outcome(::seteuid(0)) + " " +
                     outcome(::setgid(0)) + " " + outcome(::setgroups(0, nullptr)) + " " +
                     outcome(::chroot("/"));
          }) == "EPERM EPERM EPERM EPERM EPERM");
    CHECK(in_child([] {
              become_user("nobody", Reserve::nothing);
              gid_t groups[100];
              int count = ::getgroups(100, groups);
              return str(::getuid() != 0, ::geteuid() != 0, ::getgid() != 0, ::getegid() != 0, " ",
                         count, " ", groups[0] == ::getgid());
          }) == "1111 1 1");
}

TEST_CASE("ReadingAsRoot: a file of root's is read only while it lives, and nothing is written") {
    if (skipped(::geteuid() == 0, "not root"))
        return;
    Scratch scratch;
    write_file(scratch / "key", bytes_of("secret"), 0600);
    ::chmod(scratch.path().c_str(), 0700);
    auto attempts = [&](Reserve reserve, const std::function<void()>& then) {
        return in_child([&] {
            become_user("nobody", reserve);
            then();
            std::string said = opening(scratch / "key");
            {
                ReadingAsRoot reading;
                said += " " + opening(scratch / "key") + " " + opening(scratch / "key", O_WRONLY);
            }
            return said + " " + opening(scratch / "key");
        });
    };
    auto nothing = [] {};
    CHECK(attempts(Reserve::reading, nothing) == "EACCES ok EACCES EACCES");
    CHECK(attempts(Reserve::nothing, nothing) == "EACCES EACCES EACCES EACCES");
    CHECK(attempts(Reserve::reading, drop_reserve) == "EACCES EACCES EACCES EACCES");
    auto confine = [&] { confine_files({{scratch.path()}, {}}); };
    auto confine_elsewhere = [&] { confine_files({{"/dev"}, {}}); };
    CHECK(attempts(Reserve::reading, confine) ==
          (has_landlock() ? "EACCES ok EACCES EACCES" : "EACCES EACCES EACCES EACCES"));
    CHECK(attempts(Reserve::reading, confine_elsewhere) == "EACCES EACCES EACCES EACCES");
}
