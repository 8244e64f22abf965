// The directory that is served: safe paths, open files, and which cameras it shows.

#include "verb/serve/site.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <memory>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace img {

namespace {

constexpr std::size_t longest_path = 4096;
constexpr std::size_t most_cameras = 100;
/// A directory of frames may hold hundreds of thousands; cameras are looked for among so many.
constexpr int most_entries = 10'000;
/// Each is looked into for a picture.
constexpr int most_directories = 1'000;
/// openat2 says EAGAIN when something below the root was renamed meanwhile.
constexpr int most_attempts = 32;

/// Non-blocking, so that a FIFO does not hold up everybody.
constexpr int reading = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

/// What may be resolved: RESOLVE_* of openat2(2).
std::uint64_t resolution_of(SiteOptions::Links links) {
    std::uint64_t inside = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return links == SiteOptions::Links::inside ? inside : inside | RESOLVE_NO_SYMLINKS;
}

int open_beneath(int root, const char* path, int flags, std::uint64_t resolution) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags);
    how.resolve = resolution;
    for (int attempt = 0;; ++attempt) {
        long fd = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR) || attempt == most_attempts)
            return static_cast<int>(fd);
    }
}

bool kernel_resolves(int root, SiteOptions::Links links) {
    Fd fd{open_beneath(root, ".", reading, resolution_of(links))};
    return static_cast<bool>(fd);
}

/// As open_beneath, one component at a time, and without following any link.
int walk_beneath(int root, const std::string& path, int flags) {
    std::vector<std::string_view> parts = split(path, '/');
    Fd held;
    int directory = root;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::string part{parts[i]};
        bool last = i + 1 == parts.size();
        if (part.empty() && last && i > 0)
            part = ".";
        else if (part.empty() || part == "..") {
            errno = ENOENT;
            return -1;
        }
        constexpr int passing = O_PATH | O_DIRECTORY | O_CLOEXEC;
        int fd = ::openat(directory, part.c_str(), (last ? flags : passing) | O_NOFOLLOW);
        if (fd < 0 || last)
            return fd;
        held = Fd{fd};
        directory = *held;
    }
    errno = ENOENT;
    return -1;
}

Missing missing_by_errno(int number) {
    switch (number) {
    case EACCES:
    case EPERM:
        return Missing::forbidden;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EIO:
    case ESTALE:
    case EAGAIN:
        return Missing::unavailable;
    default:
        return Missing::not_found;
    }
}

Instant instant_of(const timespec& time) {
    return Instant{std::chrono::seconds{time.tv_sec} +
                   std::chrono::milliseconds{time.tv_nsec / 1'000'000}};
}

std::string etag_of(const struct stat& about) {
    std::array<char, 80> text{};
    std::snprintf(text.data(), text.size(), "\"%llx-%llx-%llx%08lx\"",
                  static_cast<unsigned long long>(about.st_ino),
                  static_cast<unsigned long long>(about.st_size),
                  static_cast<unsigned long long>(about.st_mtim.tv_sec),
                  static_cast<unsigned long>(about.st_mtim.tv_nsec));
    return text.data();
}

} // namespace

namespace {

/// Whether each character stands for itself and no component is empty, hidden, "." or "..".
bool is_plain_path(std::string_view path) {
    char before = 0;
    for (char c : path) {
        bool is_plain =
            (c > 0x20 && c < 0x7f && c != '%') && (before != '/' || (c != '/' && c != '.'));
        if (!is_plain)
            return false;
        before = c;
    }
    return path.size() <= longest_path;
}

} // namespace

std::variant<std::string, int> decode_path(std::string_view path) {
    if (!path.starts_with('/'))
        return 400;
    if (is_plain_path(path))
        return std::string{path.substr(1)};
    std::string out;
    std::vector<std::string_view> parts = split(path.substr(1), '/');
    for (std::size_t i = 0; i < parts.size(); ++i) {
        bool last = i + 1 == parts.size();
        std::optional<std::string> part = percent_decode(parts[i]);
        if (!part || *part == "." || *part == "..")
            return 400;
        bool plain = std::none_of(part->begin(), part->end(), [](unsigned char c) {
            return c < 0x20 || c == 0x7f || c == '/';
        });
        if (!plain)
            return 400;
        bool well_known = i == 0 && *part == ".well-known"; // RFC 8615
        if ((part->starts_with('.') && !well_known) || (part->empty() && !last))
            return 404;
        out += *part;
        if (!last)
            out += '/';
    }
    if (out.size() > longest_path)
        return 404;
    return out;
}

Site::Site(const fs::path& root, SiteOptions options)
    : root_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), options_(std::move(options)),
      cache_(options_.cache) {
    if (!root_)
        throw_errno(root.string(), errno);
    if (!options_.resolution)
        options_.resolution = kernel_resolves(*root_, options_.links)
                                  ? SiteOptions::Resolution::kernel
                                  : SiteOptions::Resolution::walk;
}

