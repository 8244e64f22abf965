// Frames that are read as often as wanted without being kept in memory: files, or a spooled stream.
#pragma once

#include "base/file.hpp"
#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/archive.hpp"
#include "frame/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// A list of frames by their places. Holds paths and offsets only; a stream is copied once to a
/// temporary file without a name, in $TMPDIR or /tmp, that is gone when the list is.
class FrameList {
public:
    /// The file is not opened before at() or time(). `time` is the frame's where it is known.
    void add_file(const fs::path& path, std::optional<Instant> time = std::nullopt);
    /// All frames of the stream on `fd`, to its end. Throws Error when the stream is broken, and
    /// Error{unavailable} when there is no room for the copy.
    void add_stream(int fd, const std::string& name = "<stdin>");

    std::size_t size() const { return entries_.size(); }
    bool empty() const { return entries_.empty(); }

    /// Reads frame `index`. Throws Error that begins with its place when it cannot be read or is
    /// not a whole JPEG.
    Frame at(std::size_t index) const;
    /// What frame `index` is called in messages: a file's name, or "frame 17" of a stream.
    std::string place(std::size_t index) const;
    /// As given to add_file, else from the file's name, else from EXIF; names and dates without an
    /// offset are read as local time in `zone`. nullopt when there is none. Throws as at() does.
    std::optional<Instant> time(std::size_t index, const Zone& zone) const;
    /// The same for who has read the frame; does not throw.
    std::optional<Instant> time(std::size_t index, const Frame& frame, const Zone& zone) const;

    /// Drops the frames that `selection` does not take. Throws Error naming a frame without a time
    /// when the selection goes by time.
    void keep(const Selection& selection, const Zone& zone);

private:
    /// The time that is known without the frame.
    std::optional<Instant> known_time(std::size_t index, const Zone& zone) const;

    struct Entry {
        fs::path path; ///< empty for a frame of the spool
        std::optional<Instant> time;
        std::uint64_t offset = 0; ///< in the spool
        std::size_t length = 0;
        std::size_t number = 0; ///< in its stream, from 1
    };

    std::vector<Entry> entries_;
    Fd spool_;
    std::uint64_t spooled_ = 0;
};

} // namespace img
