// Where a tool's frames come from and go to: files or stdin, a file or a template or stdout.

#include "cli/operands.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "frame/archive.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace img {

namespace {

/// Phones append pictures (MPF) that are no frames of ours; other files with several are streams.
void note_further_frames(const std::string& name, const Bytes& bytes, const Frame& frame) {
    std::size_t end = frame.jpeg.size();
    if (end + 3 > bytes.size() || bytes[end] != 0xFF || bytes[end + 1] != marker::soi)
        return;
    for (const JpegSegment& segment : jpeg_segments(frame.jpeg))
        if (segment.marker == marker::app2 && text_of(segment.payload).starts_with("MPF"))
            return;
    log_note(str(name, ": only its first frame is used; read a stream of frames with < ", name));
}

} // namespace

FrameInput::FrameInput(std::vector<std::string> operands) : operands_(std::move(operands)) {
    if (operands_.empty())
        operands_.push_back("-");
    bool uses_stdin = std::find(operands_.begin(), operands_.end(), "-") != operands_.end();
    if (uses_stdin)
        refuse_terminal_input();
}

std::optional<Frame> FrameInput::next() {
    while (at_ < operands_.size()) {
        const std::string& name = operands_[at_];
        if (name == "-") {
            if (!stream_)
                stream_.emplace(STDIN_FILENO);
            if (std::optional<Frame> frame = stream_->next()) {
                place_ = str("frame ", stream_->count());
                return frame;
            }
            stream_.reset();
            ++at_;
            continue;
        }
        ++at_;
        place_ = name;
        try {
            Bytes bytes = read_file(name);
            Frame frame = frame_from(bytes);
            note_further_frames(name, bytes, frame);
            return frame;
        } catch (const Error& error) {
            // read_file names the file itself.
            std::string what = error.what();
            log_error(what.starts_with(name) ? what : str(name, ": ", what));
            status_ = Exit::failed;
        }
    }
    return std::nullopt;
}

void FrameInput::drop(const Error& why) {
    log_error(str(place_, ": ", why.what()));
    status_ = Exit::failed;
}

FrameOutput::FrameOutput(std::string target, Zone zone)
    : target_(std::move(target)), zone_(std::move(zone)) {
    if (target_.empty())
        target_ = "-";
    if (!to_stdout())
        return;
    refuse_terminal_output();
    stream_.emplace(STDOUT_FILENO);
}

fs::path FrameOutput::put(const Frame& frame, const Metadata& metadata) {
    if (stream_) {
        stream_->put(frame);
        return {};
    }
    fs::path path = target_;
    if (is_name_template(target_)) {
        path = archive_path(target_, metadata, zone_);
        boost::system::error_code error;
        if (path.has_parent_path() && !fs::create_directories(path.parent_path(), error) && error)
            throw_errno(path.parent_path().string(), error.value());
    }
    AtomicFile file{path};
    file.write(frame.jpeg);
    if (metadata.time) {
        auto since_epoch = metadata.time->time_since_epoch();
        auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
        timespec time{seconds.count(),
                      static_cast<long>((since_epoch - seconds).count()) * 1'000'000};
        timespec times[2]{time, time};
        ::futimens(file.fd(), times);
    }
    file.commit();
    return path;
}

void refuse_terminal_input() {
    if (::isatty(STDIN_FILENO))
        throw Error("no files given, and stdin is a terminal; see --help", Exit::usage);
}

void refuse_terminal_output() {
    if (::isatty(STDOUT_FILENO))
        throw Error("pictures are not written to a terminal; use -o FILE or a pipe", Exit::usage);
}

} // namespace img
