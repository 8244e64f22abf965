// A remote that is a directory, such as that of a mounted disk.

#include "verb/sync/directory.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/magic.h>
#include <optional>
#include <random>
#include <set>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

namespace img {

namespace {

/// So many files are written before they are waited for: the disk works meanwhile, and a journal
/// is written once for all. Each holds a descriptor.
constexpr std::size_t most_at_once = 256;
constexpr std::uint64_t most_bytes_at_once = std::uint64_t{64} << 20;
/// From so many files on, all of the file system is synchronised rather than each of them.
constexpr std::size_t worth_at_once = 4;
/// So much of a name is in that of its temporary file, whose own end is its.
constexpr std::size_t longest_of_name = 200;
constexpr std::size_t copied_at_once = std::size_t{1} << 18;

/// What file://, file://localhost and plain paths say. Throws Error{usage}.
fs::path path_of(const std::string& address) {
    if (!looks_like_url(address))
        return address;
    std::string_view rest = address;
    for (std::string_view start : {"file://localhost/", "file:///"})
        if (rest.starts_with(start)) {
            const auto path = percent_decode(rest.substr(start.size() - 1));
            if (path && path->find('\0') == std::string::npos)
                return *path;
        }
    throw Error(str(printable(redacted(address)), ": not file:///path"), Exit::usage);
}

/// Without dots and a slash at its end.
fs::path plain(const fs::path& path) {
    fs::path normal = fs::absolute(path).lexically_normal();
    while (normal.filename() == "." || normal.filename() == "")
        normal = normal.parent_path();
    return normal.empty() ? fs::path{"/"} : normal;
}

/// What is wrong with one file only, and will be the next time.
struct NeverArrives {
    std::string why;
};

[[noreturn]] void throw_trouble(const fs::path& path, int number) {
    switch (number) {
    case EINVAL:
    case EILSEQ:
    case EISDIR:
    case ENOTDIR:
    case ENOTEMPTY:
    case EFBIG:
    case ENAMETOOLONG:
        throw NeverArrives{
            str(printable(path.string()), ": ", std::generic_category().message(number))};
    default:
        throw_errno(printable(path.string()), number);
    }
}

bool contains(const fs::path& directory, const fs::path& other) {
    auto own = directory.begin();
    auto its = other.begin();
    while (own != directory.end() && its != other.end() && *own == *its) {
        ++own;
        ++its;
    }
    return own == directory.end();
}

bool matches(const struct stat& about, const SyncFile& file) {
    return S_ISREG(about.st_mode) && static_cast<std::uint64_t>(about.st_size) == file.bytes &&
           about.st_mtim.tv_sec * 1'000'000'000LL + about.st_mtim.tv_nsec == file.changed;
}

/// From where `from` stands; how many bytes there were.
std::uint64_t copy_bytes(int from, int to, const fs::path& destination) {
    std::uint64_t copied = 0;
    // In the kernel, where the file systems agree.
    for (ssize_t length;
         (length = ::copy_file_range(from, nullptr, to, nullptr, std::size_t{1} << 30, 0)) > 0;)
        copied += static_cast<std::uint64_t>(length);
    // By hand what is left: all, where they do not; and what a full disk refuses, it refuses again.
    Bytes buffer(copied_at_once);
    for (;;) {
        const std::size_t length =
            read_some(from, buffer.data(), buffer.size(), destination.string());
        for (std::size_t done = 0; done < length;) {
            const ssize_t put = ::write(to, buffer.data() + done, length - done);
            if (put < 0 && errno != EINTR)
                throw_trouble(destination, errno);
            done += put > 0 ? static_cast<std::size_t>(put) : 0;
        }
        if (length == 0)
            return copied;
        copied += length;
    }
}

/// A file on its way to its name. Without rename() nothing of it stays.
class Arriving {
public:
    Arriving(const fs::path& destination, unsigned mode) : destination_(destination) {
        std::random_device random;
        static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
        while (!fd_) {
            std::string suffix = ".";
            for (int i = 0; i < 8; ++i)
                suffix += letters[random() % (sizeof letters - 1)];
            // As AtomicFile has it, so that what a kill leaves behind is known as ours.
            const std::string name = destination.filename().string();
            temporary_ =
                destination.parent_path() / ("." + name.substr(0, longest_of_name) + suffix);
            fd_ = Fd{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
            if (!fd_ && errno != EEXIST)
                throw_trouble(destination, errno);
        }
    }
    Arriving(Arriving&& other) noexcept
        : destination_(std::move(other.destination_)),
          temporary_(std::exchange(other.temporary_, {})), fd_(std::move(other.fd_)) {}
    Arriving& operator=(Arriving&&) = delete;
    ~Arriving() {
        if (!temporary_.empty())
            ::unlink(temporary_.c_str());
    }

    int fd() const { return *fd_; }
    /// The disk begins to write; nobody waits.
    void start_writing() const { ::sync_file_range(*fd_, 0, 0, SYNC_FILE_RANGE_WRITE); }
    void synchronise() const {
        if (::fsync(*fd_) != 0)
            throw_errno(destination_.string(), errno);
    }
    void rename() {
        if (::rename(temporary_.c_str(), destination_.c_str()) != 0)
            throw_trouble(destination_, errno);
        temporary_.clear();
    }
    const fs::path& destination() const { return destination_; }

private:
    fs::path destination_, temporary_;
    Fd fd_;
};

/// File systems whose syncfs(2) waits for the disk. FUSE's does nothing, and of those on a network
/// one cannot say.
bool is_local(const struct statfs& system) {
    switch (static_cast<unsigned long>(system.f_type)) {
    case EXT4_SUPER_MAGIC:
    case XFS_SUPER_MAGIC:
    case BTRFS_SUPER_MAGIC:
    case F2FS_SUPER_MAGIC:
    case MSDOS_SUPER_MAGIC:
    case EXFAT_SUPER_MAGIC:
    case TMPFS_MAGIC:
        return true;
    default:
        return false;
    }
}

void synchronise_directory(const fs::path& path) {
    const Fd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory)
        throw_errno(path.string(), errno);
    // Some file systems cannot synchronise a directory.
    if (::fsync(*directory) != 0 && errno != EINVAL && errno != ENOTSUP && errno != ENOSYS)
        throw_errno(path.string(), errno);
}

class DirectoryRemote : public Remote {
public:
    DirectoryRemote(const std::string& address, const fs::path& archive)
        : target_(plain(path_of(address))), archive_(plain(archive)) {
        boost::system::error_code ignored;
        const fs::path there = plain(fs::weakly_canonical(target_, ignored));
        const fs::path here = plain(fs::weakly_canonical(archive_, ignored));
        if (contains(there, here) || contains(here, there))
            throw Error(str(printable(target_.string()), ": the archive ",
                            printable(archive_.string()), " and its remote lie in one another"),
                        Exit::usage);
    }

