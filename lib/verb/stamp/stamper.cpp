// Writes text on frames: from a frame to a stamped frame.

#include "verb/stamp.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/mpf.hpp"
#include "verb/stamp/composer.hpp"
#include "verb/stamp/fonts.hpp"
#include "verb/stamp/orientation.hpp"
#include "verb/stamp/privacy.hpp"
#include "verb/stamp/styles.hpp"
#include "verb/stamp/text_template.hpp"
#include "verb/stamp/time_text.hpp"
#include "verb/stamp/undo.hpp"
#include "verb/stamp/write_facts.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace img {

namespace {

/// Below this no letter is legible.
constexpr int smallest_text = 8;
/// The size, in percent, in which a style is drawn as it was designed.
constexpr double size_of_design = 4;

int percent_of(int whole, double percent) {
    return static_cast<int>(std::lround(whole * percent / 100));
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

int pixels(const Mask::Length& length, int whole) {
    double value =
        length.unit == Mask::Length::Unit::percent ? whole * length.value / 100 : length.value;
    return static_cast<int>(std::lround(std::min(value, 65535.)));
}

/// The part of the picture that a mask covers.
Rectangle area_of(const Mask& mask, const Sheet& sheet) {
    Rectangle area{pixels(mask.x, sheet.size.width),
                   pixels(mask.y, sheet.size.height),
                   {std::max(1, pixels(mask.width, sheet.size.width)),
                    std::max(1, pixels(mask.height, sheet.size.height))}};
    return area.x < sheet.size.width && area.y < sheet.size.height ? on_grid(area, sheet)
                                                                   : Rectangle{};
}

/// The mean luma of areas of the picture as it is shown. It is decoded, small, when it is asked for
/// first.
LumaOf luma_of(const Frame& frame, const Sheet& sheet, int orientation) {
    auto small = std::make_shared<std::optional<Picture>>();
    return [&frame, shown = sheet.size, orientation, small](const Rectangle& shown_area) {
        if (!*small)
            *small = decode_jpeg(frame.jpeg, ColorSpace::gray, {1, 1});
        const Picture& picture = **small;
        const Rectangle area = stored_area(shown_area, shown, orientation);
        const Size whole = stored_area({0, 0, shown}, shown, orientation).size;
        auto span = [](int begin, int end, int from, int to) {
            int first = std::clamp(begin * to / from, 0, to - 1);
            return std::pair{first, std::clamp((end * to + from - 1) / from, first + 1, to)};
        };
        auto [left, right] = span(area.x, area.right(), whole.width, picture.size.width);
        auto [top, bottom] = span(area.y, area.bottom(), whole.height, picture.size.height);
        double sum = 0;
        for (int y = top; y < bottom; ++y)
            for (int x = left; x < right; ++x)
                sum += picture.row(y)[x];
        return sum / ((right - left) * (bottom - top));
    };
}

void add(Artwork& all, const Artwork& more) {
    all.panels.insert(all.panels.end(), more.panels.begin(), more.panels.end());
    all.inks.insert(all.inks.end(), more.inks.begin(), more.inks.end());
}

void add(Arrangement& all, const Arrangement& more) {
    add(all.artwork, more.artwork);
    all.box = around(all.box, more.box);
    all.lines.insert(all.lines.end(), more.lines.begin(), more.lines.end());
    all.cut = all.cut || more.cut;
}

} // namespace

struct Stamper::Impl {
    StampOptions options;
    std::vector<TextTemplate> templates;
    Fields fields;
    std::optional<Typesetter> typesetter; ///< absent when nothing is written
    ArtworkTurner turner;
    Inscriber inscriber;

    explicit Impl(StampOptions options_)
        : options(std::move(options_)), templates(options.text.begin(), options.text.end()),
          fields(options.fields, file_of(options)) {
        check();
        if (options.style != Style::none)
            typesetter.emplace(open_fonts(options.font));
    }

