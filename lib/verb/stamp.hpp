// Writes text on frames: templates become lines, lines a layout, the layout coverage, and that is
// drawn on the pixels.
#pragma once

#include "base/picture.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// Where on the picture the text stands.
enum class Place {
    top_left,
    top,
    top_right,
    left,
    center,
    right,
    bottom_left,
    bottom,
    bottom_right
};

/// What a stamp's time is taken from. A frame that does not have it gives the next of these.
enum class TimeSource { exif, name, mtime, now };

/// The word for a source of time: "exif".
std::string_view word_for(TimeSource source);

/// What to write and how it looks.
struct StampOptions {
    /// Templates, each one line or, with \n, several: strftime's fields and %L, {camera} and other
    /// fields of Metadata. None: the camera's name, if known, and the time.
    std::vector<std::string> text;
    Place place = Place::bottom_left;
    double size = 4;   ///< letters: the font's em square, percent of the picture's height, 1 to 50
    double margin = 2; ///< from the picture's edges, percent of its height, 0 to 50
    Color color{255, 255, 255};
    Color box{0, 0, 0};       ///< behind the text, and around the letters when outlined
    double opacity = .5;      ///< of the box, 0 (none) to 1
    double outline = 0;       ///< around the letters, as a part of their height, 0 (none) to 0.25
    std::string font;         ///< a file; empty: the first of the usual ones that is there
    std::string camera;       ///< the name of the camera for frames that do not say
    std::optional<Zone> zone; ///< of shown times; absent: the frame's own, else the system's
    TimeSource time = TimeSource::exif;
};

/// A colour as "#rrggbb" or by name: white, black, green, yellow, orange, red, purple. nullopt for
/// anything else.
std::optional<Color> parse_color(std::string_view text);

/// What is known of a frame besides its bytes.
struct FrameOrigin {
    std::string name;             ///< of its file; empty in a stream
    std::optional<Instant> mtime; ///< of its file
    Instant now;
};

/// A frame with text on it.
struct Stamped {
    Frame frame;
    Metadata metadata; ///< of the frame; its time is the one that was used
    TimeSource time_source = TimeSource::exif;
    std::vector<std::string> lines; ///< as drawn
    int box_x = 0, box_y = 0;       ///< of the box, or of the text alone when there is none
    Size box;                       ///< empty when nothing fits on the picture
    bool cut = false;               ///< text was left out because it does not fit
};

/// Stamps frames of any size, one after another; the font is loaded once and shapes are kept.
class Stamper {
public:
    /// Throws Error{usage} for a template with an open brace or a font that is not one, and
    /// Error{failed} when no font is found.
    explicit Stamper(StampOptions options);
    Stamper(Stamper&&) noexcept;
    ~Stamper();

    /// The frame with the text drawn, in its own quantisation and sampling, all its metadata
    /// segments kept byte for byte. Throws Error for frames that do not decode. A character that
    /// the font lacks is noted on the log, once.
    Stamped stamp(const Frame& frame, const FrameOrigin& origin);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace img
