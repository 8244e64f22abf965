// Where programs keep what they make.

#include "base/directories.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <cstdlib>

namespace img {

namespace {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

struct Customs {
    const char* systemd;
    const char* xdg;
    const char* below_home;
    const char* option;
};

fs::path directory_by(const Customs& customs, const std::string& option) {
    if (!option.empty())
        return option;
    if (std::string systemd = variable(customs.systemd); !systemd.empty())
        return systemd.substr(0, systemd.find(':'));
    if (std::string xdg = variable(customs.xdg); xdg.starts_with('/'))
        return fs::path{xdg} / "imgseq";
    if (std::string home = variable("HOME"); home.starts_with('/'))
        return fs::path{home} / customs.below_home / "imgseq";
    throw Error(str("there is no $HOME to keep anything in; use ", customs.option), Exit::usage);
}

} // namespace

fs::path state_directory(const std::string& option) {
    return directory_by({"STATE_DIRECTORY", "XDG_STATE_HOME", ".local/state", "--state"}, option);
}

fs::path cache_directory(const std::string& option) {
    return directory_by({"CACHE_DIRECTORY", "XDG_CACHE_HOME", ".cache", "--cache"}, option);
}

} // namespace img
