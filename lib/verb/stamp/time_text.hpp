// Times as stamps show them: rounded, and with a zone that leaves no doubt.
#pragma once

#include "base/text.hpp"
#include "base/time.hpp"

#include <string>

namespace img {

/// The zone's offset from UTC: "+02:00".
std::string offset_text(Instant time, const Zone& zone);

/// The zone's abbreviation, and in a repeated hour its offset: "EET", "EET (+02:00)".
std::string zone_mark(Instant time, const Zone& zone);

/// The last instant before or at `time` at which clocks in `zone` show a multiple of `step`,
/// counted from midnight; for steps over a day, from the first of January 1970.
Instant floored(Instant time, Duration step, const Zone& zone);

} // namespace img
