// imggif - make an animated GIF of camera frames.

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/operands.hpp"
#include "cli/progress.hpp"
#include "cli/selection.hpp"
#include "cli/tool.hpp"
#include "verb/gif.hpp"
#include "verb/gif/check.hpp"
#include "verb/gif/report.hpp"

#include <optional>
#include <unistd.h>

using namespace img;

namespace {

/// Of an archive, when nothing says how many.
constexpr int newest_of_archive = 10;

struct Request {
    std::vector<std::string> operands;
    std::string output = "-", zone, camera;
    SelectionOptions selection;
    GifOptions gif;
    bool json = false, report = false, dry_run = false, check = false;
};

Exit plan(const Request& request, const FrameList& frames) {
    GifPlan plan = plan_gif(frames, request.gif);
    for (const std::string& line :
         request.json ? std::vector{gif_plan_json(plan)} : gif_plan_text(plan))
        print_line(line);
    return plan.dropped == 0 ? Exit::ok : Exit::failed;
}

Exit make(Request& request, const FrameList& frames, bool to_stdout) {
    catch_stop_signals();
    std::optional<AtomicFile> file;
    if (!to_stdout)
        file.emplace(request.output);
    Progress progress;
    GifOptions& gif = request.gif;
    if (gif.max_bytes) {
        gif.quality =
            fitting_quality(frames, gif, [&](int trial, std::size_t done, std::size_t total) {
                progress.update(str("imggif: trial ", trial, ": frame"), done, total);
            });
        log_detail(str("quality ", *gif.quality, " fits"));
    }
    GifSummary summary = make_gif(
        frames, gif,
        [&](ByteView bytes) {
            if (file)
                file->write(bytes);
            else
                write_all(STDOUT_FILENO, bytes, "<stdout>");
        },
        [&](std::size_t done, std::size_t total) {
            progress.update("imggif: frame", done, total);
        });
    if (gif.max_bytes && summary.bytes > *gif.max_bytes)
        throw Error("the frames have changed meanwhile: the GIF does not fit", Exit::unavailable);
    if (file)
        file->commit();
    if (request.report)
        for (const GifImage& image : summary.images)
            print_line(gif_image_json(image));
    if (request.report || request.json)
        print_line(gif_summary_json(request.output, summary));
    return summary.dropped == 0 ? Exit::ok : Exit::failed;
}

Exit run(Request& request) {
    if (request.check && request.operands.empty()) {
        refuse_terminal_input();
        request.operands.push_back("-");
    }
    if (request.check)
        return check_gifs(request.operands, request.json ? GifCheckAs::json : GifCheckAs::text,
                          print_line)
                   ? Exit::ok
                   : Exit::failed;
    bool to_stdout = request.output.empty() || request.output == "-";
    GifOptions& gif = request.gif;
    if (gif.speed && gif.delay)
        throw Error("--speed and --delay exclude each other", Exit::usage);
    if (to_stdout && (request.json || request.report) && !request.dry_run)
        throw Error(
            str(request.json ? "--json" : "--report", " needs -o FILE, as stdout has the GIF"),
            Exit::usage);
    if (to_stdout && !request.dry_run)
        refuse_terminal_output();
    if (gif.delay == Duration{10})
        log_note("--delay 10ms: browsers show it as 100ms");
    if (!request.zone.empty())
        gif.zone = Zone{request.zone};
    FrameList frames =
        selected_frames(request.operands, request.selection.at(system_clock().now(), gif.zone),
                        gif.zone, newest_of_archive, request.camera);
    return request.dry_run ? plan(request, frames) : make(request, frames, to_stdout);
}

} // namespace

int main(int argc, char** argv) {
    Tool tool{"imggif", "Make an animated GIF of camera frames."};
    Request request;
    GifOptions& gif = request.gif;
    const std::string delays = "a duration from 10ms to 1m in steps of 10ms";
    tool.operands("FILE", request.operands, "frames: JPEG files, one directory, or - for stdin");
    tool.option("-o,--output", "FILE", request.output, "where the GIF goes; - is stdout");
    request.selection.bind(tool, "only the newest N; of a directory 10 if nothing else is said");
    tool.parsed("--quality", "QUALITY", gif.quality, parse_gif_quality,
                "small, balanced, best, or a number from 1 to 100", "balanced",
                "small, balanced, best, or a number from 1 to 100");
    tool.parsed("--max-bytes", "BYTES", gif.max_bytes, parse_bytes, "a size such as 2MB", "",
                "the best quality that fits into this, such as 2MB");
    tool.choice<int>("--level", gif.colors, {{"low", 256}, {"balanced", 192}, {"aggressive", 128}},
                     "at most 256, 192 or 128 colors");
    tool.size("--size", gif.size, "shrink to fit into this; never enlarges");
    tool.parsed("--crop", "AREA", gif.crop, parse_crop, "an area such as 640x480+100+20", "",
                "show only this part of each frame, WxH+X+Y");
    tool.parsed("--delay", "TIME", gif.delay, parse_gif_delay, delays, "1s",
                "how long each frame is shown, 10ms to 1m in steps of 10ms");
    tool.parsed("--speed", "X", gif.speed, parse_speed, "a number such as 60 or 60x", "",
                "show frames X times faster than they were taken, 20ms to 5s each");
    tool.parsed("--hold-last", "TIME", gif.hold_last, parse_gif_delay, delays, "",
                "how long the last frame is shown");
    tool.flag("--reverse", gif.reverse, "show the newest frame first");
    tool.flag("--bounce", gif.bounce, "show the frames forth and back");
    tool.number("--loop", gif.repeats, 0, 65535, "repeat N times; 0 is for ever");
    tool.flag("--no-times", gif.no_times, "do not write frames' times into comments");
    tool.option("--tz", "ZONE", request.zone,
                "time zone of names and dates that do not say theirs");
    tool.flag("--json", request.json, "print one object about the GIF; needs -o FILE");
    tool.flag("--report", request.report, "print one object for each image, then that of --json");
    tool.flag("--dry-run", request.dry_run, "print what would be shown; write nothing");
    tool.flag("--check", request.check, "read GIFs, and print what is in them and what is wrong");
    tool.camera(request.camera, "use this camera's section of the configuration");
    return tool.run(argc, argv, [&] { return run(request); });
}
