// Where symbolic links lead.

#include "base/links.hpp"

#include <climits>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

std::string real_path(const std::string& path) {
    std::unique_ptr<char, void (*)(void*)> real{::realpath(path.c_str(), nullptr), std::free};
    return real ? real.get() : "";
}

namespace {

std::string read_link(const std::string& path) {
    std::string target(PATH_MAX, '\0');
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
    target.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
    return target;
}

/// `path` without links but the last part, which may be one.
std::string real_place(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string name = path.substr(slash + 1);
    if (name.empty() || name == "." || name == "..")
        return real_path(path);
    const std::string above = real_path(path.substr(0, slash + 1));
    return above.empty() ? "" : (above == "/" ? "" : above) + "/" + name;
}

} // namespace

std::vector<std::string> places_of_link(std::string path) {
    constexpr int most_links = 40; // the system's own limit
    std::vector<std::string> places;
    for (int i = 0; i < most_links; ++i) {
        const std::string target = read_link(path);
        path = real_place(target.starts_with('/') ? target
                                                  : path.substr(0, path.rfind('/') + 1) + target);
        struct stat about {};
        if (path.empty() || ::lstat(path.c_str(), &about) != 0)
            return {};
        places.push_back(path);
        if (!S_ISLNK(about.st_mode))
            return places;
    }
    return {};
}

} // namespace img
