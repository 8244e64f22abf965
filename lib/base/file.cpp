// Descriptors, whole files, and files that appear whole or not at all.

#include "base/file.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <random>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

Fd::~Fd() {
    if (fd_ >= 0)
        ::close(fd_);
}

Fd open_to_read(const fs::path& path) {
    Fd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd)
        throw_errno(path.string(), errno);
    return fd;
}

namespace {

/// After a failed call: a signal came between, or a pipe that we share does not wait by itself.
void retry_or_throw(int fd, short event, const std::string& name) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        pollfd wait{fd, event, 0};
        ::poll(&wait, 1, -1);
    } else if (errno != EINTR) {
        throw_errno(name, errno);
    }
}

} // namespace

std::size_t read_some(int fd, std::uint8_t* to, std::size_t room, const std::string& name) {
    for (;;) {
        ssize_t got = ::read(fd, to, room);
        if (got >= 0)
            return static_cast<std::size_t>(got);
        retry_or_throw(fd, POLLIN, name);
    }
}

Bytes read_file(const fs::path& path, std::size_t most) {
    Fd fd = open_to_read(path);
    struct stat about {};
    if (::fstat(*fd, &about) != 0)
        throw_errno(path.string(), errno);
    if (S_ISDIR(about.st_mode))
        throw_errno(path.string(), EISDIR);
    auto expected = static_cast<std::size_t>(about.st_size);
    Bytes bytes;
    reserve_at_once(bytes, std::min(expected, most) + 1);
    bytes.resize(bytes.capacity());
    std::size_t length = 0;
    for (;;) {
        std::size_t got =
            read_some(*fd, bytes.data() + length, bytes.size() - length, path.string());
        if (got == 0)
            break;
        length += got;
        if (length > most)
            throw Error(str(path.string(), ": larger than ", most, " bytes"));
        if (length == bytes.size())
            bytes.resize(bytes.size() * 2);
    }
    bytes.resize(length);
    return bytes;
}

void write_all(int fd, ByteView bytes, const std::string& name) {
    while (!bytes.empty()) {
        ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0)
            retry_or_throw(fd, POLLOUT, name);
        if (put > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
}

namespace {

fs::path directory_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path{"."};
}

/// Where the system shows an open file, whether it has a name or not.
std::string path_of(int fd) {
    return "/proc/self/fd/" + std::to_string(fd);
}

std::string random_suffix() {
    static constexpr char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    std::random_device random;
    std::string suffix;
    for (int i = 0; i < 8; ++i)
        suffix += letters[random() % (sizeof letters - 1)];
    return suffix;
}

/// Pipes and devices; also /dev/stdout, which may lead to a regular file.
bool is_device(const fs::path& path) {
    struct stat about {};
    if (directory_of(path) == "/dev")
        return true;
    return ::stat(path.c_str(), &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

} // namespace

AtomicFile::AtomicFile(const fs::path& destination, unsigned mode) : destination_(destination) {
    if (is_device(destination)) {
        kind_ = Kind::device;
        fd_ = Fd{::open(destination.c_str(), O_WRONLY | O_CLOEXEC)};
        if (!fd_)
            throw_errno(destination.string(), errno);
        return;
    }
    fd_ = Fd{::open(directory_of(destination).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode)};
    if (fd_ && ::access(path_of(*fd_).c_str(), F_OK) == 0)
        return;
    kind_ = Kind::hidden;
    for (;;) {
        temporary_ = hidden_name();
        fd_ = Fd{::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
        if (fd_)
            return;
        if (errno != EEXIST)
            throw_errno(destination.string(), errno);
    }
}

AtomicFile::~AtomicFile() {
    if (fd_ && !committed_ && kind_ == Kind::hidden)
        ::unlink(temporary_.c_str());
}

fs::path AtomicFile::hidden_name() const {
    return directory_of(destination_) /
           ("." + destination_.filename().string() + "." + random_suffix());
}

void AtomicFile::give_name() {
    for (;;) {
        temporary_ = hidden_name();
        if (::linkat(AT_FDCWD, path_of(*fd_).c_str(), AT_FDCWD, temporary_.c_str(),
                     AT_SYMLINK_FOLLOW) == 0)
            break;
        if (errno != EEXIST)
            throw_errno(destination_.string(), errno);
    }
    kind_ = Kind::hidden;
}

void AtomicFile::write(ByteView bytes) {
    write_all(*fd_, bytes, destination_.string());
}

void AtomicFile::set_time(Instant time) {
    if (kind_ == Kind::device)
        return;
    Duration since_epoch = time.time_since_epoch();
    auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
    long nanoseconds = static_cast<long>((since_epoch - seconds).count()) * 1'000'000;
    timespec both[2]{{seconds.count(), nanoseconds}, {seconds.count(), nanoseconds}};
    if (::futimens(*fd_, both) != 0)
        throw_errno(destination_.string(), errno);
}

std::size_t AtomicFile::take_attributes_of(const fs::path& original) {
    struct stat about {};
    if (::stat(original.c_str(), &about) != 0)
        throw_errno(original.string(), errno);
    if (!S_ISREG(about.st_mode))
        throw Error(str(original.string(), ": not a regular file"));
    // The owner first: a change of it takes the set-user-ID bits away. Only the superuser may
    // give files away; others keep what they write.
    if (::fchown(*fd_, about.st_uid, about.st_gid) != 0 && errno != EPERM)
        throw_errno(destination_.string(), errno);
    timespec both[2]{about.st_atim, about.st_mtim};
    if (::fchmod(*fd_, about.st_mode & 07777) != 0 || ::futimens(*fd_, both) != 0)
        throw_errno(destination_.string(), errno);
    return about.st_nlink;
}

void AtomicFile::commit() {
    if (kind_ == Kind::device)
        return;
    if (::fsync(*fd_) != 0)
        throw_errno(destination_.string(), errno);
    if (kind_ == Kind::nameless)
        give_name();
    if (::rename(temporary_.c_str(), destination_.c_str()) != 0)
        throw_errno(destination_.string(), errno);
    committed_ = true;
    Fd directory{::open(directory_of(destination_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    // Some file systems cannot synchronise a directory and say EINVAL; the rename has happened.
    if (directory && ::fsync(*directory) != 0 && errno != EINVAL)
        throw_errno(destination_.string(), errno);
}

void make_directory_for(const fs::path& file) {
    const fs::path directory = file.parent_path();
    boost::system::error_code trouble;
    if (!directory.empty() && !fs::create_directories(directory, trouble) && trouble)
        throw_errno(directory.string(), trouble.value());
}

void write_file(const fs::path& destination, ByteView bytes, unsigned mode) {
    AtomicFile file{destination, mode};
    file.write(bytes);
    file.commit();
}

} // namespace img
