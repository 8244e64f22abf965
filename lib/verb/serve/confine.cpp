// What imgserve gives up before it serves: root, files that are not its own, system calls.

#include "verb/serve/confine.hpp"

#include "base/directories.hpp"
#include "base/error.hpp"
#include "base/links.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

#include <initializer_list>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace img {

namespace {

fs::path directory_of(const fs::path& file) {
    return file.has_parent_path() ? file.parent_path() : fs::path{"."};
}

bool is_link(const fs::path& path) {
    boost::system::error_code error;
    return fs::is_symlink(path, error);
}

/// The directories of a file and of all that it is a link to. One that is itself a link may lead
/// elsewhere tomorrow, to a neighbour; but never is all of / or /etc within reach for that.
std::vector<fs::path> directories_of(const fs::path& file) {
    fs::path absolute = fs::absolute(file), directory = absolute.parent_path();
    std::vector<fs::path> directories{directory};
    if (is_link(absolute))
        for (const std::string& place : places_of_link(absolute.string()))
            directories.push_back(directory_of(place));
    fs::path above = directory.parent_path();
    if (is_link(directory) && above.has_parent_path() && above.parent_path() != above.root_path())
        directories.push_back(above);
    return directories;
}

/// What the access log needs: its directory, so that it can be opened anew; a device itself.
std::vector<fs::path> places_of_log(const std::string& log) {
    boost::system::error_code error;
    bool is_device = fs::exists(log, error) && !fs::is_regular_file(log, error);
    return is_device ? std::vector<fs::path>{log} : directories_of(log);
}

void append(std::vector<fs::path>& to, const std::vector<fs::path>& paths) {
    to.insert(to.end(), paths.begin(), paths.end());
}

std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words)
        list += (list.empty() ? "" : ", ") + word;
    return list;
}

void append(SandboxReport& to, SandboxReport&& report) {
    to.in_force.insert(to.in_force.end(), report.in_force.begin(), report.in_force.end());
    to.missing.insert(to.missing.end(), report.missing.begin(), report.missing.end());
}

bool has_own_certificate(const ServeOptions& options) {
    return !options.http && options.certificate.empty();
}

} // namespace

FileAccess files_of_serving(const ServeOptions& options) {
    FileAccess access;
    // A zone is loaded when a time is first spelled in it; random_device is a file on some systems.
    access.readable = {options.directory, "/etc/localtime", "/usr/share/zoneinfo", "/dev/urandom"};
    if (!options.http && !options.certificate.empty()) {
        append(access.readable, directories_of(options.certificate));
        append(access.readable, directories_of(options.key));
    }
    if (has_own_certificate(options)) {
        fs::path state = state_directory(options.state);
        access.readable.push_back(state);
        access.writable.push_back(state);
    }
    if (!options.access_log.empty() && options.access_log != "-")
        append(access.writable, places_of_log(options.access_log));
    // The file of a Unix socket goes with the server.
    for (const auto& places : {options.listen, options.redirect})
        for (std::string_view place : places)
            if (place.starts_with("unix:"))
                access.writable.push_back(directory_of(std::string{place.substr(5)}));
    return access;
}