    /// Throws Error{usage} for options that contradict one another.
    void check() const {
        std::size_t places = options.places.size();
        if (places > 1 && options.style != Style::plain && options.style != Style::none)
            throw Error("several --at need plain text: a --style stands at one place", Exit::usage);
        if (places > 1 && places != options.text.size())
            throw Error("--at is given once, or once for each --text", Exit::usage);
        if (options.latitude.has_value() != options.longitude.has_value())
            throw Error("--lat and --lon go together", Exit::usage);
        if (options.max_age && options.fields_file.empty())
            throw Error("--max-age is for a file: it needs --fields", Exit::usage);
        if (options.privacy && options.reversible)
            throw Error("--reversible would keep the time that --privacy hides", Exit::usage);
    }

    static std::optional<FieldsFile> file_of(const StampOptions& options) {
        if (options.fields_file.empty())
            return std::nullopt;
        return FieldsFile{options.fields_file, options.max_age};
    }

    bool minutes_only() const {
        return options.privacy && *options.privacy % std::chrono::minutes{1} == Duration{0};
    }

    /// Without --text: the camera, where it is known, and the time.
    std::string standard_line(Instant time, const Zone& zone) const {
        std::string shown =
            format_time(minutes_only() ? "%Y-%m-%d %H:%M " : "%Y-%m-%d %H:%M:%S ", time, zone) +
            zone_mark(time, zone);
        std::optional<FieldValue> camera = fields.find("camera");
        return camera ? str(on_one_line(camera->text()), "  ", shown) : shown;
    }

    std::vector<std::string> lines_of(const TextTemplate& text, Instant time,
                                      const Zone& zone) const {
        return text.lines([&](std::string_view name) { return fields.text(name); }, time, zone);
    }

    /// The lines that stand at each place: with several places each text at its own, else all at
    /// `standard`.
    std::map<Place, std::vector<std::string>> placed_lines(Place standard, Instant time,
                                                           const Zone& zone) const {
        std::map<Place, std::vector<std::string>> placed;
        for (std::size_t i = 0; i < templates.size(); ++i) {
            const Place place = options.places.size() > 1 ? options.places[i] : standard;
            for (std::string& line : lines_of(templates[i], time, zone))
                placed[place].push_back(std::move(line));
        }
        return placed;
    }

    Arrangement plain(const Sheet& sheet, const Look& look, Instant time, const Zone& zone) {
        int letters = std::clamp(percent_of(sheet.size.height, options.size), smallest_text,
                                 Font::largest_size);
        typesetter->set_size(letters, look.outline * letters);
        const Place place = options.places.empty() ? Place::bottom_left : options.places[0];
        BlockStyle style{place, percent_of(sheet.size.height, options.margin), 0, 0,
                         options.wrap ? BlockStyle::TooLong::wrap : BlockStyle::TooLong::ellipsis};
        if (look.opacity > 0) {
            style.padding_x = std::max(2, letters * 3 / 10);
            style.padding_y = std::max(1, letters / 10);
        }
        auto placed = placed_lines(place, time, zone);
        if (templates.empty())
            placed[place].push_back(standard_line(time, zone));
        Arrangement out;
        for (const auto& [where, lines] : placed) {
            style.place = where;
            add(out, arrange(lines, sheet, look, style, *typesetter));
        }
        return out;
    }

    Arrangement arrangement_for(const Frame& frame, const Sheet& sheet, int orientation,
                                Instant time, const Zone& zone) {
        if (options.style == Style::none)
            return {};
        Look look{options.color, options.box,
                  options.opacity.value_or(standard_opacity(options.style)),
                  options.outline.value_or(standard_outline(options.style)),
                  luma_of(frame, sheet, orientation)};
        if (options.style == Style::plain)
            return plain(sheet, look, time, zone);
        StampFacts facts = facts_of(fields, time, zone,
                                    minutes_only() ? ClockDetail::minutes : ClockDetail::seconds);
        for (const TextTemplate& one : templates)
            for (std::string& line : lines_of(one, time, zone))
                facts.text.push_back(std::move(line));
        std::optional<Place> place;
        if (!options.places.empty())
            place = options.places[0];
        return arrange_style(options.style, facts, sheet, look,
                             {place, options.size / size_of_design, options.margin / 100},
                             *typesetter);
    }

