#include "base/process.hpp"

#include "../scratch.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"

#include <cerrno>
#include <csignal>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace img;

namespace {

using How = ChildEnd::How;

/// What sh makes of `script`, and what it says.
struct Said {
    ChildEnd end;
    std::vector<std::string> lines;
};

Said run_script(const std::string& script, Child child = {}) {
    Said said;
    child.command = {"sh", "-c", script};
    child.on_line = [&](std::string_view line) { said.lines.emplace_back(line); };
    said.end = run_child(child);
    return said;
}

using Lines = std::vector<std::string>;

std::pair<std::string, Exit> refusal(const std::vector<std::string>& command) {
    Child child;
    child.command = command;
    try {
        run_child(child);
    } catch (const Error& error) {
        return {error.what(), error.status()};
    }
    return {"", Exit::ok};
}

bool has_children() {
    return ::waitpid(-1, nullptr, WNOHANG) != -1 || errno != ECHILD;
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& one : fs::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

/// Whether the process is there and no zombie.
bool lives(const std::string& pid) {
    try {
        const Bytes bytes = read_file("/proc/" + pid + "/stat");
        const std::string_view text = text_of(bytes);
        return text.substr(text.rfind(')')).substr(2, 1) != "Z";
    } catch (const Error&) {
        return false;
    }
}

/// Whether the process ends. Nobody who could wait for it is told.
bool ends(const std::string& pid) {
    for (int patience = 1'000; patience > 0 && lives(pid); --patience)
        ::usleep(10'000);
    return !lives(pid);
}

} // namespace

TEST_CASE("run_child: gives the exit status, the lines of stdout and the end of stderr") {
    const auto [end, lines] = run_script("echo one; echo; printf two; echo bad >&2; exit 7");
    CHECK(end.how == How::exited);
    CHECK(end.status == 7);
    CHECK(end.errors == "bad\n");
    CHECK(lines == Lines{"one", "", "two"});
    CHECK_FALSE(has_children());
}

TEST_CASE("run_child: a signal that killed it is told") {
    const ChildEnd end = run_script("kill -USR1 $$; exec sleep 60").end;
    CHECK(end.how == How::killed);
    CHECK(end.status == SIGUSR1);
}

TEST_CASE("run_child: arguments arrive as they are, and no shell reads them") {
    Child child;
    child.command = {"printf", "%s\\n", "a b", "$HOME", "*", "", "\xff'\""};
    Lines lines;
    child.on_line = [&](std::string_view line) { lines.emplace_back(line); };
    run_child(child);
    CHECK(lines == Lines{"a b", "$HOME", "*", "", "\xff'\""});
}

TEST_CASE("run_child: all of stdin arrives, while stdout is read") {
    Child child;
    std::size_t expected = 0;
    for (int i = 0; i < 200'000; ++i) {
        child.input += std::to_string(i) + "\n";
        ++expected;
    }
    std::size_t lines = 0;
    child.command = {"cat"};
    child.on_line = [&](std::string_view line) { lines += line == std::to_string(lines); };
    CHECK(run_child(child).status == 0);
    CHECK(lines == expected);
}

TEST_CASE("run_child: a child that does not read its stdin does no harm") {
    Child child;
    child.input = std::string(4 << 20, 'x');
    CHECK(run_script("exec <&-; echo done", child).lines == Lines{"done"});
}

TEST_CASE("run_child: much on stderr stalls nothing, and its end is kept") {
    Child child;
    std::size_t lines = 0;
    child.on_error_line = [&](std::string_view) { ++lines; };
    const auto [end, said] = run_script(
        "i=0; while [ $i -lt 16384 ]; do echo 'sixty-three bytes of trouble, and a newline: "
        "0123456789012345' >&2; i=$((i + 1)); done; echo last >&2; echo done",
        child);
    CHECK(said == Lines{"done"});
    CHECK(lines == 16385);
    CHECK(end.errors.size() == 4096);
    CHECK(end.errors.ends_with("\nlast\n"));
}

TEST_CASE("run_child: a line without end comes in pieces") {
    Child child;
    std::size_t bytes = 0, pieces = 0;
    child.command = {"head", "-c", "5000000", "/dev/zero"};
    child.on_line = [&](std::string_view line) {
        bytes += line.size();
        ++pieces;
    };
    run_child(child);
    CHECK(bytes == 5'000'000);
    CHECK(pieces > 1);
}

TEST_CASE("run_child: the environment is ours, with what is added") {
    ::setenv("IMGSEQ_TEST_OURS", "ours", 1);
    ::setenv("IMGSEQ_TEST_BOTH", "ours", 1);
    Child child;
    child.environment = {"IMGSEQ_TEST_BOTH=added", "IMGSEQ_TEST_ADDED=a=b c"};
    const Lines lines =
        run_script("echo $IMGSEQ_TEST_OURS; echo $IMGSEQ_TEST_BOTH; echo $IMGSEQ_TEST_ADDED; "
                   "env | grep -c ^IMGSEQ_TEST_BOTH=",
                   child)
            .lines;
    ::unsetenv("IMGSEQ_TEST_OURS");
    ::unsetenv("IMGSEQ_TEST_BOTH");
    CHECK(lines == Lines{"ours", "added", "a=b c", "1"});
}

TEST_CASE("run_child: the child has three descriptors, whatever we have left open") {
    const int left_open = ::open("/dev/null", O_RDONLY);
    REQUIRE(left_open >= 0);
    Child child;
    child.command = {"ls", "/proc/self/fd"};
    Lines lines;
    child.on_line = [&](std::string_view line) { lines.emplace_back(line); };
    run_child(child);
    ::close(left_open);
    CHECK(lines == Lines{"0", "1", "2", "3"}); // the last is the directory that ls reads
}

TEST_CASE("run_child: signals do in the child what they do by default") {
    struct sigaction ignore {
    }, before{};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, &before);
    sigset_t blocked, mask;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGUSR2);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &mask);
    const Lines lines = run_script("grep -E '^Sig(Blk|Ign):' /proc/self/status").lines;
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::sigaction(SIGPIPE, &before, nullptr);
    CHECK(lines == Lines{"SigBlk:\t0000000000000000", "SigIgn:\t0000000000000000"});
}

