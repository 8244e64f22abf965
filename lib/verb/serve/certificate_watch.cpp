// Notices when the files of a certificate change, however that is done.

#include "verb/serve/certificate_watch.hpp"

#include "base/text.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

/// A file is replaced, written, or becomes readable; a directory or a link on the way is another.
constexpr std::uint32_t interesting = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                      IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr int most_links = 40; ///< the system's own limit
/// Between a look at the links and watching them they may change again.
constexpr int most_looks = 4;

std::deque<std::string> components_of(const std::string& path) {
    std::deque<std::string> components;
    for (std::string_view name : split(path, '/'))
        if (!name.empty() && name != ".")
            components.emplace_back(name);
    return components;
}

/// Adds each directory, by its path without links, that the system looks into on its way to
/// `file`, with the name that it looks for.
void add_way(const fs::path& file, std::map<std::string, std::set<std::string>>& ways) {
    std::deque<std::string> rest = components_of(fs::absolute(file).string());
    fs::path at = "/";
    for (int links = 0; !rest.empty();) {
        std::string name = rest.front();
        rest.pop_front();
        if (name == "..") {
            at = at.parent_path().empty() ? at : at.parent_path();
            continue;
        }
        ways[at.string()].insert(name);
        fs::path next = at / name;
        struct stat about {};
        if (::lstat(next.c_str(), &about) != 0)
            return;
        if (!S_ISLNK(about.st_mode)) {
            at = next;
            continue;
        }
        std::array<char, PATH_MAX> target{};
        ssize_t length = ::readlink(next.c_str(), target.data(), target.size());
        if (length <= 0 || ++links > most_links)
            return;
        std::string text(target.data(), static_cast<std::size_t>(length));
        if (text.front() == '/')
            at = "/";
        std::deque<std::string> detour = components_of(text);
        rest.insert(rest.begin(), detour.begin(), detour.end());
    }
}

} // namespace

CertificateWatch::CertificateWatch(std::vector<fs::path> files)
    : files_(std::move(files)), events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    follow();
    seen_ = look();
}

CertificateWatch::Ways CertificateWatch::ways() const {
    Ways all;
    for (const fs::path& file : files_)
        add_way(file, all);
    return all;
}

void CertificateWatch::watch(const Ways& ways) {
    std::map<int, std::set<std::string>> names;
    for (const auto& [directory, wanted] : ways) {
        int number = ::inotify_add_watch(*events_, directory.c_str(), interesting | IN_ONLYDIR);
        if (number >= 0)
            names[number].insert(wanted.begin(), wanted.end());
    }
    for (const auto& [number, wanted] : names_)
        if (!names.contains(number))
            ::inotify_rm_watch(*events_, number);
    names_ = std::move(names);
}

void CertificateWatch::follow() {
    if (!events_)
        return;
    Ways found = ways();
    for (int i = 0; i < most_looks; ++i) {
        watch(found);
        Ways again = ways();
        if (again == found)
            return;
        found = std::move(again);
    }
}

bool CertificateWatch::drain() {
    bool concerns_us = false;
    alignas(inotify_event) std::array<char, 16 * 1024> room;
    for (ssize_t length; (length = ::read(*events_, room.data(), room.size())) > 0;) {
        for (ssize_t at = 0; at < length;) {
            const auto* event = reinterpret_cast<const inotify_event*>(room.data() + at);
            at += static_cast<ssize_t>(sizeof *event + event->len);
            if (event->mask & IN_IGNORED)
                continue;
            auto watched = names_.find(event->wd);
            bool is_self = event->len == 0; // of the directory, or events were lost
            concerns_us |=
                is_self || (watched != names_.end() && watched->second.contains(event->name));
        }
    }
    if (concerns_us)
        follow();
    return concerns_us;
}

bool CertificateWatch::changed() {
    std::string looks = look();
    bool is_other = looks != seen_;
    seen_ = std::move(looks);
    return is_other;
}

std::string CertificateWatch::look() const {
    std::string looks;
    for (const fs::path& file : files_) {
        struct stat about {};
        if (::stat(file.c_str(), &about) != 0)
            looks += str("errno ", errno, "\n");
        else
            looks += str(about.st_dev, " ", about.st_ino, " ", about.st_size, " ",
                         about.st_mtim.tv_sec, ".", about.st_mtim.tv_nsec, " ",
                         about.st_ctim.tv_sec, ".", about.st_ctim.tv_nsec, "\n");
    }
    return looks;
}

} // namespace img
