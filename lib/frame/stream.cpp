// Frames in motion: whole JPEG files, one after another.

#include "frame/stream.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/stop.hpp"
#include "base/text.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>

namespace img {

namespace {

constexpr std::size_t chunk = std::size_t{1} << 20;
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
    ::fcntl(fd, F_SETPIPE_SZ, static_cast<int>(chunk));
}

} // namespace

FrameReader::FrameReader(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), buffer_(2 * chunk) {
    widen_pipe(fd);
}

bool FrameReader::fill() {
    if (!wait_for_input(fd_))
        return false;
    if (end_ == buffer_.size() && begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == buffer_.size())
        buffer_.resize(buffer_.size() * 2);
    std::size_t room = std::min(buffer_.size() - end_, chunk);
    std::size_t got = read_some(fd_, buffer_.data() + end_, room, name_);
    end_ += got;
    return got > 0;
}

std::optional<Frame> FrameReader::next() {
    auto place = [&] { return str(name_ == "<stdin>" ? "" : name_ + ": ", "frame ", count_ + 1); };
    if (begin_ == end_ && !fill())
        return std::nullopt;
    JpegWalk walk;
    for (;;) {
        ByteView pending = ByteView{buffer_}.subspan(begin_, end_ - begin_);
        std::optional<std::size_t> length;
        try {
            length = walk.advance(pending);
        } catch (const Error& error) {
            throw Error(str(place(), ": ", error.what()), error.status());
        }
        if (length) {
            Frame frame{
                Bytes(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(*length))};
            begin_ += *length;
            if (begin_ == end_)
                begin_ = end_ = 0;
            ++count_;
            return frame;
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
