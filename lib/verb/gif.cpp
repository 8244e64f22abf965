// Makes an animated GIF of camera frames.

#include "verb/gif.hpp"

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "verb/gif/canvas.hpp"
#include "verb/gif/encoder.hpp"
#include "verb/gif/palette.hpp"
#include "verb/gif/timeline.hpp"

#include <algorithm>

namespace img {

namespace {

/// More frames than this say nothing new about which colours there are.
constexpr std::size_t most_sampled = 24;

std::size_t colors_of(GifLevel level) {
    switch (level) {
    case GifLevel::low:
        return 256;
    case GifLevel::balanced:
        return 192;
    case GifLevel::aggressive:
        return 128;
    }
    throw std::logic_error("unknown level");
}

double tolerance_of(GifLevel level) {
    return level == GifLevel::low ? 0.7 : level == GifLevel::balanced ? 1.0 : 1.4;
}

void check_stop() {
    if (stop_requested())
        throw Error("stopped before the GIF was whole", Exit::unavailable);
}

std::vector<Color> palette_of(const ColorHistogram& histogram, GifLevel level) {
    // One index of the table is for transparency.
    return make_palette(histogram, colors_of(level) - 1);
}

/// The palette for frames spread evenly over all of them, at half size. Frames that do not decode
/// are passed over without a word: they are named when it is their turn to be drawn. Empty when no
/// frame decodes.
std::vector<Color> sample_palette(const FrameList& frames, const GifOptions& options,
                                  const std::function<void(std::size_t)>& done) {
    ColorHistogram histogram;
    std::optional<Size> first;
    bool alike = true;
    std::size_t sampled = 0;
    std::size_t step = (frames.size() + most_sampled - 1) / most_sampled;
    for (std::size_t start = 0; start < step; ++start)
        for (std::size_t i = start; i < frames.size() && sampled < most_sampled; i += step) {
            check_stop();
            try {
                Frame frame = frames.at(i);
                Size size = header_size(frame);
                Size whole = fit_into(size, options.size);
                histogram.add(decode_ycbcr(frame, {(whole.width + 1) / 2, (whole.height + 1) / 2}));
                alike = alike && size == first.value_or(size);
                first = first.value_or(size);
                done(++sampled);
            } catch (const Error& error) {
                log_detail(str("not sampled: ", error.what()));
            }
        }
    if (histogram.empty())
        return {};
    if (!alike) // there will be bars
        histogram.add(Color{}, 0.02);
    return palette_of(histogram, options.level);
}

} // namespace

GifSummary make_gif(const FrameList& frames, const GifOptions& options,
                    const std::function<void(ByteView)>& sink,
                    const std::function<void(std::size_t, std::size_t)>& progress) {
    GifSummary summary;
    std::size_t sampled = std::min(frames.size(), most_sampled);
    std::size_t total = sampled + frames.size();
    auto report = [&](std::size_t done) {
        if (progress)
            progress(done, total);
    };
    std::vector<Color> palette = sample_palette(frames, options, report);

    Canvas canvas{options.size};
    GifTimeline timeline{options.delay, options.speed};
    std::optional<GifEncoder> encoder;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        check_stop();
        report(sampled + i);
        std::optional<Picture> picture;
        try {
            picture = canvas.fit(frames.at(i), frames.place(i));
        } catch (const Error& error) {
            // What is read from a list names its place; what is decoded does not.
            std::string what = error.what(), place = frames.place(i);
            log_error(what.starts_with(place) ? what : str(place, ": ", what));
            ++summary.dropped;
            continue;
        }
        std::optional<Instant> time;
        if (options.speed && !(time = frames.time(i, options.zone)))
            throw Error(str(frames.place(i), ": has no time, which --speed needs"));
        if (palette.empty()) { // none could be read just now, when sampling
            ColorHistogram histogram;
            histogram.add(*picture);
            palette = palette_of(histogram, options.level);
        }
        if (!encoder)
            encoder.emplace(GifEncoding{canvas.size(), palette, options.dither,
                                        tolerance_of(options.level), options.repeats},
                            [&](ByteView bytes) {
                                summary.bytes += bytes.size();
                                sink(bytes);
                            });
        encoder->add(*picture, timeline.next(time));
        ++summary.frames;
    }
    if (!encoder)
        throw Error("no frames");
    encoder->finish(timeline.end());
    summary.colors = palette.size();
    summary.size = canvas.size();
    summary.duration = Duration{timeline.end() * 10};
    report(total);
    return summary;
}

} // namespace img
