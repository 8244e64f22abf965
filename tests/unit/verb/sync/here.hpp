// ssh and sftp without a network: stand-ins on PATH that run the other side on this host.
#pragma once

#include "../../scratch.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

/// While it lives, `program` on PATH is this script of sh.
class OnPath {
public:
    OnPath(const std::string& program, const std::string& script) : before_(std::getenv("PATH")) {
        write_file(directory_ / program, bytes_of("#!/bin/sh\n" + script));
        ::chmod((directory_ / program).c_str(), 0755);
        ::setenv("PATH", str(directory_.path().string(), ":", before_).c_str(), 1);
    }
    OnPath(const OnPath&) = delete;
    OnPath& operator=(const OnPath&) = delete;
    ~OnPath() { ::setenv("PATH", before_.c_str(), 1); }

    /// What the script has written to "$here/NAME" is read with this.
    std::string said(const std::string& name) const {
        return std::string{text_of(read_file(directory_ / name))};
    }
    static std::string here() { return "here=${0%/*}\n"; }

private:
    std::string before_;
    Scratch directory_;
};

/// An ssh that runs the command here, as the other host's shell would.
inline std::string ssh_here() {
    return "while :; do case $1 in -l) shift 2 ;; -*) shift ;; *) break ;; esac; done\n"
           "shift\nexec sh -c \"$*\"\n";
}

inline bool has_program(const char* path) {
    return ::access(path, X_OK) == 0;
}

} // namespace img
