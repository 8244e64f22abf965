// imgstamp - write text on frames.

#include "base/log.hpp"
#include "cli/operands.hpp"
#include "cli/tool.hpp"
#include "verb/stamp.hpp"

#include <nlohmann/json.hpp>

using namespace img;

namespace {

/// The options that are not plain values of the verb's.
struct Words {
    std::string color = "white", box = "black", zone;
    bool json = false;
    std::vector<std::string> files, outputs;
};

const std::vector<std::pair<std::string, Place>> places{{"top-left", Place::top_left},
                                                        {"top", Place::top},
                                                        {"top-right", Place::top_right},
                                                        {"left", Place::left},
                                                        {"center", Place::center},
                                                        {"right", Place::right},
                                                        {"bottom-left", Place::bottom_left},
                                                        {"bottom", Place::bottom},
                                                        {"bottom-right", Place::bottom_right}};

const std::vector<std::pair<std::string, TimeSource>> time_sources{{"exif", TimeSource::exif},
                                                                   {"name", TimeSource::name},
                                                                   {"mtime", TimeSource::mtime},
                                                                   {"now", TimeSource::now}};

Color color_of(const std::string& option, const std::string& text) {
    if (std::optional<Color> color = parse_color(text))
        return *color;
    throw Error(str(option, ": '", printable(text),
                    "' is not a colour; use #rrggbb, white, black, green, yellow, orange, red or "
                    "purple"),
                Exit::usage);
}

FrameOrigin origin_of(const FrameInput& input) {
    FrameOrigin origin{input.file().filename().string(), std::nullopt, system_clock().now()};
    boost::system::error_code error;
    std::time_t modified = input.file().empty() ? 0 : fs::last_write_time(input.file(), error);
    if (!input.file().empty() && !error)
        origin.mtime = Instant{std::chrono::seconds{modified}};
    return origin;
}

void tell(const std::string& place, const Stamped& stamped) {
    log_detail(
        str(place, ": time from ",
            stamped.time_source == TimeSource::now ? "the clock" : word_for(stamped.time_source)));
    if (stamped.cut)
        log_detail(str(place, ": the text does not fit and is cut"));
}

std::string as_json(const std::string& place, const Stamped& stamped,
                    const std::vector<fs::path>& outputs) {
    nlohmann::ordered_json line;
    line["frame"] = place;
    line["text"] = stamped.lines;
    line["box"] = {stamped.box_x, stamped.box_y, stamped.box.width, stamped.box.height};
    line["output"] = nlohmann::json::array();
    for (const fs::path& output : outputs)
        line["output"].push_back(output.string());
    return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Exit stamp_all(StampOptions options, const Words& words) {
    options.color = color_of("--color", words.color);
    options.box = color_of("--box", words.box);
    if (!words.zone.empty())
        options.zone = Zone{words.zone};
    Stamper stamper{options};
    FrameOutput output{words.outputs};
    if (words.json && output.to_stdout())
        throw Error("--json needs -o FILE: stdout carries the frames", Exit::usage);
    FrameInput input{words.files};
    while (std::optional<Frame> frame = input.next()) {
        Stamped stamped;
        try {
            stamped = stamper.stamp(*frame, origin_of(input));
        } catch (const Error& error) {
            input.drop(error);
            continue;
        }
        tell(input.place(), stamped);
        std::vector<fs::path> written = output.put(stamped.frame, stamped.metadata);
        if (words.json)
            print_line(as_json(input.place(), stamped, written));
    }
    return input.status();
}

} // namespace

int main(int argc, char** argv) {
    StampOptions options;
    Words words;
    Tool tool{"imgstamp", "Write text on frames."};
    tool.operands("FILE", words.files, "frames to write on; none, or -: the stream on stdin");
    tool.option("-t,--text", "TEMPLATE", options.text,
                "a line of text: %fields of the time, {fields} of the frame; may be repeated "
                "(default: {camera} and the time)");
    tool.choice("--at", options.place, places, "where the text stands");
    tool.number("--size", options.size, 1, 50, "height of the letters, percent of the picture's");
    tool.number("--margin", options.margin, 0, 50, "from the edges, percent of the height");
    tool.option("--color", "COLOR", words.color, "of the letters: #rrggbb or a name");
    tool.option("--box", "COLOR", words.box, "of the box behind them and of their outline");
    tool.number("--opacity", options.opacity, 0, 1, "of the box; 0: no box");
    tool.number("--outline", options.outline, 0, .25, "around the letters, part of their height");
    tool.option("--font", "FILE", options.font, "TrueType or OpenType font to write with");
    tool.option("--tz", "ZONE", words.zone,
                "time zone of shown times (default: the frame's own offset, else the system's)");
    tool.choice("--time", options.time, time_sources,
                "where the time is taken from; what lacks it gives the next of the list");
    tool.option("-o,--output", "TARGET", words.outputs,
                "file, name template with %Y%m%dT%H%M%S.%LZ and {camera}, or - for stdout; "
                "may be repeated");
    tool.flag("--json", words.json, "print a line of JSON for each frame written");
    tool.camera(options.camera,
                "section of the configuration, and the name where frames have none");
    return tool.run(argc, argv, [&] { return stamp_all(options, words); });
}