Fd Site::descend(const std::string& path, int flags) const {
    std::string beneath = path.empty() ? "." : path;
    if (options_.resolution == SiteOptions::Resolution::walk)
        return Fd{walk_beneath(*root_, beneath, flags)};
    return Fd{open_beneath(*root_, beneath.c_str(), flags, resolution_of(options_.links))};
}

std::variant<std::shared_ptr<const SiteFile>, Missing> Site::open(const std::string& path) const {
    auto look_again = [this](const std::string& name) { return look(name); };
    if (std::shared_ptr<const SiteFile> kept = cache_.find(path, look_again))
        return kept;
    auto found = open_anew(path);
    const Missing* why = std::get_if<Missing>(&found);
    if (!why || *why != Missing::unavailable)
        return found;
    // It may be for want of descriptors.
    cache_.give_up_idle();
    return open_anew(path);
}

std::variant<std::shared_ptr<const SiteFile>, Missing>
Site::open_anew(const std::string& path) const {
    Fd file = descend(path, reading);
    if (!file)
        return missing_by_errno(errno);
    struct stat about {};
    if (::fstat(*file, &about) != 0)
        return missing_by_errno(errno);
    if (S_ISDIR(about.st_mode))
        return Missing::directory;
    if (!S_ISREG(about.st_mode))
        return Missing::not_found;
    auto found = std::make_shared<SiteFile>();
    found->file = std::move(file);
    found->size = static_cast<std::uint64_t>(about.st_size);
    found->modified = instant_of(about.st_mtim);
    if (found->modified <= system_clock().now())
        found->modified_text = http_time(found->modified);
    found->etag = etag_of(about);
    if (options_.describe)
        found->fields = options_.describe(path);
    cache_.keep(path, found, FileVersion{about});
    return found;
}

Siblings Site::siblings(const std::string& path) const {
    if (cache_.is_alone(path))
        return {};
    auto file_or_none = [this](const std::string& name) {
        auto found = open(name);
        auto* file = std::get_if<std::shared_ptr<const SiteFile>>(&found);
        return file ? std::move(*file) : nullptr;
    };
    Siblings siblings{file_or_none(path + ".br"), file_or_none(path + ".gz")};
    if (!siblings.br && !siblings.gzip)
        cache_.note_alone(path);
    return siblings;
}

/// What `path` is at present, by the rules that it is opened by.
std::optional<FileVersion> Site::look(const std::string& path) const {
    struct stat about {};
    bool is_plain_name =
        options_.links == SiteOptions::Links::refuse && path.find('/') == std::string::npos;
    if (is_plain_name) {
        if (::fstatat(*root_, path.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
            return std::nullopt;
        return FileVersion{about};
    }
    Fd there = descend(path, O_PATH | O_CLOEXEC);
    if (!there || ::fstat(*there, &about) != 0)
        return std::nullopt;
    return FileVersion{about};
}

bool Site::readable() const {
    struct stat about {};
    Fd again{::openat(*root_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    // A directory that was removed has no links left.
    return again && ::fstat(*again, &about) == 0 && about.st_nlink > 0;
}

std::optional<LatestFile> Site::latest(const std::string& path) const {
    auto found = open(path);
    if (const auto* file = std::get_if<std::shared_ptr<const SiteFile>>(&found))
        return LatestFile{(*file)->modified, (*file)->etag};
    return std::nullopt;
}

std::vector<CameraFiles> Site::cameras() const {
    if (std::optional<LatestFile> picture = latest("latest.jpg"))
        return {{"", *picture, latest("latest.gif")}};
    std::vector<CameraFiles> cameras;
    int fd = ::openat(*root_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return cameras;
    auto close = [](DIR* directory) { ::closedir(directory); };
    std::unique_ptr<DIR, decltype(close)> directory{::fdopendir(fd), close};
    if (!directory) {
        ::close(fd);
        return cameras;
    }
    int looked_into = 0;
    for (int i = 0; i < most_entries && looked_into < most_directories; ++i) {
        if (cameras.size() == most_cameras)
            break;
        const dirent* entry = ::readdir(directory.get());
        if (!entry)
            break;
        std::string name = entry->d_name;
        bool may_be_directory =
            entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN ||
            (entry->d_type == DT_LNK && options_.links == SiteOptions::Links::inside);
        if (!may_be_directory || name.starts_with('.') || name != printable(name, name.size() + 1))
            continue;
        ++looked_into;
        if (std::optional<LatestFile> picture = latest(name + "/latest.jpg"))
            cameras.push_back({name, *picture, latest(name + "/latest.gif")});
    }
    std::sort(cameras.begin(), cameras.end(),
              [](const CameraFiles& a, const CameraFiles& b) { return a.name < b.name; });
    return cameras;
}

} // namespace img