std::vector<long> calls_of_serving() {
    std::vector<long> calls{
        // Each turn of the loop and each answer.
        SYS_epoll_pwait, SYS_read, SYS_recvfrom, SYS_recvmsg, SYS_sendto, SYS_sendmsg, SYS_write,
        SYS_writev, SYS_epoll_ctl, SYS_accept4, SYS_close, SYS_shutdown, SYS_setsockopt,
        SYS_getsockopt, SYS_getsockname, SYS_getpeername, SYS_openat2, SYS_openat, SYS_statx,
        SYS_readv, SYS_pread64, SYS_preadv, SYS_lseek, SYS_fcntl,
        // Memory; nothing of it can be made code.
        SYS_munmap, SYS_mprotect, SYS_mremap, SYS_madvise, SYS_brk,
        // Times, chance, identity.
        SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_gettimeofday, SYS_getrandom,
        SYS_getpid, SYS_gettid, SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid, SYS_uname,
        SYS_sysinfo, SYS_getrusage,
        // Directories, disks, changes of files, logs.
        SYS_getcwd, SYS_getdents64, SYS_statfs, SYS_fstatfs, SYS_readlinkat, SYS_faccessat,
        SYS_faccessat2, SYS_inotify_init1, SYS_inotify_add_watch, SYS_inotify_rm_watch,
        SYS_timerfd_settime,
        // A certificate that is made anew, and its key, which may be root's to read.
        SYS_fsync, SYS_ftruncate, SYS_fchmod, SYS_fchmodat, SYS_linkat, SYS_unlinkat, SYS_mkdirat,
        SYS_umask, SYS_capset,
        // Signals, waits and the end, an ugly one too.
        SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_ppoll,
        SYS_futex, SYS_sched_yield, SYS_tgkill, SYS_exit, SYS_exit_group};
    auto add = [&](std::initializer_list<long> more) {
        calls.insert(calls.end(), more.begin(), more.end());
    };
// What the youngest processors have successors of, and what 32-bit ones have besides.
#ifdef __NR_epoll_wait
    add({SYS_epoll_wait, SYS_open, SYS_stat, SYS_lstat, SYS_access, SYS_readlink, SYS_poll,
         SYS_link, SYS_unlink, SYS_rename, SYS_mkdir, SYS_chmod});
#endif
#ifdef __NR_time
    add({SYS_time});
#endif
#ifdef __NR_renameat
    add({SYS_renameat});
#endif
#ifdef __NR_newfstatat
    add({SYS_fstat, SYS_newfstatat});
#endif
#ifdef __NR_recv
    add({SYS_recv, SYS_send});
#endif
#ifdef __NR_mmap2
    add({SYS_mmap2,
         SYS_sendfile64,
         SYS_fstat64,
         SYS_fstatat64,
         SYS_stat64,
         SYS_lstat64,
         SYS_fcntl64,
         SYS__llseek,
         SYS_ftruncate64,
         SYS_statfs64,
         SYS_fstatfs64,
         SYS_getuid32,
         SYS_geteuid32,
         SYS_getgid32,
         SYS_getegid32,
         SYS_sigreturn,
         SYS_clock_gettime64,
         SYS_clock_getres_time64,
         SYS_clock_nanosleep_time64,
         SYS_timerfd_settime64,
         SYS_futex_time64,
         SYS_ppoll_time64});
#else
    add({SYS_mmap});
#endif
    add({SYS_sendfile, SYS_renameat2});
    return calls;
}

void leave_root(const ServeOptions& options) {
    if (options.user.empty())
        return;
    bool is_given = !options.http && !options.certificate.empty();
    become_user(options.user, is_given ? Reserve::reading : Reserve::nothing);
}

SandboxReport confine_serving(const ServeOptions& options) {
    SandboxReport report;
    if (options.sandbox == ServeOptions::Sandbox::off) {
        drop_reserve();
        return report;
    }
    if (!options.user.empty())
        report.in_force.push_back("root for " + options.user);
    else if (::geteuid() == 0)
        report.missing.push_back("a user to become (--user)");
    FileAccess access = [&] {
        ReadingAsRoot in_reserve; // the links of a certificate are followed
        return files_of_serving(options);
    }();
    append(report, confine_files(access));
    append(report, confine_calls(calls_of_serving()));
    if (options.sandbox == ServeOptions::Sandbox::required && !report.missing.empty())
        throw Error("--sandbox required: not available here: " + listed(report.missing));
    return report;
}

void note_confinement(const SandboxReport& report) {
    if (!report.in_force.empty())
        log_note("gave up: " + listed(report.in_force));
    if (!report.missing.empty())
        log_note("not available here: " + listed(report.missing));
}

} // namespace img
