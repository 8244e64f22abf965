// What imggif prints: about GIFs that were made, will be made, and are there.

#include "verb/gif/report.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace img {

namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json time_or_null(const std::optional<Instant>& time) {
    return time ? Json(iso_time(*time)) : Json(nullptr);
}

std::string counted(std::size_t count, const char* noun) {
    return str(count, " ", noun, count == 1 ? "" : "s");
}

} // namespace

std::string gif_summary_json(const std::string& output, const GifSummary& summary) {
    return line_of({{"output", output},
                    {"frames", summary.frames},
                    {"dropped", summary.dropped},
                    {"width", summary.size.width},
                    {"height", summary.size.height},
                    {"colors", summary.colors},
                    {"duration_ms", summary.duration.count()},
                    {"bytes", summary.bytes}});
}

std::string gif_image_json(const GifImage& image) {
    Json json{{"frame", image.place},
              {"time", time_or_null(image.time)},
              {"delay_ms", image.delay.count()},
              {"area",
               {{"left", image.area.left},
                {"top", image.area.top},
                {"width", image.area.width},
                {"height", image.area.height}}},
              {"bytes", image.bytes},
              {"colors", image.colors}};
    if (image.psnr)
        json["psnr"] = std::round(*image.psnr * 100) / 100;
    return line_of(json);
}

std::string gif_plan_json(const GifPlan& plan) {
    Json frames = Json::array();
    for (const GifPlan::Shown& shown : plan.frames)
        frames.push_back({{"frame", shown.place},
                          {"time", time_or_null(shown.time)},
                          {"start_ms", shown.start.count()}});
    return line_of({{"shown", frames},
                    {"dropped", plan.dropped},
                    {"width", plan.size.width},
                    {"height", plan.size.height},
                    {"duration_ms", plan.duration.count()}});
}

std::vector<std::string> gif_plan_text(const GifPlan& plan) {
    std::vector<std::string> lines;
    for (const GifPlan::Shown& shown : plan.frames)
        lines.push_back(str(printable(shown.place), "  ", shown.time ? iso_time(*shown.time) : "-",
                            "  at ", format_duration(shown.start)));
    lines.push_back(str(counted(plan.frames.size(), "picture"), ", ", plan.size.width, "x",
                        plan.size.height, ", ", format_duration(plan.duration)));
    return lines;
}

std::string gif_facts_json(const std::string& file, const GifFacts& facts) {
    return line_of({{"file", file},
                    {"sound", facts.sound()},
                    {"faults", facts.faults},
                    {"more_faults", facts.more_faults},
                    {"version", facts.version},
                    {"width", facts.canvas.width},
                    {"height", facts.canvas.height},
                    {"frames", facts.images},
                    {"idle_frames", facts.idle_images},
                    {"delay_ms_least", facts.shortest.count()},
                    {"delay_ms_most", facts.longest.count()},
                    {"duration_ms", facts.duration.count()},
                    {"repeats", facts.repeats ? Json(*facts.repeats) : Json(nullptr)},
                    {"global_colors", facts.global_colors},
                    {"local_palettes", facts.local_palettes},
                    {"largest_local_colors", facts.largest_local},
                    {"comments", facts.comments},
                    {"bytes", facts.bytes},
                    {"image_bytes", facts.image_bytes},
                    {"wasted_bytes", facts.wasted()},
                    {"unused_colors", facts.unused_colors},
                    {"bytes_after_images", facts.bytes_after_images},
                    {"bytes_after_end", facts.bytes_after_end}});
}

std::vector<std::string> gif_facts_text(const std::string& file, const GifFacts& facts) {
    if (facts.version.empty())
        return {};
    std::string frames = str("  frames    ", facts.images);
    if (facts.idle_images > 0)
        frames += str(", of which ", facts.idle_images, " draw nothing");
    std::string pace = format_duration(facts.shortest);
    if (facts.longest != facts.shortest)
        pace += " to " + format_duration(facts.longest);
    std::string loop =
        !facts.repeats ? "once"
        : *facts.repeats == 0
            ? "for ever"
            : str("repeated ", counted(static_cast<std::size_t>(*facts.repeats), "time"));
    std::string palettes = facts.global_colors > 0
                               ? str("global of ", facts.global_colors, " colors")
                               : std::string{"no global one"};
    if (facts.local_palettes > 0)
        palettes +=
            str(", ", facts.local_palettes, " local of up to ", facts.largest_local, " colors");
    return {printable(file),
            str("  format    ", facts.version, ", ", facts.canvas.width, "x", facts.canvas.height),
            frames,
            str("  duration  ", format_duration(facts.duration), ", ", pace, " each"),
            "  loop      " + loop,
            "  palettes  " + palettes,
            str("  comments  ", facts.comments),
            str("  size      ", facts.bytes, " bytes, of which ", facts.image_bytes, " image data"),
            str("  wasted    ", facts.wasted(), " bytes: ", facts.unused_colors * 3,
                " in unused colors, ", facts.bytes_after_images, " behind images, ",
                facts.bytes_after_end, " behind the end"),
            facts.sound() ? "  sound" : "  broken"};
}

} // namespace img
