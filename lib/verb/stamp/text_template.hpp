// Templates to lines of text.
#pragma once

#include "base/time.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace img {

/// A text with strftime's fields and %L for a time, and {name} for a fact of a frame. "\n" begins a
/// new line, "\\" is one backslash, "{{" and "}}" are braces.
class TextTemplate {
public:
    /// Throws Error{usage} when a brace is not closed.
    explicit TextTemplate(const std::string& text);

    /// The lines for a frame: the time is `time` in `zone`, a fact is what `lookup` says. A fact is
    /// not read as a template, and stays on its line.
    std::vector<std::string> lines(const std::function<std::string(std::string_view)>& lookup,
                                   Instant time, const Zone& zone) const;

private:
    std::vector<std::string> lines_;
};

/// Control characters have no shape: blanks instead.
std::string on_one_line(std::string text);

} // namespace img
