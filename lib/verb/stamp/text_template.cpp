// Templates to lines of text.

#include "verb/stamp/text_template.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace img {

namespace {

std::vector<std::string> unescaped_lines(std::string_view text) {
    std::vector<std::string> lines(1);
    for (std::size_t i = 0; i < text.size(); ++i) {
        bool escape = text[i] == '\\' && i + 1 < text.size();
        if (text[i] == '\n' || (escape && text[i + 1] == 'n'))
            lines.emplace_back();
        else
            lines.back() += text[i];
        if (escape && (text[i + 1] == 'n' || text[i + 1] == '\\'))
            ++i;
    }
    return lines;
}

} // namespace

std::string on_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
}

TextTemplate::TextTemplate(const std::string& text) : lines_(unescaped_lines(text)) {
    for (const std::string& line : lines_)
        substitute(line, [](std::string_view) { return std::string{}; });
}

std::vector<std::string>
TextTemplate::lines(const std::function<std::string(std::string_view)>& lookup, Instant time,
                    const Zone& zone) const {
    std::vector<std::string> out;
    for (const std::string& line : lines_)
        // The time first: what a fact holds is not a format.
        out.push_back(on_one_line(substitute(format_time(line, time, zone), lookup)));
    return out;
}

} // namespace img
