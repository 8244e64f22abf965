// One-line notes to people, on stderr, prefixed with the program's name.

#include "base/log.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

std::string prefix = "imgseq";
LogLevel shown = LogLevel::normal;

/// Whether stderr is the journal, which then takes the level from a <N> in front (sd-daemon(3)).
bool to_journal() {
    static const bool yes = [] {
        const char* stream = std::getenv("JOURNAL_STREAM");
        struct stat about {};
        if (!stream || ::fstat(STDERR_FILENO, &about) != 0)
            return false;
        return stream == std::to_string(about.st_dev) + ":" + std::to_string(about.st_ino);
    }();
    return yes;
}

void write_line(int priority, std::string_view text) {
    std::string line;
    if (to_journal())
        line += "<" + std::to_string(priority) + ">";
    line += prefix;
    line += ": ";
    line += text;
    line += '\n';
    // One write, so that lines of several programs do not mix. Where stderr is gone, so is the
    // line.
    [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace

void set_log(std::string program, LogLevel level) {
    prefix = std::move(program);
    shown = level;
}

void log_error(std::string_view line) {
    write_line(3, line);
}

void log_note(std::string_view line) {
    if (shown != LogLevel::quiet)
        write_line(5, line);
}

void log_detail(std::string_view line) {
    if (shown == LogLevel::verbose)
        write_line(7, line);
}

bool shows_details() {
    return shown == LogLevel::verbose;
}

} // namespace img
