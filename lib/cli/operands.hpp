// Where a tool's frames come from and go to: files or stdin, a file or a template or stdout.
#pragma once

#include "base/error.hpp"
#include "base/fs.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"
#include "frame/stream.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace img {

/// What becomes of a frame that a tool cannot do its work on.
enum class OnError {
    pass, ///< it goes on as it came
    drop, ///< it is left out
    fail  ///< the tool ends
};
const std::vector<std::pair<std::string, OnError>>& on_error_words();

/// Frames from the operands, each a file that holds one frame or "-" for the stream on stdin; with
/// no operands, from stdin. Refuses to read frames from a terminal.
class FrameInput {
public:
    explicit FrameInput(std::vector<std::string> operands);

    /// The next frame, or nullopt at the end. A file that cannot be read, or is not a frame, is
    /// named on stderr and passed over; status() tells. Throws Error when the stream is broken.
    std::optional<Frame> next();
    /// What the last frame was, for messages: "frame 17", or the file's name.
    const std::string& place() const { return place_; }
    /// The file that the last frame was read from; empty for the stream.
    fs::path file() const { return stream_ ? fs::path{} : fs::path{place_}; }
    /// When that file was changed; nullopt for the stream.
    std::optional<Instant> mtime() const;
    /// What stands behind the last frame in its file, such as a second picture; empty in a stream.
    ByteView trailing() const { return trailing_; }
    /// Says on stderr what went wrong with the last frame, and remembers the status.
    void complain(const std::string& what);
    /// Says on stderr that the last frame is not used and why, and remembers the status.
    void drop(const Error& why);
    /// The same, but as `on_error` says: true when the frame goes on as it came; throws when the
    /// tool ends.
    bool passes(const Error& why, OnError on_error);
    /// ok, or failed once something was dropped.
    Exit status() const { return status_; }

private:
    std::vector<std::string> operands_;
    std::size_t at_ = 0;
    std::optional<FrameReader> stream_;
    std::string place_;
    Bytes trailing_;
    Exit status_ = Exit::ok;
};

/// Frames to each of `targets`: a file that each frame replaces, a name template with strftime and
/// {} fields in UTC (directories are made), or "-" for the stream on stdout, which is also what no
/// target means. Files appear whole or not at all and get the frame's time.
class FrameOutput {
public:
    /// Throws Error{usage} when the target is a terminal, or stdout is named twice.
    explicit FrameOutput(std::vector<std::string> targets);
    /// Each frame replaces the one in the file that it came from, whole or not at all. Permissions,
    /// owner (where we may) and modification time stay. A symbolic link stays, what it leads to is
    /// replaced. Other hard links keep the old picture, which is noted on the log.
    static FrameOutput in_place() { return FrameOutput{Kind::in_place}; }
    static FrameOutput nowhere() { return FrameOutput{Kind::nowhere}; }

    /// The paths written to, in the order of the targets; none for stdout.
    std::vector<fs::path> put(const Frame& frame, const Metadata& metadata);
    /// What becomes of what tells more than the frame: the bytes that stand behind it in its file,
    /// and in place, the file's own time.
    enum class Extras { kept, dropped };
    /// The same for a frame from `input`. With extras, files keep what stands behind their frame;
    /// the stream never has it. A file that cannot be replaced is named on stderr, and
    /// input.status() tells; throws when trying again may help.
    std::vector<fs::path> put(const Frame& frame, const Metadata& metadata, FrameInput& input,
                              Extras extras);
    bool to_stdout() const { return stream_.has_value(); }
    bool to_nowhere() const { return kind_ == Kind::nowhere; }

private:
    enum class Kind { targets, in_place, nowhere };
    explicit FrameOutput(Kind kind) : kind_(kind) {}
    std::vector<fs::path> put(const Frame& frame, const Metadata& metadata, ByteView trailing);

    Kind kind_ = Kind::targets;
    std::vector<std::string> files_;
    std::optional<FrameWriter> stream_;
};

/// Throws Error{usage} when stdin is a terminal: nobody types frames.
void refuse_terminal_input();
/// Throws Error{usage} when stdout is a terminal: picture bytes are not for reading.
void refuse_terminal_output();

} // namespace img
