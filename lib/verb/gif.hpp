// Makes an animated GIF of camera frames.
#pragma once

#include "base/bytes.hpp"
#include "base/picture.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "foreign/giflib.hpp"
#include "frame/frame_list.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

struct GifOptions {
    /// 1 to 100: how much of the source is passed on; 80 if absent, 100 if there are max_bytes.
    std::optional<double> quality;
    std::optional<std::uint64_t> max_bytes; ///< for fitting_quality
    int colors = 256;                  ///< at most, in a palette, with the one that is transparent
    Size size{1280, 720};              ///< pictures are shrunk to fit into this, never enlarged
    std::optional<Area> crop;          ///< what is shown of each picture, in its pixels
    std::optional<Duration> delay;     ///< of each frame, in steps of 10 ms; 1 s if absent
    std::optional<double> speed;       ///< delays from the frames' own times, so many times faster
    std::optional<Duration> hold_last; ///< delay of the last frame; of a bounce, where it turns
    bool reverse = false;              ///< the newest comes first
    bool bounce = false;               ///< there and back; the frames at the ends are shown once
    int repeats = 0;                   ///< after the first time, up to 65535; 0 is for ever
    bool no_times = false;             ///< else frames' times stand as comments before their images
    bool silent = false;               ///< else what is dropped or fitted in is said on stderr
    Zone zone;                         ///< of names and dates without an offset
};

/// "small" (60), "balanced" (80), "best" (95), or a number from 1 to 100.
std::optional<double> parse_gif_quality(std::string_view text);
/// "60" or "60x", from 0.001 to 1000000.
std::optional<double> parse_speed(std::string_view text);
/// A duration from 10 ms to 1 minute that a GIF can hold: in steps of 10 ms.
std::optional<Duration> parse_gif_delay(std::string_view text);
/// "640x480+100+20": width and height, then how far from the left and the top. nullopt for anything
/// else.
std::optional<Area> parse_crop(std::string_view text);

/// One image of a GIF, as it was written.
struct GifImage {
    std::string place;           ///< of the first frame that it shows
    std::optional<Instant> time; ///< of that frame
    Duration delay{0};
    Area area;                  ///< of the canvas, what is drawn anew
    std::uint64_t bytes = 0;    ///< with all that belongs to it
    std::size_t colors = 0;     ///< that it draws with
    std::optional<double> psnr; ///< luma, dB against the source, of the canvas as it is then shown
};

struct GifSummary {
    std::size_t frames = 0;  ///< that are shown
    std::size_t dropped = 0; ///< that did not decode
    Size size;
    std::size_t colors = 0; ///< in the largest palette
    std::uint64_t bytes = 0;
    Duration duration{0}; ///< of one time through
    std::vector<GifImage> images;
};

/// Reads each frame once, and holds a few pictures at a time, however many there are. Frames are
/// shown the right way up, as their EXIF says. The bytes go to `sink` in order. A frame that cannot
/// be read is named on stderr and dropped; one of another size than the first is fitted into it.
/// Throws Error "no frames" before anything was written when none is left, Error naming a frame
/// without a time when `speed` needs it or one that is too small for `crop`, and Error{unavailable}
/// when a stop was requested (base/stop.hpp).
GifSummary
make_gif(const FrameList& frames, const GifOptions& options,
         const std::function<void(ByteView)>& sink,
         const std::function<void(std::size_t done, std::size_t total)>& progress = nullptr);

/// The best quality, up to that of the options, with which the GIF has at most `max_bytes`; found
/// by making it several times. Throws Error that says how small it gets when it never fits, and as
/// make_gif does. `progress` also gets the number of the trial, from 1.
int fitting_quality(
    const FrameList& frames, GifOptions options,
    const std::function<void(int trial, std::size_t done, std::size_t total)>& progress = nullptr);

/// What make_gif would show.
struct GifPlan {
    struct Shown {
        std::string place;
        std::optional<Instant> time;
        Duration start{0};
    };
    std::vector<Shown> frames; ///< in the order in which they are shown
    std::size_t dropped = 0;   ///< whose headers cannot be read
    Size size;
    Duration duration{0};
};

/// Reads the frames' headers only; otherwise as make_gif.
GifPlan plan_gif(const FrameList& frames, const GifOptions& options);

} // namespace img
