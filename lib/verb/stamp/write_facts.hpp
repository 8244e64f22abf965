// What a stamp writes into the EXIF of a frame.
#pragma once

#include "verb/stamp.hpp"

namespace img {

/// The zone in which a frame's times are shown: the options', else its own, else the system's.
Zone shown_zone(const StampOptions& options, const Metadata& metadata);

/// Writes into `out.frame`, whose facts were `said`, what the options ask for: with `write_exif`
/// those of `out.metadata` that it does not say, with `privacy` only what hides the exact time.
/// What cannot be written for want of room is told in `out.exif_trouble`.
void write_facts(Stamped& out, const Metadata& said, const StampOptions& options);

} // namespace img
