// Frames in motion: whole JPEG files, one after another.

#include "frame/stream.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/memory.hpp"
#include "base/stop.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <utility>

namespace img {

namespace {

/// What a pipe is asked to hold, so that a writer seldom waits for us.
constexpr int pipe_size = 1 << 20;
/// What is read at once.
constexpr std::size_t chunk = std::size_t{128} << 10;
/// A stream whose frames are larger is not one of camera frames.
constexpr std::size_t largest_frame = std::size_t{256} << 20;

/// Waits until there is something to read, or the end; false when a stop is requested first.
bool wait_for_input(int fd) {
    pollfd waits[2]{{fd, POLLIN, 0}, {stop_fd(), POLLIN, 0}};
    while (::poll(waits, 2, -1) < 0 && errno == EINTR && !stop_requested()) {
    }
    return !stop_requested();
}

/// Asks for a pipe that holds a whole frame; other files, and kernels that refuse, stay as they
/// are.
void widen_pipe(int fd) {
    ::fcntl(fd, F_SETPIPE_SZ, pipe_size);
}

} // namespace

FrameReader::FrameReader(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
    widen_pipe(fd);
    keep_freed_memory(); // of one frame, for the next
}

bool FrameReader::fill() {
    if (!wait_for_input(fd_))
        return false;
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
    const std::size_t held = buffer_.size();
    buffer_.resize(held + chunk);
    std::size_t got = 0;
    try {
        got = read_some(fd_, buffer_.data() + held, chunk, name_);
    } catch (...) {
        buffer_.resize(held);
        throw;
    }
    buffer_.resize(held + got);
    return got > 0;
}

/// The first `length` bytes that are pending.
Frame FrameReader::take(std::size_t length) {
    const auto begin = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    const auto behind = static_cast<std::size_t>(buffer_.end() - end);
    // Of a frame and the little that came with it, the little is copied.
    if (begin_ > 0 || behind > length) {
        begin_ += length;
        return Frame{Bytes(begin, end)};
    }
    Bytes rest;
    rest.reserve(length + 2 * chunk);
    rest.assign(end, buffer_.end());
    buffer_.resize(length);
    return Frame{std::exchange(buffer_, std::move(rest))};
}

std::optional<Frame> FrameReader::next() {
    auto place = [&] { return str(name_ == "<stdin>" ? "" : name_ + ": ", "frame ", count_ + 1); };
    if (begin_ == buffer_.size() && !fill())
        return std::nullopt;
    JpegWalk walk;
    for (;;) {
        ByteView pending = ByteView{buffer_}.subspan(begin_);
        std::optional<std::size_t> length;
        try {
            length = walk.advance(pending);
        } catch (const Error& error) {
            throw Error(str(place(), ": ", error.what()), error.status());
        }
        if (length) {
            ++count_;
            return take(*length);
        }
        if (pending.size() > largest_frame)
            throw Error(str(place(), ": larger than ", largest_frame >> 20, " MiB"));
        if (fill())
            continue;
        if (stop_requested())
            return std::nullopt;
        throw Error(str(place(), ": cut off after ", pending.size(), " bytes"));
    }
}

FrameWriter::FrameWriter(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
    widen_pipe(fd);
}

void FrameWriter::put(const Frame& frame) {
    write_all(fd_, frame.jpeg, name_);
}

} // namespace img
