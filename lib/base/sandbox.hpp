// Giving up what a program does not need any more: its user, the file system, system calls.
#pragma once

#include "base/fs.hpp"

#include <string>
#include <vector>

namespace img {

/// What is in force after a step, and what this system could not give, each in a few words for the
/// log.
struct SandboxReport {
    std::vector<std::string> in_force, missing;
};

/// What of the file system stays within reach (landlock(7)).
struct FileAccess {
    std::vector<fs::path> readable; ///< directories and all below, or files
    std::vector<fs::path> writable; ///< directories in which files may be made and replaced
};

/// Becomes `user` with its groups, for good; without being root that is an Error{usage}. Throws
/// Error{usage} for an unknown user. May keep the right to read any file (CAP_DAC_READ_SEARCH) in
/// reserve, see ReadingAsRoot, so that a private key of root's can be read again.
enum class Reserve { nothing, reading };
void become_user(const std::string& user, Reserve reserve);

/// While it lives, the right that become_user kept in reserve is in use; without one it does
/// nothing.
class ReadingAsRoot {
public:
    ReadingAsRoot();
    ~ReadingAsRoot();
    ReadingAsRoot(const ReadingAsRoot&) = delete;
    ReadingAsRoot& operator=(const ReadingAsRoot&) = delete;
};

/// Gives the reserve up for good.
void drop_reserve();

/// No new privileges, no core dumps and no tracing by others; only `access` of the file system
/// where the kernel has Landlock.
SandboxReport confine_files(const FileAccess& access);

/// From here on only these system calls are let through; others fail with EPERM. Nothing may be
/// mapped as code any more, so libraries that are opened at run time have to be there already.
/// `calls` are numbers (SYS_...).
SandboxReport confine_calls(const std::vector<long>& calls);

} // namespace img
