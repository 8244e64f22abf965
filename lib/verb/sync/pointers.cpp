// Pointers as they were before the frames were listed, so that they name nothing that is not sent.

#include "verb/sync/pointers.hpp"

#include "base/error.hpp"
#include "base/file.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

SyncFile as_listed(const std::string& path, const struct stat& status) {
    SyncFile file;
    file.path = path;
    file.bytes = static_cast<std::uint64_t>(status.st_size);
    file.changed = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
    return file;
}

bool same(const struct stat& a, const struct stat& b) {
    return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
           a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

void copy_bytes(int from, int to, const fs::path& name) {
    std::array<std::uint8_t, 65536> buffer;
    while (std::size_t count = read_some(from, buffer.data(), buffer.size(), name.string()))
        write_all(to, {buffer.data(), count}, name.string());
}

void remove_tree(const fs::path& directory) {
    boost::system::error_code ignored; // what is left is deleted by the next
    fs::remove_all(directory, ignored);
}

} // namespace

PointerCopies::PointerCopies(const fs::path& archive, const fs::path& directory)
    : archive_(archive), directory_(directory) {
    drop_all();
}

PointerCopies::~PointerCopies() {
    remove_tree(directory_);
}

void PointerCopies::take(const std::string& path) {
    copies_.erase(path);
    Fd from{::open((archive_ / path).c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat before {
    }, after{};
    if (!from || ::fstat(*from, &before) != 0 || !S_ISREG(before.st_mode))
        return;
    fs::path copy = directory_ / path;
    make_directory_for(copy);
    ::unlink(copy.c_str()); // it may have forbidden us to write to it
    Fd to{::open(copy.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!to)
        throw_errno(copy.string(), errno);
    copy_bytes(*from, *to, copy);
    if (::fstat(*from, &after) != 0 || !same(before, after))
        return;
    // As the file has: it is served with the permissions that it has here.
    const timespec times[2] = {{0, UTIME_OMIT}, before.st_mtim};
    if (::fchmod(*to, before.st_mode & 0777) != 0 || ::futimens(*to, times) != 0)
        throw_errno(copy.string(), errno);
    copies_.emplace(path, as_listed(path, before));
}

const SyncFile* PointerCopies::of(const std::string& path) const {
    auto at = copies_.find(path);
    return at == copies_.end() ? nullptr : &at->second;
}

void PointerCopies::drop_all() {
    copies_.clear();
    remove_tree(directory_); // what was a file may have become a directory
    if (::mkdir(directory_.c_str(), 0700) != 0)
        throw_errno(directory_.string(), errno);
}

std::optional<SyncFile> look_at(const fs::path& archive, const std::string& path) {
    struct stat status {};
    if (::stat((archive / path).c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return std::nullopt;
    return as_listed(path, status);
}

} // namespace img
