// Other programs, run as children that end with us or at their deadline.
#pragma once

#include "base/text.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A program and what it is given.
struct Child {
    /// The program, found on PATH, and its arguments; no shell reads them.
    std::vector<std::string> command;
    std::string input;                    ///< all of its stdin
    std::vector<std::string> environment; ///< added to ours: "NAME=value"
    /// How long it may take, and how long it may say nothing on stdout and stderr; zero: for ever.
    Duration timeout{0}, silence{0};
    enum class Interrupt {
        at_stop, ///< a stop that is requested ends it
        never
    } interrupt = Interrupt::at_stop;
    /// Each line of stdout without its end; with nothing to call, output is thrown away.
    std::function<void(std::string_view line)> on_line;
    /// The same of stderr, whose end ChildEnd keeps in any case.
    std::function<void(std::string_view line)> on_error_line{};
};

struct ChildEnd {
    enum class How { exited, killed, timed_out, silent, stopped } how = How::exited;
    int status = 0;     ///< exit status, or the signal that killed it
    std::string errors; ///< the last 4 KiB of stderr
};

/// Runs `child` in a process group of its own and reads stdout and stderr until it has ended. At a
/// deadline, or when a stop is requested, the group gets SIGTERM, and SIGKILL two seconds later.
/// Should this process be killed, the child gets SIGTERM. Throws Error{usage} when there is no such
/// program, Error{unavailable} when the system has no room for it.
/// What the calls throw goes on once the child has ended.
ChildEnd run_child(const Child& child);

} // namespace img
