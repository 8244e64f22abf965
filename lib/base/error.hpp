// The one exception type of the library, and the exit status that it becomes.
#pragma once

#include <stdexcept>
#include <string>

namespace img {

/// What a program ends with; cron and systemd act on it.
enum class Exit : int {
    ok = 0,
    failed = 1,       ///< bad data, or an operation that would fail again
    usage = 2,        ///< the command line or the configuration is wrong
    unavailable = 75, ///< camera, network or disk: trying again may help (EX_TEMPFAIL)
};

/// The one exception type that the library throws. what() is one line: place, then fact.
class Error : public std::runtime_error {
public:
    explicit Error(const std::string& what, Exit status = Exit::failed)
        : std::runtime_error(what), status_(status) {}
    Exit status() const noexcept { return status_; }

private:
    Exit status_;
};

/// Throws an Error that says `what`, then the system's text for `number` (an errno value). Full
/// disks, exhausted descriptors and I/O errors are `unavailable`; all others are `failed`.
[[noreturn]] void throw_errno(const std::string& what, int number);

} // namespace img
