// Other programs, run as children that end with us or at their deadline.

#include "base/process.hpp"

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

extern char** environ;

namespace img {

namespace {

using Moment = std::chrono::steady_clock::time_point;

/// Between SIGTERM and SIGKILL, and from the end of a child to that of what it has left behind.
constexpr Duration grace{2'000};
/// How often the child's end is looked for where the system has no descriptor for it.
constexpr Duration tick{50};
constexpr std::size_t kept_of_errors = 4096;
/// A longer line is handed on in pieces.
constexpr std::size_t longest_line = std::size_t{1} << 20;

/// Its number is above those of stdin, stdout and stderr, which the child's copies take.
Fd above_standard(int fd, const char* what) {
    Fd low{fd};
    if (!low)
        throw_errno(what, errno);
    Fd high{::fcntl(*low, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
    if (!high)
        throw_errno(what, errno);
    return high;
}

struct Pipe {
    Fd read, write;
};

Pipe open_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw_errno("pipe", errno);
    Fd read{ends[0]}, write{ends[1]};
    return {above_standard(::dup(*read), "pipe"), above_standard(::dup(*write), "pipe")};
}

/// A file in memory, so that nobody waits for a child that does not read.
Fd input_file(const std::string& text) {
    Fd file = above_standard(::memfd_create("stdin", MFD_CLOEXEC), "stdin of a program");
    write_all(*file, bytes_of(text), "stdin of a program");
    if (::lseek(*file, 0, SEEK_SET) != 0)
        throw_errno("stdin of a program", errno);
    return file;
}

bool is_program(const std::string& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

/// Where `name` is; found before there is a child, which may do very little until it is another
/// program.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos)
        return name;
    const char* places = std::getenv("PATH");
    for (std::string_view place : split(places ? places : "/usr/bin:/bin", ':')) {
        std::string path = str(place.empty() ? "." : place, "/", name);
        if (!name.empty() && is_program(path))
            return path;
    }
    throw Error(str(printable(name), ": there is no such program here"), Exit::usage);
}

/// Ours, with `added` in place of what has the same names.
std::vector<std::string> environment_with(const std::vector<std::string>& added) {
    std::vector<std::string> all = added;
    for (char** one = environ; one && *one; ++one) {
        std::string_view name = *one;
        name = name.substr(0, name.find('='));
        if (std::none_of(added.begin(), added.end(), [&](std::string_view other) {
                return other.substr(0, other.find('=')) == name;
            }))
            all.emplace_back(*one);
    }
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

/// What the child needs, made before there is one.
struct Launch {
    explicit Launch(const Child& child)
        : program(find_program(child.command.at(0))), arguments(child.command),
          environment(environment_with(child.environment)), input(input_file(child.input)) {}

    std::string program;
    std::vector<std::string> arguments, environment;
    Fd input;
    Pipe output = open_pipe(), errors = open_pipe(), trouble = open_pipe();
};

void default_signals() {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &action, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

/// Whatever the libraries have left open is closed when the other program begins.
void close_others() {
#ifdef SYS_close_range
    constexpr unsigned close_on_exec = 4; // CLOSE_RANGE_CLOEXEC
    if (::syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, close_on_exec) == 0)
        return;
#endif
    long most = std::min(::sysconf(_SC_OPEN_MAX), 65'536L);
    for (int fd = STDERR_FILENO + 1; fd < most; ++fd)
        ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// In the child, until it is the other program. Only calls that are safe after fork(2).
[[noreturn]] void become(const Launch& launch, char* const* arguments, char* const* environment,
                         pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent)
        ::_exit(127);
    ::dup2(*launch.input, STDIN_FILENO);
    ::dup2(*launch.output.write, STDOUT_FILENO);
    ::dup2(*launch.errors.write, STDERR_FILENO);
    close_others();
    default_signals();
    ::execve(launch.program.c_str(), arguments, environment);
    const int number = errno;
    [[maybe_unused]] ssize_t told = ::write(*launch.trouble.write, &number, sizeof number);
    ::_exit(127);
}

/// A child that has begun. Its group is killed, and itself reaped, at the latest with this.
class Running {
public:
    explicit Running(Launch& launch) {
        std::vector<char*> arguments = pointers_to(launch.arguments);
        std::vector<char*> environment = pointers_to(launch.environment);
        const pid_t parent = ::getpid();
        pid_ = start(launch, arguments, environment, parent);
        if (pid_ < 0)
            throw Error(str(launch.program, ": ", std::generic_category().message(errno)),
                        Exit::unavailable);
        ::setpgid(pid_, pid_); // whichever of both comes first
        launch.output.write = Fd{};
        launch.errors.write = Fd{};
        launch.trouble.write = Fd{};
#ifdef SYS_pidfd_open
        end_ = Fd{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
#endif
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        if (!reaped_) {
            signal_group(SIGKILL);
            reap();
        }
    }

    /// Readable once the child has ended; -1 where the system has no such thing.
    int end_fd() const {
        return *end_;
    }
    /// The child is not reaped yet, so that its number, which is its group's, stays its own.
    bool has_ended() const {
        siginfo_t about{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &about, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               about.si_pid == pid_;
    }
    void signal_group(int number) const {
        ::kill(-pid_, number);
    }
    /// Waits for the end; the status as wait(2) has it.
    int reap() {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR)
            continue;
        reaped_ = true;
        return status;
    }

private:
    /// Signals wait while there are two of us: a handler of ours is not to run in the child.
    static pid_t start(const Launch& launch, const std::vector<char*>& arguments,
                       const std::vector<char*>& environment, pid_t parent) {
        sigset_t all, before;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before);
        const pid_t pid = ::fork();
        if (pid == 0)
            become(launch, arguments.data(), environment.data(), parent);
        const int number = errno;
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
        errno = number;
        return pid;
    }

    pid_t pid_ = -1;
    Fd end_;
    bool reaped_ = false;
};

/// Throws when the child could not become the other program.
void check_start(const Launch& launch) {
    int number = 0;
    const std::size_t got =
        read_some(*launch.trouble.read, reinterpret_cast<std::uint8_t*>(&number), sizeof number,
                  launch.program);
    if (got != sizeof number)
        return;
    const bool no_room = number == ENOMEM || number == EAGAIN || number == E2BIG ||
                         number == EMFILE || number == ENFILE || number == ETXTBSY;
    throw Error(str(printable(launch.program), ": ", std::generic_category().message(number)),
                no_room ? Exit::unavailable : Exit::usage);
}

/// One of the child's outputs, cut into lines.
class Output {
public:
    Output(const Fd& fd, const std::function<void(std::string_view)>& on_line, std::size_t kept)
        : fd_(*fd), on_line_(on_line), kept_(kept) {
        ::fcntl(fd_, F_SETFL, ::fcntl(fd_, F_GETFL) | O_NONBLOCK);
    }

    /// -1 after its end.
    int fd() const { return fd_; }
    /// Reads once; whether something came.
    bool read() {
        std::array<char, 65'536> part;
        ssize_t got = ::read(fd_, part.data(), part.size());
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (got <= 0) {
            finish();
            return false;
        }
        take({part.data(), static_cast<std::size_t>(got)});
        return true;
    }
    /// Reads what is there, and expects no more.
    void drain() {
        while (fd_ >= 0 && read())
            continue;
        finish();
    }
    const std::string& end() const { return end_; }

private:
    void take(std::string_view text) {
        end_ += text;
        if (end_.size() > kept_)
            end_.erase(0, end_.size() - kept_);
        if (!on_line_)
            return;
        line_ += text;
        std::size_t begin = 0;
        for (std::size_t stop; (stop = line_.find('\n', begin)) != std::string::npos;
             begin = stop + 1)
            on_line_(std::string_view{line_}.substr(begin, stop - begin));
        line_.erase(0, begin);
        if (line_.size() > longest_line)
            on_line_(std::exchange(line_, {}));
    }
    void finish() {
        fd_ = -1;
        if (!line_.empty() && on_line_)
            on_line_(std::exchange(line_, {}));
    }

    int fd_;
    const std::function<void(std::string_view)>& on_line_;
    std::size_t kept_;
    std::string line_, end_;
};

bool is_to_stop(const Child& child) {
    return child.interrupt == Child::Interrupt::at_stop && stop_requested();
}

/// Watches one child until it and its outputs have ended.
class Watch {
public:
    Watch(const Child& child, Running& running, Output& output, Output& errors)
        : child_(child), running_(running), output_(output), errors_(errors) {}

    /// Why it was ended, or `exited`.
    ChildEnd::How run() {
        while (!ended_ || output_.fd() >= 0 || errors_.fd() >= 0) {
            wait();
            const Moment now = monotonic_now();
            if (!ended_ && running_.has_ended()) {
                ended_ = true;
                kill_at_ = now + grace;
            }
            end_where_it_must(now);
            if (kill_at_ && now >= *kill_at_) {
                running_.signal_group(SIGKILL);
                if (ended_) {
                    output_.drain();
                    errors_.drain();
                }
                kill_at_.reset();
            }
        }
        return how_;
    }

private:
    void end_where_it_must(Moment now) {
        if (ended_ || how_ != ChildEnd::How::exited)
            return;
        if (is_to_stop(child_))
            how_ = ChildEnd::How::stopped;
        else if (const auto at = deadline(start_, child_.timeout); at && now >= *at)
            how_ = ChildEnd::How::timed_out;
        else if (const auto quiet = deadline(heard_, child_.silence); quiet && now >= *quiet)
            how_ = ChildEnd::How::silent;
        else
            return;
        running_.signal_group(SIGTERM);
        kill_at_ = now + grace;
    }

    static std::optional<Moment> deadline(Moment from, Duration length) {
        return length > Duration{0} ? std::optional{from + length} : std::nullopt;
    }

    /// Until something happens or is due.
    void wait() {
        const bool wanted = !ended_ && how_ == ChildEnd::How::exited;
        const bool heeds_stop = wanted && child_.interrupt == Child::Interrupt::at_stop;
        std::array<pollfd, 4> all{{{output_.fd(), POLLIN, 0},
                                   {errors_.fd(), POLLIN, 0},
                                   {ended_ ? -1 : running_.end_fd(), POLLIN, 0},
                                   {heeds_stop ? stop_fd() : -1, POLLIN, 0}}};
        if (::poll(all.data(), all.size(), longest_wait(wanted)) <= 0)
            return;
        bool heard = false;
        if (all[0].revents != 0)
            heard = output_.read() || heard;
        if (all[1].revents != 0)
            heard = errors_.read() || heard;
        if (heard)
            heard_ = monotonic_now();
    }

    /// In milliseconds, for poll(2); -1 without a limit.
    int longest_wait(bool wanted) const {
        const Moment now = monotonic_now();
        std::optional<Moment> due = kill_at_;
        const auto consider = [&](std::optional<Moment> at) {
            if (at && (!due || *at < *due))
                due = at;
        };
        if (wanted) {
            consider(deadline(start_, child_.timeout));
            consider(deadline(heard_, child_.silence));
        }
        if (!ended_ && running_.end_fd() < 0)
            consider(now + tick);
        if (!due)
            return -1;
        constexpr Duration day{86'400'000};
        const auto left = std::chrono::ceil<Duration>(std::max(*due - now, Moment::duration{0}));
        return static_cast<int>(std::min(left, day).count());
    }

    const Child& child_;
    Running& running_;
    Output &output_, &errors_;
    Moment start_ = monotonic_now(), heard_ = start_;
    std::optional<Moment> kill_at_; ///< when the group gets SIGKILL
    bool ended_ = false;
    ChildEnd::How how_ = ChildEnd::How::exited;
};

} // namespace

ChildEnd run_child(const Child& child) {
    if (is_to_stop(child))
        return {ChildEnd::How::stopped, SIGTERM, ""};
    Launch launch{child};
    Running running{launch};
    check_start(launch);
    Output output{launch.output.read, child.on_line, 0};
    Output errors{launch.errors.read, child.on_error_line, kept_of_errors};
    ChildEnd end;
    end.how = Watch{child, running, output, errors}.run();
    const int status = running.reap();
    end.status = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    if (end.how == ChildEnd::How::exited && WIFSIGNALED(status))
        end.how = ChildEnd::How::killed;
    end.errors = errors.end();
    return end;
}

} // namespace img
