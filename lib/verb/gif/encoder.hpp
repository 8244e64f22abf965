// Pictures and the times at which they appear, to an animated GIF.
#pragma once

#include "base/planes.hpp"
#include "foreign/giflib.hpp"
#include "verb/gif.hpp"
#include "verb/gif/drawing.hpp"
#include "verb/gif/still_periods.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <optional>
#include <string>

namespace img {

struct GifEncoding {
    Size size;
    double quality = 80;            ///< 1 to 100
    int colors = 256;               ///< at most, with the transparent one
    std::optional<int> repeats = 0; ///< 0 is for ever; absent: a single image
};

/// Draws only what has changed, on top of what is there. A picture without a change costs nothing:
/// the one before is shown for longer. The durations add up exactly. The image before is drawn
/// while the next picture is prepared; sink and report are called by the calling thread only, and
/// the bytes do not depend on any of this.
class GifEncoder {
public:
    /// What was written for the pictures from number `picture` on, counted from 0 as they were
    /// added; its place and time are not known here.
    using Report = std::function<void(std::size_t picture, const GifImage& image)>;

    GifEncoder(const GifEncoding& encoding, ByteSink sink, Report report = nullptr);

    /// `picture`, of the size given, appears at `centiseconds` from the start, which is 0 for the
    /// first and grows. `comment`, where not empty, stands before its image.
    void add(Planes picture, std::int64_t centiseconds, std::string comment = {});
    /// The last picture is shown until `centiseconds`.
    void finish(std::int64_t centiseconds);
    /// In the largest palette so far.
    std::size_t colors() const { return colors_; }

private:
    /// When and as what a picture was added.
    struct Appearance {
        std::size_t number;
        std::int64_t start;
        std::string comment;
    };
    /// A picture on its way to an image.
    struct Job {
        StillPicture picture;    ///< but for its means
        std::vector<Tone> tones; ///< of its means, where it is fresh
        std::vector<std::uint8_t> busyness;
        Palette palette;
        Area area;
        Appearance appearance;
    };
    struct Drawn {
        DrawnImage image;
        double psnr;
    };
    /// An image whose duration is not known yet.
    struct Pending {
        DrawnImage image;
        std::vector<Color> palette;
        std::optional<std::uint8_t> transparent;
        double psnr;
        Appearance appearance;
    };

    void prepare_next();
    void prepare(Job& job, const StillPicture& picture);
    Drawn draw(const Job& job);
    std::optional<std::uint8_t> transparent_of(const Job& job) const;
    /// Waits for the image that is being drawn, if there is one.
    void collect();
    void put_pending(std::int64_t end);
    void put(const GifPart& part, std::size_t colors, const std::optional<double>& psnr);

    GifEncoding encoding_;
    double masking_;
    ByteSink sink_;
    Report report_;
    std::uint64_t bytes_ = 0; ///< written since the last report
    std::size_t colors_ = 0;
    std::size_t added_ = 0;
    std::optional<GifWriter> writer_; ///< from the first image on, whose palette is the canvas's

    StillPeriods periods_;
    std::deque<Appearance> waiting_; ///< of the pictures in periods_
    ToneHistogram histogram_;
    Drawing drawing_;
    std::optional<Pending> pending_;
    std::array<Job, 2> jobs_; ///< one is prepared while the other is drawn
    std::size_t prepared_ = 0;
    std::future<Drawn> drawn_; ///< of the other job; ends before what it works on
};

} // namespace img
