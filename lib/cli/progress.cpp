// How far long work has come, on a terminal.

#include "cli/progress.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <unistd.h>

namespace img {

namespace {

void show(const std::string& line) {
    [[maybe_unused]] ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

/// Rounded as far as an estimate is worth it: "40s", "3m 20s", "2h 5m".
std::string rough(std::chrono::seconds left) {
    auto seconds = left.count();
    if (seconds < 60)
        return str(std::max<std::int64_t>(seconds, 1), "s");
    if (seconds < 3600)
        return str(seconds / 60, "m ", seconds % 60 / 10 * 10, "s");
    return str(seconds / 3600, "h ", seconds % 3600 / 60, "m");
}

} // namespace

std::string progress_text(const std::string& what, std::size_t done, std::size_t total,
                          std::chrono::steady_clock::duration elapsed) {
    std::string text =
        str(what, " ", done, "/", total, " (", total > 0 ? done * 100 / total : 100, " %)");
    if (elapsed < std::chrono::seconds{2} || done * 20 < total || done == 0 || done >= total)
        return text;
    std::chrono::duration<double> left =
        elapsed * (static_cast<double>(total - done) / static_cast<double>(done));
    return str(text, ", ", rough(std::chrono::round<std::chrono::seconds>(left)), " left");
}

Progress::Progress()
    : start_(std::chrono::steady_clock::now()), shown_(start_),
      terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (visible_)
        show("\r\x1b[K");
}

void Progress::update(const std::string& what, std::size_t done, std::size_t total) {
    auto now = std::chrono::steady_clock::now();
    if (what != what_) {
        what_ = what;
        start_ = now;
    }
    if (!terminal_ || (!visible_ && now - start_ < std::chrono::seconds{1}) ||
        now - shown_ < std::chrono::milliseconds{100})
        return;
    shown_ = now;
    visible_ = true;
    show(str("\r", progress_text(what_, done, total, now - start_), "\x1b[K"));
}

} // namespace img
