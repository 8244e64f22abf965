// The options that say which frames a tool takes, and the frames that they choose.

#include "cli/selection.hpp"

#include "base/fs.hpp"
#include "cli/operands.hpp"

#include <algorithm>
#include <unistd.h>

namespace img {

namespace {

constexpr const char* expected_moment = "a duration such as 5m, or a time such as 2026-11-21T13:43";

/// Times are read twice: at once, so that what is none is refused at its place, and when the zone
/// is known.
std::optional<std::string> moment_text(const std::string& text) {
    static const Zone utc{std::chrono::minutes{0}};
    return parse_moment(text, Instant{}, utc) ? std::optional{text} : std::nullopt;
}

} // namespace

void MomentOption::bind(Tool& tool, const std::string& name, const std::string& help) {
    tool.parsed(name, "TIME", text_, moment_text, expected_moment, "", help);
}

std::optional<Instant> MomentOption::at(Instant now, const Zone& zone) const {
    return text_.empty() ? std::nullopt : parse_moment(text_, now, zone);
}

void SelectionOptions::bind(Tool& tool, const std::string& last_help, Thinning thinning) {
    using namespace std::chrono_literals;
    tool.number("--last", last_, 1, 100000, last_help);
    since_.bind(tool, "--since", "only frames not older than TIME: 5m, or 2026-11-21T13:43");
    until_.bind(tool, "--until", "only frames not newer than TIME");
    tool.duration("--every", every_, 1ms, 24h * 366,
                  "only the first frame of each interval of the clock");
    if (thinning == Thinning::every_and_frames)
        tool.number("--frames", frames_, 1, 100000,
                    "only N of those, evenly: the first, the last and some between");
}

Selection SelectionOptions::at(Instant now, const Zone& zone) const {
    return {since_.at(now, zone), until_.at(now, zone), every_, last_, frames_};
}

FrameList selected_frames(std::vector<std::string> operands, Selection selection, const Zone& zone,
                          int newest_of_directory, const std::string& camera) {
    FrameList list;
    if (operands.empty())
        operands.push_back("-");
    for (const std::string& name : operands) {
        boost::system::error_code ignored; // what cannot be looked at is reported when it is read
        if (name == "-" || !fs::is_directory(name, ignored))
            continue;
        if (operands.size() > 1)
            throw Error(name + ": a directory is the only operand", Exit::usage);
        if (selection.empty())
            selection.last = newest_of_directory;
        for (const ArchiveEntry& entry : select_from_archive(name, selection, camera, zone))
            list.add_file(entry.path, entry.time);
        return list;
    }
    if (std::count(operands.begin(), operands.end(), "-") > 1)
        throw Error("'-' is given more than once", Exit::usage);
    for (const std::string& name : operands) {
        if (name != "-") {
            list.add_file(name);
            continue;
        }
        refuse_terminal_input();
        list.add_stream(STDIN_FILENO);
    }
    list.keep(selection, zone);
    return list;
}

} // namespace img
