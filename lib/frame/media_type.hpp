// The media type of a file, by the end of its name.
#pragma once

#include <string_view>

namespace img {

/// "image/jpeg" for "x.jpg", in whatever case; application/octet-stream when unknown. Text is
/// UTF-8.
std::string_view media_type(std::string_view name);

} // namespace img
