// Where a tool's frames come from and go to: files or stdin, a file or a template or stdout.

#include "cli/operands.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "frame/archive.hpp"
#include "frame/jpeg_walk.hpp"

#include <algorithm>
#include <unistd.h>

namespace img {

namespace {

/// Phones append pictures (MPF) that are no frames of ours; other files with several are streams.
void note_further_frames(const std::string& name, ByteView behind, const Frame& frame) {
    if (behind.size() < 3 || behind[0] != 0xFF || behind[1] != marker::soi)
        return;
    for (const JpegSegment& segment : jpeg_segments(frame.jpeg))
        if (segment.marker == marker::app2 && text_of(segment.payload).starts_with("MPF"))
            return;
    log_note(str(name, ": only its first frame is used; read a stream of frames with < ", name));
}

} // namespace

const std::vector<std::pair<std::string, OnError>>& on_error_words() {
    static const std::vector<std::pair<std::string, OnError>> words{
        {"pass", OnError::pass}, {"drop", OnError::drop}, {"fail", OnError::fail}};
    return words;
}

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
        trailing_.clear();
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
            trailing_ = read_file(name);
            Frame frame = take_frame(trailing_);
            note_further_frames(name, trailing_, frame);
            return frame;
        } catch (const Error& error) {
            trailing_.clear();
            complain(error.what()); // read_file names the file itself
        }
    }
    return std::nullopt;
}

std::optional<Instant> FrameInput::mtime() const {
    constexpr std::time_t farthest = 1'000'000'000'000; // some 30,000 years
    boost::system::error_code error;
    if (file().empty())
        return std::nullopt;
    std::time_t modified = fs::last_write_time(file(), error);
    if (error || std::abs(modified) > farthest)
        return std::nullopt;
    return Instant{std::chrono::seconds{modified}};
}

void FrameInput::complain(const std::string& what) {
    log_error(what.starts_with(place_ + ":") ? what : str(place_, ": ", what));
    status_ = Exit::failed;
}

void FrameInput::drop(const Error& why) {
    complain(why.what());
}

bool FrameInput::passes(const Error& why, OnError on_error) {
    if (on_error == OnError::fail)
        throw Error(str(place_, ": ", why.what()), why.status());
    drop(why);
    return on_error == OnError::pass;
}

namespace {

fs::path put_file(const std::string& target, const Frame& frame, const Metadata& metadata,
                  ByteView trailing) {
    fs::path path = target;
    if (is_name_template(target)) {
        path = archive_path(target, metadata);
        make_directory_for(path);
    }
    AtomicFile file{path};
    file.write(frame.jpeg);
    file.write(trailing);
    if (metadata.time)
        file.set_time(*metadata.time);
    file.commit();
    return path;
}

void replace(const fs::path& file, const Frame& frame, ByteView trailing,
             const std::optional<Instant>& time) {
    boost::system::error_code error;
    fs::path target = fs::is_symlink(file, error) ? fs::canonical(file, error) : file;
    if (error)
        throw_errno(file.string(), error.value());
    AtomicFile out{target};
    out.write(frame.jpeg);
    out.write(trailing);
    std::size_t names = out.take_attributes_of(target);
    if (time)
        out.set_time(*time);
    out.commit();
    if (names > 1)
        log_note(str(file.string(), ": was one file under ", names,
                     " names; the others keep the old picture"));
}

} // namespace

FrameOutput::FrameOutput(std::vector<std::string> targets) {
    if (targets.empty())
        targets.push_back("-");
    for (std::string& target : targets) {
        if (target != "-") {
            files_.push_back(std::move(target));
            continue;
        }
        if (stream_)
            throw Error("-o -: stdout is named twice", Exit::usage);
        refuse_terminal_output();
        stream_.emplace(STDOUT_FILENO);
    }
}

std::vector<fs::path> FrameOutput::put(const Frame& frame, const Metadata& metadata) {
    return put(frame, metadata, ByteView{});
}

std::vector<fs::path> FrameOutput::put(const Frame& frame, const Metadata& metadata,
                                       FrameInput& input, Extras extras) {
    if (kind_ == Kind::nowhere)
        return {};
    ByteView trailing = extras == Extras::kept ? input.trailing() : ByteView{};
    if (kind_ == Kind::targets)
        return put(frame, metadata, trailing);
    try {
        replace(input.file(), frame, trailing,
                extras == Extras::kept ? std::nullopt : metadata.time);
        return {input.file()};
    } catch (const Error& error) {
        if (error.status() == Exit::unavailable)
            throw;
        input.complain(error.what());
        return {};
    }
}

std::vector<fs::path> FrameOutput::put(const Frame& frame, const Metadata& metadata,
                                       ByteView trailing) {
    std::vector<fs::path> paths;
    for (const std::string& target : files_)
        paths.push_back(put_file(target, frame, metadata, trailing));
    if (stream_)
        stream_->put(frame);
    return paths;
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
