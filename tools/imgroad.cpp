// imgroad - say what the road is like, and what is coming.

#include "base/stop.hpp"
#include "cli/operands.hpp"
#include "cli/progress.hpp"
#include "cli/tool.hpp"
#include "verb/road.hpp"

#include <algorithm>

using namespace img;

namespace {

/// The options that are not the verb's.
struct Work {
    std::vector<std::string> files, outputs;
    std::string learn, view;
    bool json = false, in_place = false, dry_run = false;
    bool refresh = false, forecast = false, bare = false;
    OnError on_error = OnError::drop;
};

Exit learn(const RoadOptions& options, const Work& work) {
    Progress progress;
    const Lesson lesson = learn_directory(
        work.learn, options, work.bare ? Bareness::assured : Bareness::judged,
        [&](std::size_t done, std::size_t all) { progress.update("imgroad: frame", done, all); });
    if (!work.dry_run)
        save_state(road_state_path(options.state, options.camera), lesson.state);
    print_line(work.json ? json_of(lesson.state) : line_of(lesson.state));
    return lesson.is_whole ? Exit::ok : Exit::failed;
}

/// Frames go on to where they are wanted: not where JSON or views are wanted instead.
FrameOutput output_for(const Work& work) {
    const bool files =
        !work.files.empty() && std::ranges::find(work.files, "-") == work.files.end();
    const bool instead = work.json || !work.view.empty();
    if (work.in_place && !(files && work.outputs.empty()))
        throw Error("-i replaces files: it goes with files, and without -o", Exit::usage);
    if (work.view == "-" && work.json)
        throw Error("--json cannot share stdout with --view -", Exit::usage);
    if (work.view == "-")
        refuse_terminal_output();
    if (work.dry_run || (instead && work.outputs.empty() && !work.in_place))
        return FrameOutput::nowhere();
    FrameOutput output = work.in_place ? FrameOutput::in_place() : FrameOutput{work.outputs};
    if ((work.json || work.view == "-") && output.to_stdout())
        throw Error("frames cannot share stdout with --json or --view -", Exit::usage);
    return output;
}

/// The frame with its report. What cannot be written is said, and the frame goes on without it.
Frame told(const Frame& frame, const Metadata& metadata, const RoadReport& report,
           FrameInput& input, const FrameOutput& output, const Work& work) {
    if (work.json || work.dry_run)
        print_line(work.json ? json_of(report, input.place()) : line_of(report, input.place()));
    Frame noted = frame;
    try {
        if (!output.to_nowhere())
            noted = with_report(frame, metadata, report);
        if (!work.view.empty() && !work.dry_run)
            write_view(work.view, frame, metadata, report, input.place());
    } catch (const Error& error) {
        if (error.status() != Exit::failed)
            throw; // of the options, or the disk
        input.complain(str("what its road is like is not written: ", error.what()));
    }
    return noted;
}

Exit look_at_all(const RoadOptions& options, const Work& work) {
    RoadWatch watch{options};
    FrameOutput output = output_for(work);
    FrameInput input{work.files};
    std::optional<Frame> frame;
    while (!stop_requested() && (frame = input.next())) {
        const Metadata metadata = metadata_of(*frame);
        try {
            const RoadReport report = watch.look(*frame, metadata, system_clock().now());
            frame = told(*frame, metadata, report, input, output, work);
        } catch (const Error& error) {
            if (error.status() != Exit::failed)
                throw; // of the options, or the disk
            if (!input.passes(error, work.on_error))
                continue;
        }
        output.put(*frame, metadata, input, FrameOutput::Extras::kept);
    }
    return input.status();
}

Exit act(const RoadOptions& options, const Work& work) {
    const bool no_frames = !work.learn.empty() || work.refresh || work.forecast;
    if (no_frames && !work.files.empty())
        throw Error("--learn, --refresh and --forecast look at no frames", Exit::usage);
    if (!work.learn.empty())
        return learn(options, work); // which a signal ends at once
    catch_stop_signals();
    Clock& clock = system_clock();
    const bool fetched = !work.refresh || refresh_aloud(WeatherReader{options.weather}, clock);
    if (work.forecast)
        print_line(forecast_of(options, clock.now(), work.json ? Wording::json : Wording::text));
    return !no_frames ? look_at_all(options, work) : fetched ? Exit::ok : Exit::unavailable;
}

} // namespace

int main(int argc, char** argv) {
    RoadOptions options;
    WeatherOptions& weather = options.weather;
    Work work;
    Tool tool{"imgroad", "Say what the road is like, and what is coming."};
    tool.operands("FILE", work.files, "frames to look at; none, or -: the stream on stdin");
    tool.option("-o,--output", "TARGET", work.outputs, "file, name template or -; repeatable");
    tool.flag("-i,--in-place", work.in_place, "write into the files themselves");
    tool.flag("--json", work.json, "print a line of JSON for each frame instead of it");
    tool.option("--view", "TARGET", work.view,
                "draw the road's boundary: file or name template, with JSON beside it, or -");
    tool.flag("--dry-run", work.dry_run, "print a line for each frame, and write nothing");
    tool.parsed(
        "--polygon", "POINTS", options.polygons,
        [](const std::string& text) { return std::optional{parse_polygon(text)}; },
        "4 to 12 points", "where the road is: X,Y X,Y ... from 0 to 1; may be repeated");
    tool.flag("--compat-region", options.compat_region, "the fixed trapezoid of an older system");
    tool.option("--learn", "DIR", work.learn, "learn the camera from a directory of its frames");
    tool.flag("--bare", work.bare, "with --learn: the road is bare in all of them");
    tool.parsed("--cuts", "LIST", options.cuts, parse_cuts, "rising percentages, or grf",
                "10,30,60",
                "percent of the road from which snow is light, moderate, heavy; grf: 10,25,50");
    tool.flag("--forecast", work.forecast, "print what the next 24 hours bring");
    tool.flag("--refresh", work.refresh, "fetch the weather that is no longer fresh");
    tool.option("--weather", "SOURCE", weather.source, "nws, open-meteo, none, or a file of it");
    tool.number("--lat", weather.latitude, -90, 90, "latitude, degrees north");
    tool.number("--lon", weather.longitude, -180, 180, "longitude, degrees east");
    tool.choice("--units", weather.units, units_words(), "of texts and stamps");
    tool.option("--tz", "ZONE", weather.zone, "time zone of the road, such as Europe/Athens");
    tool.option("--contact", "WHOM", weather.contact, "address or URL to send with requests");
    tool.option("--cache", "DIR", weather.cache, "where fetched weather is kept");
    tool.option("--state", "DIR", options.state, "where what is learned of cameras is kept");
    tool.option("--weather-url", "URL", weather.base_url, "fetch from here instead");
    tool.duration("--timeout", weather.timeout, Duration{100}, Duration{300'000},
                  "longest time for one request");
    tool.choice("--on-error", work.on_error, on_error_words(),
                "what becomes of a frame that cannot be looked at");
    tool.camera(options.camera, "whose memory and section of the configuration are used");
    return tool.run(argc, argv, [&] { return act(options, work); });
}
