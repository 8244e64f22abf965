// imgstamp - write text on frames.

#include "base/log.hpp"
#include "cli/operands.hpp"
#include "cli/tool.hpp"
#include "verb/stamp.hpp"

#include <algorithm>

using namespace img;

namespace {

/// The options that are not the verb's.
struct Work {
    std::string zone;
    bool json = false, in_place = false, dry_run = false, undo = false;
    OnError on_error = OnError::drop;
    std::vector<std::string> files, outputs;
};

constexpr const char* a_color =
    "a colour; use #rrggbb, white, black, green, yellow, orange, red or purple";
FrameOutput output_for(const Work& work) {
    bool stream = work.files.empty() || std::ranges::find(work.files, "-") != work.files.end();
    if (work.in_place && !work.outputs.empty())
        throw Error("-i replaces the files themselves: it goes without -o", Exit::usage);
    if (work.in_place && stream)
        throw Error("-i needs files: a stream has no place", Exit::usage);
    FrameOutput output = work.dry_run    ? FrameOutput::nowhere()
                         : work.in_place ? FrameOutput::in_place()
                                         : FrameOutput{work.outputs};
    if (work.json && output.to_stdout())
        throw Error("--json needs -o FILE: stdout carries the frames", Exit::usage);
    return output;
}

void tell(FrameInput& input, const Stamped& stamped) {
    bool clock = stamped.time_source == TimeSource::now;
    log_detail(
        str(input.place(), ": time from ", clock ? "the clock" : word_for(stamped.time_source)));
    if (stamped.cut)
        log_detail(str(input.place(), ": the text does not fit and is cut"));
    if (!stamped.exif_trouble.empty())
        input.complain(str("its facts are not written: ", stamped.exif_trouble));
}

Exit stamp_all(StampOptions options, const Work& work) {
    if (options.privacy && (work.undo || work.on_error == OnError::pass))
        throw Error("--privacy goes with neither --undo nor --on-error pass", Exit::usage);
    if (!work.zone.empty())
        options.zone = Zone{work.zone};
    if (work.undo)
        options.style = Style::none;
    Stamper stamper{options};
    FrameOutput output = output_for(work);
    FrameInput input{work.files};
    while (std::optional<Frame> frame = input.next()) {
        Stamped stamped;
        try {
            FrameOrigin origin{input.file().filename().string(), input.mtime(),
                               system_clock().now()};
            stamped = work.undo      ? unstamped(*frame, origin)
                      : work.dry_run ? stamper.plan(*frame, origin)
                                     : stamper.stamp(*frame, origin);
            tell(input, stamped);
        } catch (const Error& error) {
            if (!input.passes(error, work.on_error))
                continue;
            stamped = untouched(*frame);
        }
        std::vector<fs::path> written =
            output.put(stamped.frame, stamped.metadata, input,
                       options.privacy ? FrameOutput::Extras::dropped : FrameOutput::Extras::kept);
        if (work.json)
            print_line(json_of(stamped, input.place(), written));
        else if (work.dry_run)
            print_line(line_of(stamped, input.place()));
    }
    return input.status();
}

} // namespace

int main(int argc, char** argv) {
    StampOptions options;
    Work work;
    Tool tool{"imgstamp", "Write text on frames."};
    tool.operands("FILE", work.files, "frames to write on; none, or -: the stream on stdin");
    tool.option("-t,--text", "TEMPLATE", options.text,
                "a line of text: %fields of the time, {fields} of the frame; may be repeated "
                "(default: {camera} and the time; with a style, further lines)");
    tool.choice("--style", options.style, style_words(), "a ready-made design");
    tool.choice("--at", options.places, place_words(),
                "where the text stands; once, or once for each --text (default: bottom-left, or "
                "the style's own)");
    tool.flag("--wrap", options.wrap, "what is too long goes on in further lines");
    tool.number("--size", options.size, 1, 50,
                "height of the letters, percent of the picture's; a style is as designed at 4");
    tool.number("--margin", options.margin, 0, 50, "from the edges, percent of the height");
    tool.parsed("--color", "COLOR", options.color, parse_letters_color, str(a_color, ", or auto"),
                "white",
                "of the letters: #rrggbb, a name, or auto: black or white, by the picture");
    tool.parsed("--box", "COLOR", options.box, parse_color, a_color, "black",
                "of the box behind them, of their outline and of masks");
    tool.number("--opacity", options.opacity, 0, 1,
                "of the box; 0: no box (default: 0.5, or the style's own)");
    tool.number("--outline", options.outline, 0, .25,
                "around the letters, part of their height (default: 0, or the style's own)");
    tool.option("--font", "LIST", options.font,
                "fonts, separated by commas: files, or names of installed ones; what one lacks is "
                "taken from the next");
    tool.parsed("--mask", "AREA", options.masks, parse_mask,
                "an area X,Y,WIDTH,HEIGHT in pixels or percent",
                "X,Y,WIDTH,HEIGHT to cover, in pixels or with % in percent; may be repeated");
    tool.option("--field", "FIELD", options.fields,
                "NAME=VALUE: what {NAME} stands for; may be repeated");
    tool.option("--fields", "FILE", options.fields_file,
                "JSON file with what {names} stand for; read again when it changes");
    tool.duration("--max-age", options.max_age, std::chrono::seconds{1}, std::chrono::days{366},
                  "of that file; what is older is shown as a dash");
    tool.option("--tz", "ZONE", work.zone,
                "time zone of shown times (default: the frame's own offset, else the system's)");
    tool.choice("--time", options.time, time_source_words(),
                "where the time is taken from; what lacks it gives the next of the list");
    tool.duration("--privacy", options.privacy, std::chrono::seconds{1}, std::chrono::days{31},
                  "round the time down to multiples of this, in the picture, in its facts and in "
                  "names");
    tool.flag("--exif", options.write_exif,
              "write time, camera and position into frames that do not say them");
    tool.number("--lat", options.latitude, -90, 90, "degrees north, for --exif and {gps}");
    tool.number("--lon", options.longitude, -180, 180, "degrees east, for --exif and {gps}");
    tool.option("-o,--output", "TARGET", work.outputs,
                "file, name template with %Y%m%dT%H%M%S.%LZ and {camera}, or - for stdout; "
                "may be repeated");
    tool.flag("--reversible", options.reversible, "let --undo be able to take the stamp off");
    tool.flag("--undo", work.undo, "take off the last stamp that was made with --reversible");
    tool.choice("--verify", options.verify, verify_words(),
                "how much of the picture is read: all, or only as far as it is changed (default: "
                "full for files, tail in a stream)");
    tool.choice("--on-error", work.on_error, on_error_words(),
                "what becomes of a frame that cannot be stamped");
    tool.flag("-i,--in-place", work.in_place, "replace the files themselves");
    tool.flag("--dry-run", work.dry_run, "print a line for each frame, and write nothing");
    tool.flag("--json", work.json, "print a line of JSON for each frame written");
    tool.camera(options.camera,
                "section of the configuration, and the name where frames have none");
    return tool.run(argc, argv, [&] { return stamp_all(options, work); });
}
