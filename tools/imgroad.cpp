// imgroad - say what the road is like, and what is coming.

#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/operands.hpp"
#include "cli/progress.hpp"
#include "cli/tool.hpp"
#include "frame/archive.hpp"
#include "verb/road.hpp"

#include <algorithm>

using namespace img;

namespace {

/// The options that are not the verb's.
struct Work {
    std::vector<std::string> files, outputs;
    std::string learn, view;
    bool json = false, in_place = false, dry_run = false, refresh = false, forecast = false;
    bool bare = false;
    OnError on_error = OnError::drop;
};

/// Fetches what is old. What fails is said, and leaves what is there.
Exit refresh(const WeatherReader& weather) {
    Exit status = Exit::ok;
    for (const ProductNews& news : weather.refresh(system_clock())) {
        const bool failed = news.outcome == ProductNews::Outcome::failed;
        failed ? log_error(line_of(news)) : log_detail(line_of(news));
        status = failed ? Exit::unavailable : status;
    }
    return status;
}

Exit learn(const RoadOptions& options, const Work& work) {
    if (options.camera.empty())
        throw Error("--learn needs --camera: what is learned is kept by its name", Exit::usage);
    const Zone zone = options.weather.zone.empty() ? Zone{} : Zone{options.weather.zone};
    FrameList frames;
    for (const ArchiveEntry& entry : list_archive(work.learn, zone))
        frames.add_file(entry.path, entry.time);
    Exit status = Exit::ok;
    Progress progress;
    const CameraState state = learned_camera(
        frames, options.camera, work.bare ? Bareness::assured : Bareness::judged,
        [&](std::size_t done, std::size_t all) { progress.update("imgroad: frame", done, all); },
        [&](const Error& error) {
            log_error(str(error.what(), "; it is passed over"));
            status = Exit::failed;
        });
    if (!work.dry_run)
        save_state(road_state_path(options.state, state.camera), state);
    print_line(work.json ? json_of(state) : line_of(state));
    return status;
}

/// Frames go on to where they are wanted: not where JSON or views are wanted instead.
FrameOutput output_for(const Work& work) {
    const bool stream =
        work.files.empty() || std::ranges::find(work.files, "-") != work.files.end();
    if (work.in_place && (!work.outputs.empty() || stream))
        throw Error("-i replaces the files themselves: it goes with files, and without -o",
                    Exit::usage);
    if (work.in_place && !work.dry_run)
        return FrameOutput::in_place();
    const bool instead = work.json || !work.view.empty();
    if (work.dry_run || (instead && work.outputs.empty()))
        return FrameOutput::nowhere();
    FrameOutput output{work.outputs};
    if ((work.json || work.view == "-") && output.to_stdout())
        throw Error("frames cannot share stdout with --json or --view -", Exit::usage);
    return output;
}

/// The frame with what is said of it among its notes, and nothing else changed.
Frame with_report(const Frame& frame, const Metadata& metadata, const RoadReport& report) {
    Metadata facts;
    facts.notes = metadata.notes;
    if (metadata.camera.empty())
        facts.camera = report.camera;
    note_in(facts, report);
    return with_metadata(frame, facts);
}

void tell(const RoadReport& report, const Frame& frame, const Metadata& metadata,
          const std::string& place, const Work& work) {
    if (work.json)
        print_line(json_of(report, place));
    else if (work.dry_run)
        print_line(line_of(report, place));
    if (work.dry_run || work.view.empty())
        return;
    if (work.view == "-")
        FrameWriter{1}.put(view_of(frame, metadata, report));
    else
        write_view(work.view, frame, metadata, report, place);
}

Exit look_at_all(const RoadOptions& options, const Work& work) {
    if (work.view == "-" && work.json)
        throw Error("--json cannot share stdout with --view -", Exit::usage);
    if (work.view == "-")
        refuse_terminal_output();
    RoadWatch watch{options};
    FrameOutput output = output_for(work);
    FrameInput input{work.files};
    std::optional<Frame> frame;
    while (!stop_requested() && (frame = input.next())) {
        const Metadata metadata = metadata_of(*frame);
        std::optional<RoadReport> report;
        try {
            report = watch.look(*frame, metadata, system_clock().now());
        } catch (const Error& error) {
            if (!input.passes(error, work.on_error))
                continue;
        }
        try {
            if (report)
                tell(*report, *frame, metadata, input.place(), work);
        } catch (const Error& error) {
            if (error.status() == Exit::unavailable) // trying again may help
                throw;
            input.complain(error.what());
        }
        Frame told = *frame;
        try {
            if (report && !output.to_nowhere())
                told = with_report(*frame, metadata, *report);
        } catch (const Error& error) {
            input.complain(str("what the road is like is not written: ", error.what()));
        }
        output.put(told, metadata, input, FrameOutput::Extras::kept);
    }
    return input.status();
}

Exit act(const RoadOptions& options, const Work& work) {
    if (!work.learn.empty())
        return learn(options, work); // which a signal ends at once
    catch_stop_signals();
    const Exit status = work.refresh ? refresh(WeatherReader{options.weather}) : Exit::ok;
    if (work.forecast)
        print_line(
            forecast_of(options, system_clock().now(), work.json ? Wording::json : Wording::text));
    return work.refresh || work.forecast ? status : look_at_all(options, work);
}

} // namespace

