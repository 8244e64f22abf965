// Giving up what a program does not need any more: its user, the file system, system calls.
#pragma once

#include "base/fs.hpp"

#include <string>
#include <vector>

namespace img {

/// What was given up in a step, and what this system has no means to give up, each in a few words
/// for the log.
struct SandboxReport {
    std::vector<std::string> in_force, missing;
};

/// What of the file system stays within reach (landlock(7)). What is not there is left out.
struct FileAccess {
    std::vector<fs::path> readable; ///< directories and all below, or files
    /// Directories in which, and below which, files may be made, replaced and removed; or files.
    /// To read there they must be `readable` too.
    std::vector<fs::path> writable;
};

/// Throws Error{usage} for an unknown user, and for root.
void check_user(const std::string& user);

/// Becomes `user` with its groups, for good, and gives up all capabilities(7). Throws Error{usage}
/// for an unknown user, for root, and when the process is not root's. May keep the right to read
/// any file (CAP_DAC_READ_SEARCH) in reserve, see ReadingAsRoot, so that a private key of root's
/// can be read again.
enum class Reserve { nothing, reading };
void become_user(const std::string& user, Reserve reserve);

/// While it lives, the right that become_user kept in reserve is in use; without one it does
/// nothing. It is the calling thread's.
class ReadingAsRoot {
public:
    ReadingAsRoot();
    ~ReadingAsRoot();
    ReadingAsRoot(const ReadingAsRoot&) = delete;
    ReadingAsRoot& operator=(const ReadingAsRoot&) = delete;
};

/// Gives the reserve up for good.
void drop_reserve();

/// No new privileges, no core dumps and no tracing by others; no capabilities but the reserve,
/// unless it is root. Where the kernel has Landlock: only `access` of the file system, no TCP
/// sockets that are not open yet, and signals to nobody else. Where it has not, the reserve is
/// dropped, for nothing would bound it. To be called once, before other threads are started.
SandboxReport confine_files(const FileAccess& access);

/// From here on only these system calls are let through. Others fail with EPERM; with ENOSYS those
/// that are younger than Linux 6.0, because C libraries try them and go back to older ones. Of
/// mmap and mprotect only what makes no code, so libraries that are opened at run time have to be
/// there already; of tgkill only what is for this process. `calls` are numbers (SYS_...), the most
/// frequent ones first. A program built with a sanitizer, which needs more, is let be.
SandboxReport confine_calls(const std::vector<long>& calls);

} // namespace img
