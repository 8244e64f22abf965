// Goes through the frames of a GIF in the order in which they are shown.
#pragma once

#include "base/time.hpp"
#include "frame/frame_list.hpp"
#include "verb/gif.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace img {

/// One appearance of a frame.
struct GifAppearance {
    std::string place;
    std::optional<Instant> time;
    std::int64_t start; ///< in hundredths of a second
};

struct GifShow {
    std::size_t shown = 0;   ///< frames, however often
    std::size_t dropped = 0; ///< frames that `load` did not take
    std::int64_t end = 0;    ///< in hundredths of a second
};

/// For each frame in its turn: `step` says how many turns are done, `load` takes the frame, and if
/// that does not throw, `show` tells when it appears. `load` gets the frame's place, empty when
/// nothing is to be noted. A frame that cannot be read or loaded is
/// named on stderr, and passed over from then on. Throws as make_gif does.
GifShow show_frames(const FrameList& frames, const GifOptions& options,
                    const std::function<void(std::size_t)>& step,
                    const std::function<void(const Frame&, const std::string& place)>& load,
                    const std::function<void(const GifAppearance&)>& show);

/// How many turns show_frames takes.
std::size_t turns_of(const FrameList& frames, const GifOptions& options);

} // namespace img
