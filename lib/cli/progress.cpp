// How far long work has come, on a terminal.

#include "cli/progress.hpp"

#include "base/text.hpp"

#include <unistd.h>

namespace img {

namespace {

void show(const std::string& line) {
    [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace

Progress::Progress(std::string what)
    : what_(std::move(what)), start_(std::chrono::steady_clock::now()), shown_(start_),
      terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (visible_)
        show("\r\x1b[K");
}

void Progress::update(std::size_t done, std::size_t total) {
    auto now = std::chrono::steady_clock::now();
    if (!terminal_ || now - start_ < std::chrono::seconds{1} ||
        now - shown_ < std::chrono::milliseconds{100})
        return;
    shown_ = now;
    visible_ = true;
    show(str("\r", what_, " ", done, "/", total, " (", total ? done * 100 / total : 100,
             " %)\x1b[K"));
}

} // namespace img