TEST_CASE("run_child: the child leads a group of its own") {
    const Lines lines = run_script("echo $$; ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 "
                                   "/proc/$$/stat")
                            .lines;
    REQUIRE(lines.size() == 2);
    CHECK(std::string{trim(lines[1])} == lines[0]);
}

TEST_CASE("run_child: at its deadline a child and its children are ended") {
    Child child;
    child.timeout = Duration{300};
    const auto [end, lines] = run_script("sleep 60 & echo $!; wait", child);
    CHECK(end.how == How::timed_out);
    CHECK(end.status == SIGTERM);
    REQUIRE(lines.size() == 1);
    CHECK(ends(lines[0]));
    CHECK_FALSE(has_children());
}

TEST_CASE("run_child: a child that ignores SIGTERM is killed") {
    Child child;
    child.timeout = Duration{300};
    const auto [end, lines] =
        run_script("trap '' TERM; echo ready; while :; do sleep 0.1; done", child);
    CHECK(end.how == How::timed_out);
    CHECK(end.status == SIGKILL);
    CHECK_FALSE(has_children());
}

TEST_CASE("run_child: silence ends it, and talking on either output does not") {
    Child child;
    child.silence = Duration{2'000};
    CHECK(run_script("exec sleep 60", child).end.how == How::silent);
    const auto [end, lines] = run_script(
        "for i in 1 2 3 4 5 6; do sleep 0.5; echo $i; sleep 0.5; echo $i >&2; done", child);
    CHECK(end.how == How::exited);
    CHECK(lines.size() == 6);
}

TEST_CASE("run_child: who keeps stdout open after the child has ended is not waited for long") {
    const auto begin = monotonic_now();
    const auto [end, lines] = run_script("sleep 600 & echo $!");
    CHECK(end.how == How::exited);
    CHECK(end.status == 0);
    REQUIRE(lines.size() == 1);
    CHECK(ends(lines[0]));
    CHECK(monotonic_now() - begin < std::chrono::seconds{300});
}

TEST_CASE("run_child: what comes a moment after the child's end is heard") {
    CHECK(run_script("(sleep 0.3; echo later) & echo now").lines == Lines{"now", "later"});
}

TEST_CASE("run_child: a program that is not there, or is none, is refused as such") {
    Scratch scratch;
    CHECK(refusal({"imgseq-no-such-program"}) ==
          std::pair<std::string, Exit>{"imgseq-no-such-program: there is no such program here",
                                       Exit::usage});
    CHECK(refusal({""}).second == Exit::usage);
    CHECK(refusal({(scratch / "none").string()}) ==
          std::pair<std::string, Exit>{(scratch / "none").string() + ": No such file or directory",
                                       Exit::usage});
    write_file(scratch / "text", bytes_of("text"));
    CHECK(refusal({(scratch / "text").string()}) ==
          std::pair<std::string, Exit>{(scratch / "text").string() + ": Permission denied",
                                       Exit::usage});
    write_file(scratch / "script", bytes_of("#!/imgseq/no/such/shell\n"));
    REQUIRE(::chmod((scratch / "script").c_str(), 0755) == 0);
    CHECK(refusal({(scratch / "script").string()}).second == Exit::usage);
    CHECK_FALSE(has_children());
}

TEST_CASE("run_child: arguments that the system has no room for are unavailable") {
    CHECK(refusal({"true", std::string(64 << 20, 'x')}).second == Exit::unavailable);
}

TEST_CASE("run_child: what a caller throws goes on, and the child has ended") {
    Child child;
    child.command = {"sh", "-c", "echo $$; exec sleep 60"};
    std::string pid;
    child.on_line = [&](std::string_view line) {
        pid = line;
        throw Error("enough");
    };
    CHECK_THROWS_WITH_AS(run_child(child), "enough", Error);
    CHECK_FALSE(lives(pid));
    CHECK_FALSE(has_children());
}

TEST_CASE("run_child: leaves no descriptor open") {
    run_script("true");
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 20; ++i)
        run_script("echo x; echo y >&2");
    refusal({"/imgseq/none"});
    CHECK(open_descriptors() == before);
}

