// imgsnap - take frames from a camera, a device, a clip or a directory.

#include "base/log.hpp"
#include "base/stop.hpp"
#include "cli/operands.hpp"
#include "cli/tool.hpp"
#include "verb/snap.hpp"

#include <nlohmann/json.hpp>

namespace {

using namespace std::chrono_literals;

struct Options {
    img::SnapSource source;
    img::SnapSeries series;
    std::vector<std::string> outputs;
    std::string zone;
    bool json = false;
};

std::string json_line(const img::Shot& shot, const std::vector<img::fs::path>& paths, int number) {
    nlohmann::json line{{"frame", number},
                        {"time", shot.metadata.time ? img::iso_time(*shot.metadata.time) : ""},
                        {"camera", shot.metadata.camera},
                        {"source", shot.metadata.field("source").value_or("")},
                        {"clock", shot.metadata.field("clock").value_or("")},
                        {"bytes", shot.frame.jpeg.size()},
                        {"output", nlohmann::json::array()}};
    for (const img::fs::path& path : paths)
        line["output"].push_back(path.string());
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

img::Exit snap(const Options& options) {
    img::catch_stop_signals();
    img::Zone zone = options.zone.empty() ? img::Zone{} : img::Zone{options.zone};
    img::FrameOutput output{options.outputs};
    if (options.json && output.to_stdout())
        throw img::Error("--json needs -o FILE: stdout carries the frames", img::Exit::usage);
    img::Clock& clock = img::system_clock();
    auto camera = img::open_camera(options.source, options.series, zone, clock);
    int taken = 0;
    img::take_series(*camera, options.series, zone, clock, [&](const img::Shot& shot) {
        std::vector<img::fs::path> paths = output.put(shot.frame, shot.metadata);
        ++taken;
        if (options.json)
            img::print_line(json_line(shot, paths, taken));
        img::log_detail(img::str("frame ", taken, ", ", shot.frame.jpeg.size(), " bytes"));
    });
    if (taken == 0 && img::stop_requested())
        throw img::Error("interrupted before there was a frame", img::Exit::unavailable);
    if (taken == 0)
        throw img::Error("there was no frame");
    return img::Exit::ok;
}

} // namespace

int main(int argc, char** argv) {
    Options options;
    img::SnapSource& source = options.source;
    img::SnapSeries& series = options.series;

    img::Tool tool{"imgsnap", "Take frames from a camera, a device, a clip or a directory."};
    tool.operand("SOURCE", source.source,
                 "rtsp:// or http:// camera, /dev/videoN, file, directory, - or test:");
    tool.option("-o,--output", "TARGET", options.outputs,
                "file, name template with %Y%m%dT%H%M%S.%LZ and {camera}, or - for stdout; "
                "may be repeated");
    tool.number("-c,--count", series.count, 1, 100'000'000, "take this many frames");
    tool.duration("-e,--every", series.every, 20ms, 24h,
                  "take a frame each time the clock shows a multiple of this");
    tool.duration("--for", series.length, 1ms, 24h * 366, "take frames for this long");
    tool.option("-u,--user", "NAME", source.user, "user of the camera");
    tool.option("-p,--password-file", "FILE", source.password_file,
                "file whose first line is the camera's password");
    tool.camera(source.camera, "name of the camera, and of its section of the configuration");
    tool.option("--tz", "ZONE", options.zone, "time zone of the camera, such as Europe/Athens");
    tool.number("--quality", source.quality, 1, 100, "JPEG quality of pictures taken from video");
    tool.duration("--timeout", source.timeout, 100ms, 1h, "longest time for a frame, all together");
    tool.duration("--connect-timeout", source.connect_timeout, 100ms, 1h,
                  "longest time until the camera answers");
    tool.duration("--read-timeout", source.read_timeout, 100ms, 1h,
                  "longest silence of a connected camera");
    tool.number("--skip", source.skip, 0, 10'000, "throw away this many pictures after connecting");
    tool.option("--cacert", "FILE", source.ca_file,
                "certificates to trust for https instead of the system's");
    tool.flag("--insecure", source.insecure, "do not verify the certificate of an https camera");
    tool.option("--truth", "FILE", source.truth_file,
                "write what is in the test camera's pictures, a line of JSON a frame");
    tool.flag("--json", options.json, "print a line of JSON for each frame written");
    return tool.run(argc, argv, [&] { return snap(options); });
}
