// Frames in motion: whole JPEG files, one after another.
#pragma once

#include "frame/frame.hpp"
#include "frame/jpeg_walk.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace img {

/// Reads the stream. Anything but a frame's start after a frame's end is an error.
class FrameReader {
public:
    /// `name` stands in errors. The descriptor stays the caller's.
    explicit FrameReader(int fd, std::string name = "<stdin>");

    /// The next frame, or nullopt at the end of the stream. Throws Error naming the frame's number
    /// when the stream is broken or ends inside a frame. A request to stop (base/stop.hpp) ends the
    /// stream at the last frame that is whole.
    std::optional<Frame> next();
    /// How many frames have been read.
    std::size_t count() const { return count_; }

private:
    bool fill();
    Frame take(std::size_t length);

    int fd_;
    std::string name_;
    Bytes buffer_;
    std::size_t begin_ = 0; ///< of what is pending in it
    std::size_t count_ = 0;
};

/// Writes the stream: each frame whole and at once.
class FrameWriter {
public:
    explicit FrameWriter(int fd, std::string name = "<stdout>");
    void put(const Frame& frame);

private:
    int fd_;
    std::string name_;
};

} // namespace img
