// Makes an animated GIF of camera frames.

#include "verb/gif.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "verb/gif/canvas.hpp"
#include "verb/gif/encoder.hpp"
#include "verb/gif/search.hpp"
#include "verb/gif/show.hpp"

#include <optional>
#include <utility>

namespace img {

namespace {

constexpr double standard_quality = 80;

/// What a viewer of the file finds about a frame: when it was taken, in UTC.
std::string comment_of(Instant time) {
    static const Zone utc{std::chrono::minutes{0}};
    bool whole = time == std::chrono::floor<std::chrono::seconds>(time);
    return whole ? format_time("%Y-%m-%dT%H:%M:%SZ", time, utc) : iso_time(time);
}

} // namespace

GifSummary make_gif(const FrameList& frames, const GifOptions& options,
                    const std::function<void(ByteView)>& sink,
                    const std::function<void(std::size_t, std::size_t)>& progress) {
    GifSummary summary;
    const std::size_t turns = turns_of(frames, options);
    Canvas canvas{options.size, options.crop};
    Planes picture;
    std::vector<GifAppearance> shown; // by the number of the encoder's picture
    std::optional<GifEncoder> encoder;
    auto begin = [&] {
        GifEncoding encoding{canvas.size()};
        encoding.quality = options.quality.value_or(standard_quality);
        encoding.colors = options.colors;
        encoding.repeats = turns == 1 ? std::nullopt : std::optional{options.repeats};
        encoder.emplace(
            encoding,
            [&](ByteView bytes) {
                summary.bytes += bytes.size();
                sink(bytes);
            },
            [&](std::size_t number, GifImage image) {
                image.place = shown[number].place;
                image.time = shown[number].time;
                summary.images.push_back(std::move(image));
            });
    };
    auto report = [&](std::size_t done) {
        if (progress)
            progress(done, turns);
    };
    GifShow show = show_frames(
        frames, options, report,
        [&](const Frame& frame, const std::string& place) { picture = canvas.fit(frame, place); },
        [&](const GifAppearance& appearance) {
            if (!encoder)
                begin();
            shown.push_back(appearance);
            bool commented = appearance.time && !options.no_times;
            encoder->add(std::move(picture), appearance.start,
                         commented ? comment_of(*appearance.time) : std::string{});
        });
    encoder->finish(show.end);
    summary.frames = show.shown;
    summary.dropped = show.dropped;
    summary.colors = encoder->colors();
    summary.size = canvas.size();
    summary.duration = Duration{show.end * 10};
    report(turns);
    return summary;
}

int fitting_quality(const FrameList& frames, GifOptions options,
                    const std::function<void(int, std::size_t, std::size_t)>& progress) {
    struct TooLarge {};
    const std::uint64_t most = options.max_bytes.value();
    options.silent = true; // notes are for the one that is kept
    int trial = 0;
    GifSearch search = search_quality(
        static_cast<int>(options.quality.value_or(100)), most, [&](int quality) -> std::uint64_t {
            options.quality = quality;
            std::uint64_t bytes = 0;
            ++trial;
            try {
                make_gif(
                    frames, options,
                    [&](ByteView part) {
                        bytes += part.size();
                        if (bytes > most && quality > 1)
                            throw TooLarge{};
                    },
                    [&](std::size_t done, std::size_t total) {
                        if (progress)
                            progress(trial, done, total);
                    });
            } catch (const TooLarge&) {
                log_detail(str("quality ", quality, " is more than ", most, " bytes"));
                return bytes;
            }
            log_detail(str("quality ", quality, " is ", bytes, " bytes"));
            return bytes;
        });
    if (!search.best)
        throw Error(str("does not fit into ", most, " bytes: quality 1 takes ", search.last.bytes));
    return search.best->quality;
}

GifPlan plan_gif(const FrameList& frames, const GifOptions& options) {
    GifPlan plan;
    Canvas canvas{options.size, options.crop};
    GifShow show = show_frames(
        frames, options, [](std::size_t) {},
        [&](const Frame& frame, const std::string& place) { canvas.measure(frame, place); },
        [&](const GifAppearance& appearance) {
            plan.frames.push_back(
                {appearance.place, appearance.time, Duration{appearance.start * 10}});
        });
    plan.dropped = show.dropped;
    plan.size = canvas.size();
    plan.duration = Duration{show.end * 10};
    return plan;
}

} // namespace img
