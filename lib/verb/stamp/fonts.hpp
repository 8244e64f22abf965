// The fonts to write with, found without a font service.
#pragma once

#include "foreign/freetype.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace img {

/// An installed font that has the character, opened; nullopt when there is none.
using FontSearch = std::function<std::optional<Font>(char32_t character)>;

/// Fonts in order of preference: a character that one lacks is taken from the next.
struct FontList {
    std::vector<Font> fonts; ///< one at least; the first gives the measures of lines
    FontSearch search;       ///< for what they all lack; may be empty
};

/// Where systems keep a plain sans serif font, best first.
const std::vector<std::string>& usual_fonts();

/// Where fonts are installed: the user's, the machine's own, the system's.
std::vector<fs::path> font_directories();

/// The file of a font with this name: "DejaVu Sans Bold" is DejaVuSans-Bold.ttf, somewhere in
/// these directories. Case, blanks and hyphens do not count, nor does "regular" at the end. nullopt
/// when there is none among the first 20,000 entries.
std::optional<fs::path> find_font(std::string_view name, const std::vector<fs::path>& directories);

/// The fonts of a list, separated by commas; each a file, or the name of an installed font. When it
/// is empty the first of `usual` that is there, and for what it lacks those of the installed ones
/// that are known to help. Throws Error{usage} when one of the list is no font that can be used,
/// Error{failed} when none of the usual ones is there.
FontList open_fonts(const std::string& list, const std::vector<std::string>& usual = usual_fonts());

} // namespace img
