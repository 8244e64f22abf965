// One-line notes to people, on stderr, prefixed with the program's name.
#pragma once

#include <string>
#include <string_view>

namespace img {

enum class LogLevel { quiet, normal, verbose };

/// The prefix of every line, and what is shown: `quiet` errors only, `verbose` details too.
void set_log(std::string program, LogLevel level);

/// Something failed. Always shown.
void log_error(std::string_view line);
/// Something the user should know. Not shown when quiet.
void log_note(std::string_view line);
/// A detail. Shown when verbose.
void log_detail(std::string_view line);
/// Whether details are shown: for those that would be made a million times.
bool shows_details();

} // namespace img
