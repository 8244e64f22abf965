// imggif - make an animated GIF of camera frames.

#include "base/file.hpp"
#include "base/stop.hpp"
#include "cli/operands.hpp"
#include "cli/progress.hpp"
#include "cli/tool.hpp"
#include "frame/archive.hpp"
#include "frame/frame_list.hpp"
#include "verb/gif.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

using namespace img;
using namespace std::chrono_literals;

namespace {

/// Of an archive, when nothing says how many.
constexpr int newest_of_archive = 10;

struct Request {
    std::vector<std::string> operands;
    std::string output = "-", zone, camera;
    Selection selection;
    std::optional<Duration> delay;
    GifOptions gif;
    bool json = false;
};

FrameList frames_of(Request& request) {
    FrameList list;
    Instant now = system_clock().now();
    std::vector<std::string>& operands = request.operands;
    if (operands.empty())
        operands.push_back("-");
    for (const std::string& name : operands) {
        boost::system::error_code ignored; // what cannot be looked at is reported when it is read
        if (name == "-" || !fs::is_directory(name, ignored))
            continue;
        if (operands.size() > 1)
            throw Error(name + ": a directory is the only operand", Exit::usage);
        Selection& selection = request.selection;
        if (!selection.last && !selection.since)
            selection.last = newest_of_archive;
        for (const ArchiveEntry& entry :
             select(list_archive(name, request.gif.zone), selection, now))
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
    list.keep(request.selection, now, request.gif.zone);
    return list;
}

Exit make(Request& request) {
    bool to_stdout = request.output.empty() || request.output == "-";
    if (request.gif.speed && request.delay)
        throw Error("--speed and --delay exclude each other", Exit::usage);
    if (to_stdout && request.json)
        throw Error("--json needs -o FILE, as stdout has the GIF", Exit::usage);
    if (to_stdout)
        refuse_terminal_output();
    request.gif.delay = request.delay.value_or(request.gif.delay);
    if (!request.zone.empty())
        request.gif.zone = Zone{request.zone};

    FrameList frames = frames_of(request);
    catch_stop_signals();
    std::optional<AtomicFile> file;
    if (!to_stdout)
        file.emplace(request.output);
    Progress progress{"imggif: frame"};
    GifSummary summary = make_gif(
        frames, request.gif,
        [&](ByteView bytes) {
            if (file)
                file->write(bytes);
            else
                write_all(STDOUT_FILENO, bytes, "<stdout>");
        },
        [&](std::size_t done, std::size_t total) { progress.update(done, total); });
    if (file)
        file->commit();
    if (request.json) {
        nlohmann::ordered_json line{{"output", request.output},
                                    {"frames", summary.frames},
                                    {"dropped", summary.dropped},
                                    {"width", summary.size.width},
                                    {"height", summary.size.height},
                                    {"colors", summary.colors},
                                    {"duration_ms", summary.duration.count()},
                                    {"bytes", summary.bytes}};
        print_line(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    }
    return summary.dropped == 0 ? Exit::ok : Exit::failed;
}

} // namespace

int main(int argc, char** argv) {
    Tool tool{"imggif", "Make an animated GIF of camera frames."};
    Request request;
    GifOptions& gif = request.gif;
    tool.operands("FILE", request.operands, "frames: JPEG files, one directory, or - for stdin");
    tool.option("-o,--output", "FILE", request.output, "where the GIF goes; - is stdout");
    tool.number("--last", request.selection.last, 1, 10000,
                "only the newest N; of a directory 10 unless --since is given");
    tool.duration("--since", request.selection.since, 1ms, 24h * 36500,
                  "only frames not older than TIME");
    tool.choice<GifLevel>("--level", gif.level,
                          {{"low", GifLevel::low},
                           {"balanced", GifLevel::balanced},
                           {"aggressive", GifLevel::aggressive}},
                          "how hard to save bytes: 256, 192 or 128 colors");
    tool.size("--size", gif.size, "shrink to fit into this; never enlarges");
    tool.duration("--delay", request.delay, 20ms, 60s,
                  "how long each frame is shown, in steps of 10ms; 1s if not given");
    tool.number("--speed", gif.speed, 0.001, 1e6,
                "show frames X times faster than they were taken, 20ms to 5s each");
    tool.number("--loop", gif.repeats, 0, 65535, "repeat N times; 0 is for ever");
    tool.choice<GifDither>("--dither", gif.dither,
                           {{"ordered", GifDither::ordered},
                            {"diffusion", GifDither::diffusion},
                            {"none", GifDither::none}},
                           "how colors between those of the palette are drawn");
    tool.option("--tz", "ZONE", request.zone,
                "time zone of names and dates that do not say theirs");
    tool.flag("--json", request.json, "print one object about the GIF; needs -o FILE");
    tool.camera(request.camera, "use this camera's section of the configuration");
    return tool.run(argc, argv, [&] { return make(request); });
}
