// What a stamp writes into the EXIF of a frame.

#include "verb/stamp/write_facts.hpp"

#include "base/error.hpp"
#include "verb/stamp/time_text.hpp"

namespace img {

namespace {

/// EXIF's years have four digits.
constexpr Duration last_in_exif = std::chrono::seconds{253'402'300'800};

std::chrono::minutes offset_of(const Metadata& known, const StampOptions& options) {
    if (known.offset && !options.zone)
        return *known.offset;
    long seconds = options.zone.value_or(Zone{}).local(*known.time).tm_gmtoff;
    return std::chrono::minutes{seconds / 60};
}

/// What is added to what a frame says of itself.
Metadata additions(const Metadata& said, const Metadata& known, const StampOptions& options) {
    Metadata added;
    bool has_year = known.time && known.time->time_since_epoch() < last_in_exif;
    if (!said.time && has_year) {
        added.time = known.time;
        added.offset = offset_of(known, options);
    }
    if (said.camera.empty())
        added.camera = options.camera;
    if (!said.position && known.position) {
        added.position = known.position;
        if (!added.time && has_year) {
            // GPS tags tell the time too; it is the frame's own.
            added.time = said.time;
            added.offset = said.offset ? said.offset : offset_of(known, options);
        }
    }
    return added;
}

/// All that may be known of a frame whose exact time is hidden.
Metadata kept(const Metadata& said, const Metadata& known, const Metadata& added,
              const StampOptions& options) {
    Metadata kept = said;
    if (said.time)
        kept.time = floored(*said.time, *options.privacy, shown_zone(options, said));
    else
        kept.time = added.time;
    kept.notes = known.notes;
    if (kept.time && !kept.offset)
        kept.offset = offset_of(kept, options);
    if (!added.camera.empty())
        kept.camera = added.camera;
    if (added.position)
        kept.position = added.position;
    return kept;
}

} // namespace

Zone shown_zone(const StampOptions& options, const Metadata& metadata) {
    return options.zone ? *options.zone : metadata.offset ? Zone{*metadata.offset} : Zone{};
}

void write_facts(Stamped& out, const Metadata& said, const StampOptions& options) {
    const Metadata added = options.write_exif ? additions(said, out.metadata, options) : Metadata{};
    if (options.privacy) {
        out.frame = with_only(out.frame, kept(said, out.metadata, added, options));
        return;
    }
    if (!added.time && !added.position && added.camera.empty())
        return;
    try {
        out.frame = with_missing(out.frame, added);
    } catch (const Error& error) {
        out.exif_trouble = error.what();
    }
}

} // namespace img
