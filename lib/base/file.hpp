// Descriptors, whole files, and files that appear whole or not at all.
#pragma once

#include "base/bytes.hpp"
#include "base/fs.hpp"
#include "base/time.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace img {

/// Owns a file descriptor.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd();

    int operator*() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

/// Opens for reading; throws Error that names the path.
Fd open_to_read(const fs::path& path);
/// Up to `room` bytes; 0 at the end. Retries after signals, and waits where
/// the descriptor does not. `name` is for the error.
std::size_t read_some(int fd, std::uint8_t* to, std::size_t room, const std::string& name);
/// All of it; throws when the file is larger than `most` bytes.
Bytes read_file(const fs::path& path, std::size_t most = std::size_t{1} << 30);
/// All bytes, whatever it takes; waits where the descriptor does not. `name` is for the error.
void write_all(int fd, ByteView bytes, const std::string& name);

/// A file that appears under its name whole, or not at all: a file without a name in the same
/// directory, synchronised, then renamed over the destination. Without commit() nothing of it
/// stays, however the process ends. Where the file system has no files without names, it is a
/// hidden one, which the destructor removes. Pipes and devices are written to as they are: replaced
/// they would be lost.
class AtomicFile {
public:
    /// `mode` holds the permissions that the umask may leave.
    explicit AtomicFile(const fs::path& destination, unsigned mode = 0666);
    AtomicFile(AtomicFile&&) = delete;
    ~AtomicFile();

    void write(ByteView bytes);
    /// The file's modification time, instead of now.
    void set_time(Instant time);
    /// The permissions, the modification time and, where we may, the owner of a regular file. The
    /// number of names (hard links) that it has. Throws when it is none.
    std::size_t take_attributes_of(const fs::path& original);
    /// Synchronises and renames; throws when the disk refuses.
    void commit();

private:
    enum class Kind { device, nameless, hidden };

    fs::path hidden_name() const;
    /// Makes a hidden file of one without a name.
    void give_name();

    fs::path destination_;
    Kind kind_ = Kind::nameless;
    fs::path temporary_; ///< of a hidden file
    Fd fd_;
    bool committed_ = false;
};

/// Makes the directories that `file` is to lie in, where they are not there. Throws Error that
/// names them.
void make_directory_for(const fs::path& file);

/// AtomicFile in one call.
void write_file(const fs::path& destination, ByteView bytes, unsigned mode = 0666);

} // namespace img
