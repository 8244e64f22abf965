// What the setting of a line has to know of characters.
#pragma once

namespace img {

/// Marks that stand on the character before them, and joiners and variation selectors: a cut does
/// not part them from it.
bool belongs_to_previous(char32_t character);

/// Characters that ask for nothing to be drawn.
bool is_invisible(char32_t character);

/// Characters whose shapes or places depend on those around them, and all that are written from
/// right to left.
bool needs_shaping(char32_t character);

/// Blanks at which a line may end.
bool is_blank(char32_t character);

/// Whether a line may end between two characters neither of which is a blank: between the signs of
/// Chinese, Japanese and Korean, but not before a closing or behind an opening sign.
bool may_break_between(char32_t before, char32_t after);

} // namespace img
