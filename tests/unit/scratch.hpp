// What several tests need: a directory that goes with the test, and what a descriptor was given.
#pragma once

#include "base/file.hpp"

#include <cstdio>
#include <set>
#include <string>
#include <unistd.h>

namespace img {

/// An empty directory that goes with the test.
class Scratch {
public:
    Scratch() { fs::create_directory(path_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() { fs::remove_all(path_); }
    const fs::path& path() const { return path_; }
    fs::path operator/(const std::string& name) const { return path_ / name; }
    std::set<std::string> names() const {
        std::set<std::string> all;
        for (const auto& entry : fs::directory_iterator(path_))
            all.insert(entry.path().filename().string());
        return all;
    }

private:
    fs::path path_ = fs::temp_directory_path() / fs::unique_path("imgseq-%%%%%%%%");
};

/// While it lives, what is written to a descriptor goes into a file instead.
class Captured {
public:
    explicit Captured(int fd) : fd_(fd), before_(::dup(fd)) {
        std::fflush(stdout);
        ::dup2(::fileno(file_), fd_);
    }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
    ~Captured() {
        std::fflush(stdout);
        ::dup2(*before_, fd_);
        std::fclose(file_);
    }
    std::string text() const {
        std::fflush(stdout);
        std::string all(1 << 20, '\0');
        ssize_t length = ::pread(::fileno(file_), all.data(), all.size(), 0);
        all.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
        return all;
    }

private:
    int fd_;
    Fd before_;
    std::FILE* file_ = std::tmpfile();
};

} // namespace img
