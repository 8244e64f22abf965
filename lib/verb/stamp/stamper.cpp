// Writes text on frames: from a frame to a stamped frame.

#include "verb/stamp.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "verb/stamp/arrangement.hpp"
#include "verb/stamp/fonts.hpp"
#include "verb/stamp/text_template.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace img {

namespace {

/// Below this no letter is legible.
constexpr int smallest_text = 8;

struct NamedColor {
    std::string_view name;
    Color color;
};

constexpr std::array<NamedColor, 7> named_colors{{{"white", {255, 255, 255}},
                                                  {"black", {0, 0, 0}},
                                                  {"green", {0, 200, 83}},
                                                  {"yellow", {255, 214, 0}},
                                                  {"orange", {255, 145, 0}},
                                                  {"red", {229, 57, 53}},
                                                  {"purple", {156, 39, 176}}}};

int percent_of(int height, double percent) {
    return static_cast<int>(std::lround(height * percent / 100));
}

/// A time, and where it was found.
struct Found {
    Instant time;
    TimeSource source;
};

Found time_of(TimeSource first, const Metadata& metadata, const FrameOrigin& origin,
              const Zone& zone) {
    if (first <= TimeSource::exif && metadata.time)
        return {*metadata.time, TimeSource::exif};
    std::optional<Instant> named =
        first <= TimeSource::name ? time_in_name(origin.name, zone) : std::nullopt;
    if (named)
        return {*named, TimeSource::name};
    if (first <= TimeSource::mtime && origin.mtime)
        return {*origin.mtime, TimeSource::mtime};
    return {origin.now, TimeSource::now};
}

} // namespace

std::string_view word_for(TimeSource source) {
    constexpr std::array<std::string_view, 4> words{"exif", "name", "mtime", "now"};
    return words[static_cast<std::size_t>(source)];
}

std::optional<Color> parse_color(std::string_view text) {
    for (const NamedColor& named : named_colors)
        if (named.name == text)
            return named.color;
    if (text.size() != 7 || text[0] != '#')
        return std::nullopt;
    std::array<std::uint8_t, 3> parts{};
    for (std::size_t i = 1; i < text.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::size_t digit = digits.find(lower(text.substr(i, 1)));
        if (digit == std::string_view::npos)
            return std::nullopt;
        std::uint8_t& part = parts[(i - 1) / 2];
        part = static_cast<std::uint8_t>(static_cast<std::size_t>(part) << 4 | digit);
    }
    return Color{parts[0], parts[1], parts[2]};
}

struct Stamper::Impl {
    StampOptions options;
    std::vector<TextTemplate> templates;
    Typesetter typesetter;
    Inscriber inscriber;

    explicit Impl(StampOptions options_)
        : options(std::move(options_)), templates(options.text.begin(), options.text.end()),
          typesetter(open_font(options.font)) {}

    std::vector<std::string> lines_for(const Metadata& metadata, Instant time) const {
        static const TextTemplate with_camera{"{camera}  %Y-%m-%d %H:%M:%S %Z"};
        static const TextTemplate without_camera{"%Y-%m-%d %H:%M:%S %Z"};
        Zone zone = options.zone      ? *options.zone
                    : metadata.offset ? Zone{*metadata.offset}
                                      : Zone{};
        if (templates.empty())
            return (metadata.camera.empty() ? without_camera : with_camera)
                .lines(metadata, time, zone);
        std::vector<std::string> lines;
        for (const TextTemplate& one : templates)
            for (std::string& line : one.lines(metadata, time, zone))
                lines.push_back(std::move(line));
        return lines;
    }

    Arrangement arrangement_for(const std::vector<std::string>& lines, const Sheet& sheet) {
        int letters = std::clamp(percent_of(sheet.size.height, options.size), smallest_text,
                                 Font::largest_size);
        typesetter.set_size(letters, options.outline * letters);
        BlockStyle style{options.place,
                         percent_of(sheet.size.height, options.margin),
                         0,
                         0,
                         options.color,
                         options.box,
                         options.opacity};
        if (options.opacity > 0) {
            style.padding_x = std::max(2, letters * 3 / 10);
            style.padding_y = std::max(1, letters / 10);
        }
        return arrange(lines, sheet, style, typesetter);
    }
};

Stamper::Stamper(StampOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Stamper::Stamper(Stamper&&) noexcept = default;
Stamper::~Stamper() = default;

Stamped Stamper::stamp(const Frame& frame, const FrameOrigin& origin) {
    Impl& stamper = *impl_;
    const StampOptions& options = stamper.options;
    Zone zone = options.zone.value_or(Zone{});
    Stamped out;
    out.metadata = metadata_of(frame, zone);
    if (out.metadata.camera.empty())
        out.metadata.camera = options.camera;
    Found found = time_of(options.time, out.metadata, origin, zone);
    out.metadata.time = found.time;
    out.time_source = found.source;

    JpegScan scan = read_scan(frame.jpeg);
    Arrangement arranged =
        stamper.arrangement_for(stamper.lines_for(out.metadata, found.time), sheet_of(scan));
    out.frame.jpeg = stamper.inscriber
                         .inscribe(frame.jpeg, scan, arranged.artwork,
                                   std::getenv("TAIL") ? Verify::tail : Verify::full)
                         .jpeg;

    out.lines = std::move(arranged.lines);
    out.box_x = arranged.box.x;
    out.box_y = arranged.box.y;
    out.box = arranged.box.size;
    out.cut = arranged.cut;
    return out;
}

} // namespace img