    void send(const std::vector<SyncFile>& files, const SyncEvents& events) override {
        require_target();
        made_.clear(); // others may have removed some since
        for (std::size_t next = 0; next < files.size();)
            next = send_some(next, files, events);
    }

    void remove(const std::vector<std::string>& paths,
                const std::function<void(std::size_t)>& removed) override {
        require_target();
        std::set<fs::path> directories;
        for (const std::string& path : paths) {
            if (::unlink((target_ / path).c_str()) == 0)
                directories.insert((target_ / path).parent_path());
            else if (errno != ENOENT && errno != ENOTDIR)
                throw_errno(printable((target_ / path).string()), errno);
        }
        for (const fs::path& directory : directories)
            remove_empty(directory);
        for (std::size_t i = 0; i < paths.size(); ++i)
            removed(i);
    }

    std::size_t batch() const override { return 1'000; }

private:
    struct Copy {
        std::size_t index;
        Arriving file;
    };

    void require_target() {
        struct stat about {
        }, above{};
        const int trouble = ::stat(target_.c_str(), &about) == 0 ? 0 : errno;
        if (trouble != 0 && trouble != ENOENT && trouble != ENOTDIR)
            throw_errno(printable(target_.string()), trouble);
        const bool there = trouble == 0 && S_ISDIR(about.st_mode);
        const bool is_mounted =
            there && ::stat((target_ / "..").c_str(), &above) == 0 && above.st_dev != about.st_dev;
        if (!there || (was_mounted_ && !is_mounted))
            throw Error(printable(target_.string()) + ": is not there (not mounted?)",
                        Exit::unavailable);
        was_mounted_ = is_mounted;
    }

    /// Writes files from `first` on, as many as go at once, waits until they are on the disk, and
    /// gives them their names in their order; the next one to send.
    std::size_t send_some(std::size_t first, const std::vector<SyncFile>& files,
                          const SyncEvents& events) {
        // Open from the beginning, since it tells of errors from then on.
        const Fd target{::open(target_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!target)
            throw_errno(printable(target_.string()), errno);
        std::vector<Copy> copies;
        std::uint64_t bytes = 0;
        std::size_t next = first;
        while (next < files.size() && copies.size() < most_at_once && bytes < most_bytes_at_once) {
            if (stop_requested())
                throw Error(printable(target_.string()) + ": interrupted", Exit::unavailable);
            const std::size_t index = next++;
            try {
                copy(index, files[index], events, copies);
            } catch (const NeverArrives& never) {
                events.refused(index, never.why);
            }
            bytes += files[index].bytes;
        }
        synchronise(target, copies);
        std::set<fs::path> directories;
        std::vector<std::size_t> arrived;
        for (Copy& one : copies) {
            try {
                one.file.rename();
            } catch (const NeverArrives& never) {
                events.refused(one.index, never.why);
                continue;
            }
            directories.insert(one.file.destination().parent_path());
            arrived.push_back(one.index);
        }
        for (const fs::path& directory : directories)
            synchronise_directory(directory);
        for (std::size_t index : arrived)
            events.arrived(index);
        return next;
    }

    /// All at once where that is known to be true: it takes a tenth of the time on a journal.
    void synchronise(const Fd& target, const std::vector<Copy>& copies) const {
        struct statfs system {};
        struct stat about {};
        const bool at_once = copies.size() > worth_at_once && ::fstatfs(*target, &system) == 0 &&
                             is_local(system) && ::fstat(*target, &about) == 0;
        if (at_once && ::syncfs(*target) != 0)
            throw_errno(printable(target_.string()), errno);
        for (const Copy& one : copies) {
            struct stat its {};
            if (!at_once || ::fstat(one.file.fd(), &its) != 0 || its.st_dev != about.st_dev)
                one.file.synchronise();
        }
    }

    void copy(std::size_t index, const SyncFile& file, const SyncEvents& events,
              std::vector<Copy>& copies) {
        const fs::path from = archive_ / file.path;
        const Fd source{::open(from.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
        if (!source && errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
            throw_errno(from.string(), errno);
        struct stat before {
        }, after{};
        if (!source || ::fstat(*source, &before) != 0 || !matches(before, file))
            return events.gone(index);
        const fs::path destination = target_ / file.path;
        make_directories(destination.parent_path());
        Arriving arriving{destination, before.st_mode & 0777};
        const std::uint64_t copied = copy_bytes(*source, arriving.fd(), destination);
        const timespec both[2]{before.st_atim, before.st_mtim};
        ::futimens(arriving.fd(), both); // some file systems know no times
        if (copied != file.bytes || ::fstat(*source, &after) != 0 || !matches(after, file))
            return events.gone(index);
        arriving.start_writing();
        if (events.sent)
            events.sent(file.bytes);
        copies.push_back({index, std::move(arriving)});
    }

    /// Below the target only.
    void make_directories(const fs::path& directory) {
        if (directory == target_ || made_.contains(directory))
            return;
        make_directories(directory.parent_path());
        const bool made = ::mkdir(directory.c_str(), 0777) == 0;
        struct stat about {};
        if (!made && errno != EEXIST)
            throw_trouble(directory, errno);
        if (::stat(directory.c_str(), &about) != 0)
            throw_errno(printable(directory.string()), errno);
        if (!S_ISDIR(about.st_mode))
            throw_trouble(directory, ENOTDIR);
        if (made)
            synchronise_directory(directory.parent_path());
        made_.insert(directory);
    }

    /// And those above it that are empty then, but never the target.
    void remove_empty(fs::path directory) {
        for (; directory != target_ && contains(target_, directory);
             directory = directory.parent_path()) {
            if (::rmdir(directory.c_str()) != 0)
                return;
            made_.erase(directory);
        }
    }

    fs::path target_, archive_;
    bool was_mounted_ = false; ///< the target was a disk's own directory
    std::set<fs::path> made_;  ///< below the target, and known to be there
};

} // namespace

std::unique_ptr<Remote> open_directory(const std::string& address, const fs::path& archive,
                                       const RemoteOptions&) {
    return std::make_unique<DirectoryRemote>(address, archive);
}

} // namespace img
