// The options that say which frames a tool takes, and the frames that they choose.
#pragma once

#include "base/time.hpp"
#include "cli/tool.hpp"
#include "frame/archive.hpp"
#include "frame/frame_list.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// An option that gives a moment, such as --since.
class MomentOption {
public:
    void bind(Tool& tool, const std::string& name, const std::string& help);
    /// What it means at `now`, a date without an offset in `zone`; nullopt when it was not given.
    std::optional<Instant> at(Instant now, const Zone& zone) const;

private:
    std::string text_; ///< empty: not given
};

/// --since, --until, --every, --last and --frames, as they were given.
class SelectionOptions {
public:
    /// How the frames that are taken may be thinned.
    enum class Thinning { every, every_and_frames };
    /// Registers the options; `last_help` says what is taken without any.
    void bind(Tool& tool, const std::string& last_help,
              Thinning thinning = Thinning::every_and_frames);
    /// What they mean at `now`; dates without an offset are in `zone`.
    Selection at(Instant now, const Zone& zone) const;

private:
    MomentOption since_, until_;
    std::optional<Duration> every_;
    std::optional<int> last_, frames_;
};

/// The frames of `operands` that are selected: of files and the stream on stdin ("-") in their
/// order; of one directory, of `camera` or (when it is empty) of all, from the oldest to the
/// newest, and without any selection its `newest_of_directory`. Without operands, those of stdin.
/// Throws Error{usage} for a directory beside other operands, for "-" given twice, and when stdin
/// is a terminal.
FrameList selected_frames(std::vector<std::string> operands, Selection selection, const Zone& zone,
                          int newest_of_directory, const std::string& camera);

} // namespace img