    /// The facts of a frame and what is drawn on it, on its picture as it is stored.
    std::pair<Stamped, Artwork> prepare(const Frame& frame, const JpegScan& scan,
                                        const FrameOrigin& origin) {
        Zone local = options.zone.value_or(Zone{});
        Stamped out;
        out.metadata = metadata_of(frame, local);
        if (out.metadata.camera.empty())
            out.metadata.camera = options.camera;
        if (!out.metadata.position && options.latitude && options.longitude)
            out.metadata.position = Position{*options.latitude, *options.longitude, std::nullopt};
        Zone shown = shown_zone(options, out.metadata);
        Found found = time_of(options.time, out.metadata, origin, local);
        if (options.privacy) {
            found.time = floored(found.time, *options.privacy, shown);
            out.metadata.notes = notes_without_times(out.metadata.notes);
        }
        out.metadata.time = found.time;
        out.time_source = found.source;

        fields.turn_to(out.metadata, origin.now, shown);
        const int orientation = out.metadata.orientation;
        const Sheet stored = sheet_of(scan);
        const Sheet sheet{displayed(stored.size, orientation), displayed(stored.grid, orientation)};
        Arrangement arranged = arrangement_for(frame, sheet, orientation, found.time, shown);
        out.lines = std::move(arranged.lines);
        out.box_x = arranged.box.x;
        out.box_y = arranged.box.y;
        out.box = arranged.box.size;
        out.cut = arranged.cut;

        Artwork artwork;
        for (const Mask& mask : options.masks)
            if (Rectangle area = area_of(mask, sheet); !area.empty())
                artwork.panels.push_back({area, options.box, 1});
        add(artwork, arranged.artwork);
        return {std::move(out), turner.for_stored(std::move(artwork), sheet.size, orientation)};
    }
};

Stamper::Stamper(StampOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Stamper::Stamper(Stamper&&) noexcept = default;
Stamper::~Stamper() = default;

Stamped Stamper::plan(const Frame& frame, const FrameOrigin& origin) {
    return impl_->prepare(frame, read_scan(frame.jpeg), origin).first;
}

Stamped Stamper::stamp(const Frame& frame, const FrameOrigin& origin) {
    const StampOptions& options = impl_->options;
    const JpegScan scan = read_scan(frame.jpeg);
    auto [out, artwork] = impl_->prepare(frame, scan, origin);
    Inscribed inscribed;
    if (!artwork.panels.empty() || !artwork.inks.empty()) {
        bool stream = origin.name.empty();
        Verify verify = options.verify.value_or(stream ? Verify::tail : Verify::full);
        inscribed = impl_->inscriber.inscribe(frame.jpeg, scan, artwork, verify);
        out.method = word_for(inscribed.method);
        out.frame.jpeg = std::move(inscribed.jpeg);
    } else {
        out.frame = frame;
    }
    if (options.privacy || options.write_exif)
        write_facts(out, metadata_of(frame, options.zone.value_or(Zone{})), options);
    if (options.reversible)
        out.frame.jpeg = with_undo_record(out.frame.jpeg, inscribed, frame.jpeg, scan);
    correct_mpf(out.frame.jpeg, frame.jpeg);
    return std::move(out);
}

Stamped untouched(const Frame& frame) {
    Stamped out;
    out.frame = frame;
    out.metadata = metadata_of(frame);
    return out;
}

Stamped unstamped(const Frame& frame, const FrameOrigin& origin) {
    Stamped out = untouched({without_stamp(frame.jpeg)});
    Found found = time_of(TimeSource::exif, out.metadata, origin, Zone{});
    out.metadata.time = found.time;
    out.time_source = found.source;
    return out;
}

} // namespace img
