// What imgserve gives up before it serves: root, files that are not its own, system calls.
#pragma once

#include "base/sandbox.hpp"
#include "verb/serve.hpp"

namespace img {

/// What stays within reach of a server with these options: the directory read-only; the directories
/// of a given certificate, its key, and of what they are links to; for our own certificate the
/// directory of its state, for writing too; the directories of the access log and of Unix sockets.
FileAccess files_of_serving(const ServeOptions& options);
/// The system calls of a server that has opened its sockets, for confine_calls().
std::vector<long> calls_of_serving();

/// Becomes `--user`, if there is one, once the sockets and the log are open. A certificate that is
/// given, and what leads to it, can still be read by root's right (ReadingAsRoot). Throws Error as
/// become_user() does.
void leave_root(const ServeOptions& options);
/// Gives up the rest, just before the first client is served. What comes later opens no socket,
/// starts no program, loads no library, and opens only files_of_serving(). With the sandbox off it
/// gives up nothing but root's right to read. Throws Error{failed} when something is missing and
/// the sandbox is required.
SandboxReport confine_serving(const ServeOptions& options);
/// Says on stderr what was given up, and in a second line what could not be.
void note_confinement(const SandboxReport& report);

} // namespace img
