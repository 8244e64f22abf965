// How far long work has come, on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace img {

/// "reading frames 30/120 (25 %), 1m 30s left": the estimate takes the work that is done for
/// typical of what is left, and comes when a twentieth of it, but not before 2 s, has passed.
std::string progress_text(const std::string& what, std::size_t done, std::size_t total,
                          std::chrono::steady_clock::duration elapsed);

/// One line on stderr that is rewritten; shown only on a terminal and only after a second.
class Progress {
public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `what` is "imggif: frame"; another one than the last begins anew.
    void update(const std::string& what, std::size_t done, std::size_t total);

private:
    std::string what_;
    std::chrono::steady_clock::time_point start_, shown_;
    bool terminal_;
    bool visible_ = false;
};

} // namespace img
