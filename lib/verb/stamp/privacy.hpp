// What a frame may still say when its time is not to be known exactly.
#pragma once

#include "frame/metadata.hpp"

namespace img {

/// The notes without members that tell a time: texts with a time of day in seconds or with a time
/// as in a file's name, and numbers that may be seconds or milliseconds since 1970.
std::string notes_without_times(const std::string& notes);

} // namespace img
