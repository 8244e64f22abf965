// Frames that are read as often as wanted without being kept in memory: files, or a spooled stream.

#include "frame/frame_list.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "frame/metadata.hpp"
#include "frame/stream.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace img {

namespace {

std::string spool_directory() {
    const char* directory = std::getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

/// An open file without a name: it is gone when the last descriptor is, whatever ends the process.
Fd unnamed_file(const std::string& directory) {
    Fd fd{::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    if (fd)
        return fd;
    if (errno != EOPNOTSUPP && errno != EISDIR)
        throw_errno(directory, errno);
    // Some file systems know no files without a name.
    std::string name = directory + "/imgseq.XXXXXX";
    fd = Fd{::mkostemp(name.data(), O_CLOEXEC)};
    if (!fd)
        throw_errno(directory, errno);
    if (::unlink(name.c_str()) != 0)
        throw_errno(name, errno);
    return fd;
}

} // namespace

void FrameList::add_file(const fs::path& path, std::optional<Instant> time) {
    Entry entry;
    entry.path = path;
    entry.time = time;
    entries_.push_back(std::move(entry));
}

void FrameList::add_stream(int fd, const std::string& name) {
    std::string directory = spool_directory();
    FrameReader reader{fd, name};
    while (std::optional<Frame> frame = reader.next()) {
        if (!spool_)
            spool_ = unnamed_file(directory);
        write_all(*spool_, frame->jpeg, directory);
        Entry entry;
        entry.offset = spooled_;
        entry.length = frame->jpeg.size();
        entry.number = reader.count();
        entries_.push_back(std::move(entry));
        spooled_ += frame->jpeg.size();
    }
}

Frame FrameList::at(std::size_t index) const {
    const Entry& entry = entries_.at(index);
    if (!entry.path.empty()) {
        Bytes bytes = read_file(entry.path); // names the file in its errors
        try {
            return frame_from(std::move(bytes));
        } catch (const Error& error) {
            throw Error(str(place(index), ": ", error.what()), error.status());
        }
    }
    Frame frame{Bytes(entry.length)};
    std::size_t length = 0;
    while (length < entry.length) {
        ssize_t got = ::pread(*spool_, frame.jpeg.data() + length, entry.length - length,
                              static_cast<off_t>(entry.offset + length));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            throw_errno(place(index), got < 0 ? errno : EIO);
        length += static_cast<std::size_t>(got);
    }
    return frame;
}

std::string FrameList::place(std::size_t index) const {
    const Entry& entry = entries_.at(index);
    return entry.path.empty() ? str("frame ", entry.number) : entry.path.string();
}

std::optional<Instant> FrameList::known_time(std::size_t index, const Zone& zone) const {
    const Entry& entry = entries_.at(index);
    return entry.time ? entry.time : time_in_name(entry.path.filename().string(), zone);
}

std::optional<Instant> FrameList::time(std::size_t index, const Zone& zone) const {
    std::optional<Instant> known = known_time(index, zone);
    return known ? known : metadata_of(at(index), zone).time;
}

std::optional<Instant> FrameList::time(std::size_t index, const Frame& frame,
                                       const Zone& zone) const {
    std::optional<Instant> known = known_time(index, zone);
    return known ? known : metadata_of(frame, zone).time;
}

void FrameList::keep(const Selection& selection, const Zone& zone) {
    auto time_of = [&](std::size_t i) {
        std::optional<Instant> taken = time(i, zone);
        if (!taken)
            throw Error(str(place(i), ": has no time, neither in its name nor in EXIF"));
        return *taken;
    };
    std::vector<Entry> kept;
    for (std::size_t i : choose(entries_.size(), time_of, selection))
        kept.push_back(std::move(entries_[i]));
    entries_ = std::move(kept);
}

} // namespace img
