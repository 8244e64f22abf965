// The font to write with, found without a font service.
#pragma once

#include "foreign/freetype.hpp"

#include <string>
#include <vector>

namespace img {

/// Where systems keep a plain sans serif font, best first.
const std::vector<std::string>& usual_fonts();

/// `file`, or when that is empty the first of `usual` that is there. Throws Error{usage} when
/// `file` is no font that can be used, Error{failed} when none of the usual ones is there.
Font open_font(const std::string& file, const std::vector<std::string>& usual = usual_fonts());

} // namespace img
