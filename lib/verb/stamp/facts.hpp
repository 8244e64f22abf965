// What the styles show, found among the fields of a frame.
#pragma once

#include "base/picture.hpp"
#include "verb/stamp/fields.hpp"

#include <optional>
#include <string>
#include <vector>

namespace img {

/// What is not known is empty; what was known and is stale is an en dash.
struct StampFacts {
    std::string camera;
    std::string date, clock, zone; ///< "2026-11-21", "14:05:09", "EET"
    std::string offset;            ///< "+02:00", in a repeated hour only
    std::string condition;
    Color severity{189, 189, 189}; ///< of the condition
    std::string temperature;       ///< "-3 °C"
    std::vector<std::string> alerts;
    std::vector<std::string> text; ///< further lines
};

/// The condition as it is written ("Ice Possible" for "ice_possible") and its colour. A word that
/// is none of ours is left as it is, in the colour of Unknown.
std::pair<std::string, Color> condition_of(const std::string& word);

/// A number is in degrees Celsius and is rounded; any other text is left as it is.
std::string temperature_of(const std::string& value);

/// Date, clock and zone come from `time`, the clock without its seconds when `minutes_only`.
enum class ClockDetail { seconds, minutes };
StampFacts facts_of(const Fields& fields, Instant time, const Zone& zone, ClockDetail detail);

} // namespace img