int main(int argc, char** argv) {
    RoadOptions options;
    WeatherOptions& weather = options.weather;
    Work work;
    Tool tool{"imgroad", "Say what the road is like, and what is coming."};
    tool.operands("FILE", work.files, "frames to look at; none, or -: the stream on stdin");
    tool.option("-o,--output", "TARGET", work.outputs,
                "file, name template with %Y%m%dT%H%M%S.%LZ and {camera}, or - for stdout; "
                "may be repeated");
    tool.flag("-i,--in-place", work.in_place, "write into the files themselves");
    tool.flag("--json", work.json, "print a line of JSON for each frame instead of the frame");
    tool.option("--view", "TARGET", work.view,
                "draw the road's boundary: a file, with JSON beside it, a name template, or -");
    tool.flag("--dry-run", work.dry_run, "print a line for each frame, and write nothing");
    tool.parsed(
        "--polygon", "POINTS", options.polygons,
        [](const std::string& text) { return std::optional{parse_polygon(text)}; },
        "4 to 12 points", "where the road is: X,Y X,Y ... from 0 to 1; may be repeated");
    tool.flag("--compat-region", options.compat_region, "the fixed trapezoid of an older system");
    tool.option("--learn", "DIR", work.learn, "learn the camera from a directory of its frames");
    tool.flag("--bare", work.bare, "with --learn: the road is bare in all of them");
    tool.parsed("--cuts", "LIST", options.cuts, parse_cuts, "three percentages that rise, or grf",
                "10,30,60",
                "percent of the road from which snow is light, moderate, heavy; grf: 10,25,50");
    tool.flag("--forecast", work.forecast, "print what the next 24 hours bring");
    tool.flag("--refresh", work.refresh, "fetch the weather that is no longer fresh");
    tool.option("--weather", "SOURCE", weather.source,
                "nws, open-meteo, none, or a file that holds the weather");
    tool.number("--lat", weather.latitude, -90, 90, "latitude, degrees north");
    tool.number("--lon", weather.longitude, -180, 180, "longitude, degrees east");
    tool.choice("--units", weather.units, {{"metric", Units::metric}, {"us", Units::us}},
                "units of the text: degrees Celsius and cm, or Fahrenheit and inches");
    tool.option("--tz", "ZONE", weather.zone, "time zone of the road, such as Europe/Athens");
    tool.option("--contact", "WHOM", weather.contact,
                "address or URL that is sent with each request; the NWS wants one");
    tool.option("--cache", "DIR", weather.cache, "where fetched weather is kept");
    tool.option("--state", "DIR", options.state, "where what is learned of cameras is kept");
    tool.option("--weather-url", "URL", weather.base_url, "fetch from here instead");
    tool.duration("--timeout", weather.timeout, std::chrono::milliseconds{100},
                  std::chrono::minutes{5}, "longest time for one request");
    tool.choice("--on-error", work.on_error, on_error_words(),
                "what becomes of a frame that cannot be looked at");
    tool.camera(options.camera,
                "whose memory and section of the configuration are used; the name of frames "
                "without one");
    return tool.run(argc, argv, [&] { return act(options, work); });
}
