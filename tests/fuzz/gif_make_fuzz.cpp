// Frames of any sizes, with any options, to a GIF: it is sound, of the size, duration and frames
// that were to be.

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "foreign/libjpeg.hpp"
#include "frame/metadata.hpp"
#include "verb/gif.hpp"
#include "verb/gif/inspect.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

using namespace img;

namespace {

void require(bool fact) {
    if (!fact)
        std::abort();
}

/// The input, a byte after the other; zeros behind its end.
struct Script {
    ByteView rest;

    std::uint8_t next() {
        if (rest.empty())
            return 0;
        std::uint8_t byte = rest.front();
        rest = rest.subspan(1);
        return byte;
    }
};

GifOptions read_options(Script& script) {
    GifOptions options;
    options.quality = 1 + script.next() % 100;
    const unsigned flags = script.next();
    options.colors = std::array{256, 192, 128, 256}[flags & 3];
    options.reverse = (flags & 4) != 0;
    options.bounce = (flags & 8) != 0;
    options.no_times = (flags & 16) != 0;
    options.delay = Duration{10 + script.next() % 200 * 30};
    options.size = {1 + script.next() * 2, 1 + script.next() * 2};
    const Area crop{script.next() % 64, script.next() % 64, 1 + script.next() % 64,
                    1 + script.next() % 64};
    if ((flags & 32) != 0)
        options.crop = crop;
    const double speed = 0.25 * (1 + script.next());
    if ((flags & 64) != 0) {
        options.speed = speed;
        options.delay.reset();
    }
    const Duration held{10 + script.next() * 230};
    if ((flags & 128) != 0)
        options.hold_last = held;
    options.silent = true;
    options.repeats = script.next() * 257;
    const std::uint64_t most = script.next() * 64;
    if (most > 0)
        options.max_bytes = most;
    return options;
}

int side(std::uint8_t byte) {
    return byte < 240 ? 1 + byte % 64 : 1 + (byte - 240) * 40;
}

/// What was asked of one frame.
struct Still {
    Size size;
    bool torn = false, timeless = false;
};

/// The next frame: flat, smooth, noise, the one before, or a part of it changed.
Still draw(Script& script, Picture& picture) {
    const Size size{side(script.next()), side(script.next())};
    const unsigned kind = script.next();
    const std::uint8_t seed = script.next();
    const auto space = (kind & 8) != 0 ? ColorSpace::gray : ColorSpace::rgb;
    const Still still{size, (kind & 16) != 0, (kind & 32) != 0};
    const bool other = picture.size != size || picture.space != space;
    if (other)
        picture = Picture{size, space};
    if (kind % 8 == 3 && !other)
        return still;
    std::uint32_t state = seed * 2654435761U + 1;
    const int top = kind % 8 == 4 ? size.height / 3 : 0;
    for (int y = top; y < size.height; ++y)
        for (std::size_t x = 0; x < picture.stride(); ++x) {
            state = state * 1664525 + 1013904223;
            const auto at = static_cast<unsigned>(x) + static_cast<unsigned>(y) * 3;
            const unsigned value = kind % 8 == 0 ? seed : kind % 8 == 1 ? at + seed : state >> 24;
            picture.row(y)[x] = static_cast<std::uint8_t>(value);
        }
    return still;
}

/// Takes most of the coded pixels away, and leaves the file well framed.
void tear(Bytes& jpeg) {
    constexpr std::array<std::uint8_t, 2> scan{0xFF, 0xDA};
    auto header = std::find_end(jpeg.begin(), jpeg.end(), scan.begin(), scan.end());
    require(header != jpeg.end());
    jpeg.erase(header + 2 + header[2] * 256 + header[3], jpeg.end() - 2);
}

struct Sequence {
    std::vector<Still> stills;
    FrameList frames;
};

Sequence read_frames(Script& script) {
    Sequence sequence;
    Fd stream{::memfd_create("frames", 0)};
    require(static_cast<bool>(stream));
    Picture picture;
    Instant time{std::chrono::seconds{1'800'000'000}};
    std::size_t pixels = 0;
    while (script.rest.size() >= 5 && sequence.stills.size() < 64) {
        const Still still = draw(script, picture);
        pixels += picture.pixels.size();
        if (pixels > 1U << 17)
            break; // more takes too long for a fuzzer
        const std::uint8_t gap = script.next();
        time += Duration{(gap - 16) * 90};
        Frame frame{encode_jpeg(picture, 1 + gap % 100)};
        if (!still.timeless) {
            Metadata facts;
            facts.time = time;
            frame = with_metadata(frame, facts);
        }
        Bytes& jpeg = frame.jpeg;
        if (still.torn)
            tear(jpeg);
        write_all(*stream, jpeg, "frames");
        sequence.stills.push_back(still);
    }
    require(::lseek(*stream, 0, SEEK_SET) == 0);
    sequence.frames.add_stream(*stream);
    require(sequence.frames.size() == sequence.stills.size());
    return sequence;
}

/// What is there when all frames are read: no more than was asked for, with its aspect.
void check_size(Size canvas, Size first, const GifOptions& options) {
    const Size shown = options.crop ? Size{options.crop->width, options.crop->height} : first;
    const double scale = std::min({1.0, static_cast<double>(options.size.width) / shown.width,
                                   static_cast<double>(options.size.height) / shown.height});
    require(canvas.width <= options.size.width && canvas.height <= options.size.height);
    require(std::abs(canvas.width - std::max(1.0, shown.width * scale)) <= 1);
    require(std::abs(canvas.height - std::max(1.0, shown.height * scale)) <= 1);
}

void check_gif(const Bytes& gif, const GifSummary& summary, const GifOptions& options) {
    const GifFacts facts = inspect_gif(gif);
    require(facts.sound() && facts.bytes_after_end == 0 && facts.bytes_after_images == 0);
    require(facts.canvas == summary.size && facts.bytes == summary.bytes);
    require(facts.duration == summary.duration && facts.images == summary.images.size());
    require(facts.images >= 1 && facts.shortest >= Duration{10});
    require(facts.images == 1 || facts.repeats == options.repeats);
    require(!options.no_times || facts.comments == 0);
    Duration duration{0};
    for (const GifImage& image : summary.images)
        duration += image.delay;
    require(duration == facts.duration);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    set_log("gif_make_fuzz", LogLevel::quiet);
    Script script{{data, size}};
    GifOptions options = read_options(script);
    const Sequence sequence = read_frames(script);
    bool any_torn = false, any_timeless = false;
    for (const Still& still : sequence.stills) {
        any_torn = any_torn || still.torn;
        any_timeless = any_timeless || still.timeless;
    }
    // Nothing else is a reason not to make a GIF.
    const bool may_fail = sequence.stills.empty() || any_torn || options.crop ||
                          options.max_bytes || (options.speed && any_timeless);
    try {
        if (options.max_bytes)
            options.quality = fitting_quality(sequence.frames, options);
        Bytes gif;
        const GifSummary summary = make_gif(sequence.frames, options, [&](ByteView part) {
            gif.insert(gif.end(), part.begin(), part.end());
        });
        check_gif(gif, summary, options);
        require(!options.max_bytes || gif.size() <= *options.max_bytes);
        require(summary.frames + summary.dropped == sequence.stills.size());
        if (any_torn)
            return 0;
        require(summary.dropped == 0);
        const std::size_t first = options.reverse ? sequence.stills.size() - 1 : 0;
        check_size(summary.size, sequence.stills[first].size, options);
        const GifPlan plan = plan_gif(sequence.frames, options);
        require(plan.size == summary.size && plan.duration == summary.duration);
    } catch (const Error&) {
        require(may_fail);
    }
    return 0;
}
