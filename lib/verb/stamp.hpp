// Writes text on frames: templates become lines, lines an artwork, and that changes the blocks of
// the JPEG that it touches.
#pragma once

#include "base/fs.hpp"
#include "base/picture.hpp"
#include "base/time.hpp"
#include "frame/metadata.hpp"
#include "verb/stamp/verify.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// A ready-made design; `plain` is a block of text, `none` draws nothing.
enum class Style { plain, bar, boxes, panel, minimal, mobile, none };

/// An area that is covered: pixels, or percent of the picture's width and height.
struct Mask {
    struct Length {
        double value = 0;
        enum class Unit { pixels, percent } unit = Unit::pixels;
    };
    Length x, y, width, height;
};

/// What a stamp's time is taken from. A frame that does not have it gives the next of these.
enum class TimeSource { exif, name, mtime, now };

template <class Value>
using Words = std::vector<std::pair<std::string, Value>>;

/// How users spell them.
const Words<Place>& place_words();
const Words<Style>& style_words();
const Words<TimeSource>& time_source_words();
const Words<Verify>& verify_words();

/// The word for a source of time: "exif".
std::string_view word_for(TimeSource source);

/// What to write and how it looks.
struct StampOptions {
    Style style = Style::plain;
    /// Templates, each one line or, with \n, several: strftime's fields and %L, {camera} and other
    /// fields of the frame. None: the camera's name, if known, and the time. With a style, further
    /// lines.
    std::vector<std::string> text;
    /// One, or one for each text in plain style; none: the style's own, bottom left for plain text.
    std::vector<Place> places;
    double size = 4;   ///< letters: the font's em square, percent of the picture's height, 1 to 50;
                       ///< a style is drawn as its designer meant it at 4, twice as large at 8
    double margin = 2; ///< from the picture's edges, percent of its height, 0 to 50
    std::optional<Color> color = Color{255, 255, 255}; ///< nullopt: black or white, by the picture
    Color box{0, 0, 0};            ///< behind the text, and around the letters when outlined
    std::optional<double> opacity; ///< of the box, 0 (none) to 1; absent: the style's own, .5
    /// Around the letters, as a part of their height, 0 (none) to 0.25; absent: the style's own, 0.
    std::optional<double> outline;
    std::string font;         ///< files or names, separated by commas; empty: the usual ones
    bool wrap = false;        ///< plain text that is too long goes on in further lines
    std::vector<Mask> masks;  ///< covered before the text is drawn, with the colour of the box
    std::string camera;       ///< the name of the camera for frames that do not say
    std::optional<Zone> zone; ///< of shown times; absent: the frame's own, else the system's
    TimeSource time = TimeSource::exif;
    /// The time is rounded down to a multiple of this wherever it stands.
    std::optional<Duration> privacy;
    std::vector<std::string> fields; ///< "name=value"
    std::string fields_file;         ///< JSON that is read again when it changes; empty: none
    std::optional<Duration> max_age; ///< of that file
    bool write_exif = false;         ///< what frames do not say of time, camera and position
    std::optional<double> latitude, longitude; ///< of the camera, where frames do not say
    std::optional<Verify> verify;              ///< absent: full for files, tail in a stream
    bool reversible = false;                   ///< what is replaced travels with the frame
};

/// A colour as "#rrggbb" or by name: white, black, green, yellow, orange, red, purple. nullopt for
/// anything else.
std::optional<Color> parse_color(std::string_view text);
/// The same, or "auto", which has no colour of its own.
std::optional<std::optional<Color>> parse_letters_color(std::string_view text);

/// "X,Y,WIDTH,HEIGHT", each in pixels or, with a % sign, in percent. nullopt for anything else, for
/// negative numbers and for empty areas.
std::optional<Mask> parse_mask(std::string_view text);

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
    Size box;                       ///< around all text; empty when nothing fits on the picture
    bool cut = false;               ///< text was left out because it does not fit
    std::string exif_trouble;       ///< why the facts could not be written; empty when they were
    std::string_view method;        ///< how the JPEG was changed: "splice"; empty when it was not
};

/// The frame as it is, and what it says of itself.
Stamped untouched(const Frame& frame);

/// A line of JSON: the frame's `place` among the input, its text and box, and where it went.
std::string json_of(const Stamped& stamped, const std::string& place,
                    const std::vector<fs::path>& outputs);
/// The same for people: "a.jpg: 320x32+16+672: north | 14:05:09 EET".
std::string line_of(const Stamped& stamped, const std::string& place);

/// Stamps frames of any size, one after another; the font is loaded once and shapes are kept.
class Stamper {
public:
    /// Throws Error{usage} for a template with an open brace, a field that is not "name=value", a
    /// font that is not one and options that contradict one another, and Error{failed} when no font
    /// is found.
    explicit Stamper(StampOptions options);
    Stamper(Stamper&&) noexcept;
    ~Stamper();

    /// The frame with the text drawn. All coefficients of blocks that the drawing does not touch
    /// stay as they are, and so do all metadata segments, byte for byte, but for what `privacy` and
    /// `write_exif` ask for. Throws Error for frames that do not decode. A character that the font
    /// lacks is noted on the log, once.
    Stamped stamp(const Frame& frame, const FrameOrigin& origin);
    /// The same without drawing: its frame is empty.
    Stamped plan(const Frame& frame, const FrameOrigin& origin);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The frame as it was before it was stamped with `reversible`, byte for byte, and what it says of
/// itself. Throws Error when it was not, or was changed since.
Stamped unstamped(const Frame& frame, const FrameOrigin& origin);

} // namespace img