TEST_CASE("run_child: one that no stop interrupts is run after a stop") {
    const pid_t pid = ::fork();
    if (pid == 0) {
        catch_stop_signals();
        ::raise(SIGTERM);
        Child child;
        child.command = {"sh", "-c", "exit 3"};
        child.interrupt = Child::Interrupt::never;
        const ChildEnd end = run_child(child);
        ::_exit(stop_requested() && end.how == How::exited && end.status == 3 ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
}

TEST_CASE("run_child: a stop ends the child and what is started after it") {
    // In a process of its own, since a stop is for ever.
    const pid_t pid = ::fork();
    if (pid == 0) {
        catch_stop_signals();
        Child child;
        child.command = {"sh", "-c", "kill -TERM $PPID; exec sleep 60"};
        const ChildEnd first = run_child(child);
        const ChildEnd second = run_child(child);
        ::_exit(first.how == How::stopped && second.how == How::stopped ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    CHECK(status == 0);
}

TEST_CASE("run_child: a child ends with us") {
    Scratch scratch;
    const std::string place = (scratch / "pid").string();
    const pid_t pid = ::fork();
    if (pid == 0) {
        Child child;
        child.command = {"sh", "-c", "echo $$ >\"$1.part\"; mv \"$1.part\" \"$1\"; exec sleep 600",
                         "sh", place};
        run_child(child);
        ::_exit(0);
    }
    while (!fs::exists(place))
        ::usleep(10'000);
    ::kill(pid, SIGKILL);
    REQUIRE(::waitpid(pid, nullptr, 0) == pid);
    const std::string child{trim(text_of(read_file(place)))};
    CHECK(ends(child));
}
