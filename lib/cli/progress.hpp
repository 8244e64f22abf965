// How far long work has come, on a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace img {

/// One line on stderr that is rewritten; shown only on a terminal and only after a second.
class Progress {
public:
    /// "reading frames"
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(std::size_t done, std::size_t total);

private:
    std::string what_;
    std::chrono::steady_clock::time_point start_, shown_;
    bool terminal_;
    bool visible_ = false;
};

} // namespace img
