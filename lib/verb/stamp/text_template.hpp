// Templates to lines of text.
#pragma once

#include "base/time.hpp"
#include "frame/metadata.hpp"

#include <string>
#include <vector>

namespace img {

/// A text with strftime's fields and %L for a time, and {name} for a fact of a frame. "\n" begins a
/// new line, "\\" is one backslash, "{{" and "}}" are braces.
class TextTemplate {
public:
    /// Throws Error{usage} when a brace is not closed.
    explicit TextTemplate(const std::string& text);

    /// The lines for a frame: the time is `time` in `zone`, the facts are the frame's; one that it
    /// lacks is an en dash. A fact is not read as a template, and stays on its line.
    std::vector<std::string> lines(const Metadata& metadata, Instant time, const Zone& zone) const;

private:
    std::vector<std::string> lines_;
};

} // namespace img
